"""What is known of the ids of a stream, and what a listing tells of them."""

import logging
import random
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from source_klaviyo.api.partition import Partition
from source_klaviyo.protocol import FOREVER, Window
from source_klaviyo.sync.state import deletes
from source_klaviyo.sync.state.checkpoint import CursorCheckpoint
from source_klaviyo.sync.state.deletes import Deletes
from source_klaviyo.sync.state.stream_state import CursorState

NAMES = st.sets(st.text(st.characters(codec="ascii", categories=["L", "N"]), min_size=1))
DAY = 86_400


def loaded(found: Mapping[str, Any], began: int = 10 * DAY) -> Deletes:
    return Deletes.load("lists", {"updated": "x", "deletes": found}, began, DAY)


def ids(followed: Deletes) -> set[str]:
    return {str(each["id"]) for each in followed.candidates()}


@given(NAMES)
def test_a_state_brings_back_what_was_known(names: set[str]) -> None:
    first = Deletes.load("lists", {}, 0, DAY)
    first.announce(((name, None) for name in names), 0)
    found = first.to_json(0)
    assert isinstance(found, dict)
    assert ids(loaded(found)) == names


@given(NAMES, NAMES)
def test_what_is_known_and_not_listed_is_a_candidate(known: set[str], listed: set[str]) -> None:
    first = Deletes.load("lists", {}, 0, DAY)
    first.announce(((name, None) for name in known), 0)
    found = first.to_json(0)
    assert isinstance(found, dict)
    again = loaded(found)
    again.note_listed({}, ((name, None) for name in listed))
    again.announce([("made meanwhile", None)], 0)
    assert ids(again) == known - listed


def test_a_listing_is_due_once_in_so_many_hours() -> None:
    listed = "1970-01-10T00:00:00+00:00"
    assert loaded({"ids": "", "listed": listed}, 10 * DAY).is_due()
    assert not loaded({"ids": "", "listed": listed}, 10 * DAY - 1).is_due()
    assert loaded({"ids": ""}).is_due()
    assert not Deletes.load("lists", {}, 10 * DAY, DAY).is_due()


@pytest.mark.parametrize("garbage", [[], {"ids": "?"}, {"ids": "AAAA"}, {"ids": 5}])
def test_garbage_is_no_state(garbage: Mapping[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"ids|deletes"):
        loaded(garbage)


def test_only_a_new_id_asks_for_a_state() -> None:
    followed = Deletes.load("lists", {}, 0, DAY)
    assert followed.announce([("a", 5)], 10)
    assert not followed.announce([("a", 7)], 10)
    followed.forget(["a"])
    assert followed.announce([("a", 7)], 10)


def test_what_has_come_back_is_read_again() -> None:
    listed_before = {"ids": "", "listed": "1970-01-02T00:00:00+00:00"}
    opened: list[tuple[Partition, int | None]] = []
    followed = loaded(listed_before)
    followed.announce([("known", 7)], 0)
    followed.note_listed({"archived": True}, [("back", 5), ("known", 7), ("without", None)])
    followed.finish(lambda partition, cursor: opened.append((partition, cursor)))
    assert opened == [({"archived": True}, 5), ({"archived": True}, None)]


def test_more_ids_than_a_state_should_hold_are_given_up_once(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(deletes, "MOST_IDS", 3)
    followed = Deletes.load("lists", {}, 0, DAY)
    with caplog.at_level(logging.WARNING):
        for number in range(9):
            followed.announce([(str(number), None)], 0)
        followed.note_listed({}, [("back", 5)])
        followed.finish(lambda *_: pytest.fail("nothing is to be read again"))
    assert followed.to_json(0) == {"too_many": True}
    assert len(caplog.messages) == 1


def test_the_packed_ids_of_ten_thousand_ulids_fit() -> None:
    digits = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
    followed = Deletes.load("campaigns", {}, 0, DAY)
    dice = random.Random(7)
    names = ["01" + "".join(dice.choices(digits, k=24)) for _ in range(10_000)]
    assert followed.announce([(name, None) for name in names], 0)
    found = followed.to_json(0)
    assert isinstance(found, dict)
    assert 200_000 < len(str(found["ids"])) <= deletes.MOST_BYTES


@given(
    st.integers(2, 500),
    st.lists(st.integers(0, 600), min_size=1, max_size=5),
    st.integers(600, 700),
)
def test_a_second_before_the_watermark_can_be_open_again(
    watermark: int, seconds: list[int], horizon: int
) -> None:
    checkpoint = CursorCheckpoint(CursorState(watermark), 0, 0, 1_000)
    checkpoint.complete(Window(watermark, FOREVER))
    for second in seconds:
        checkpoint.reopen(Window(second, second + 1))
    following = CursorCheckpoint(checkpoint.current(horizon), 0, 0, 2_000)
    missing = following.missing()
    assert all(any(second in window for window in missing) for second in seconds)
    assert sum(min(w.hi, horizon) - min(w.lo, horizon) for w in missing) <= len(set(seconds))
