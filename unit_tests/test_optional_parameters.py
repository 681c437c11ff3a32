"""Which part of a request Klaviyo refuses is found out, proven, and left out alone."""

import logging
from collections.abc import Set as AbstractSet
from itertools import combinations

import pytest
from airbyte_cdk.models import FailureType

from source_klaviyo.api.auth import api_key
from source_klaviyo.api.granted_scopes import GrantedScopes
from source_klaviyo.errors import ParameterRefused, ScopeMissing, StreamFailed
from source_klaviyo.streams.requests.optional_parameters import OptionalParameters

PARTS = ["include=tags", "include=actions", "additional-fields[flow]"]
REFUSED = ParameterRefused("No such thing.", None)
FORBIDDEN = ScopeMissing("tags:read is missing.")


def parameters(**scopes: str) -> OptionalParameters:
    granted = GrantedScopes(api_key("pk"))
    granted.enriches("tags:read", "tags of flows")
    return OptionalParameters("flows", granted, scopes)


def page(
    optional: OptionalParameters,
    refused: AbstractSet[str],
    failure: StreamFailed = REFUSED,
    *,
    is_row: bool = False,
) -> AbstractSet[str] | None:
    """Ask for a page until it is served; return without what, None if it never was."""
    without = optional.left_out
    for _ in range(20):
        if not refused - without:
            if without != optional.left_out:
                optional.served_without(without, is_row=is_row)
            return without
        trial = optional.next_trial(without, PARTS, failure)
        if trial is None:
            return None
        without = trial
    raise AssertionError("it has no end")


@pytest.mark.parametrize("failure", [REFUSED, FORBIDDEN])
@pytest.mark.parametrize("part", PARTS)
def test_two_pages_prove_a_refusal_and_it_is_told_once(
    part: str, failure: StreamFailed, caplog: pytest.LogCaptureFixture
) -> None:
    optional = parameters()
    assert page(optional, {part}, failure) == {part}
    assert optional.left_out == set(), "a refusal may be load, or an incident"
    with caplog.at_level(logging.WARNING, "airbyte"):
        for _ in range(3):
            assert page(optional, {part}, failure) == {part}
    assert optional.left_out == {part}
    (told,) = caplog.messages
    assert f"does not serve {part}" in told
    assert str(failure.message) in told


def test_rows_that_cannot_be_loaded_prove_little() -> None:
    """Several broken templates may follow each other; the definitions of all others are read."""
    optional = parameters()
    for _ in range(9):
        page(optional, {"include=tags"}, is_row=True)
        assert optional.left_out == set()
    page(optional, {"include=tags"}, is_row=True)
    assert optional.left_out == {"include=tags"}, "what fails for every row has an end"


def test_what_another_page_has_proven_meanwhile_is_tried_before_anything_else() -> None:
    optional = parameters()
    for _ in range(2):
        page(optional, {"include=tags"})
    refused_meanwhile = optional.next_trial(frozenset(), PARTS[1:], REFUSED)
    assert refused_meanwhile == frozenset({"include=tags"})


def test_a_page_that_is_served_whole_takes_back_what_one_before_has_shown() -> None:
    optional = parameters()
    for _ in range(3):
        assert page(optional, {"include=tags"}) == {"include=tags"}
        optional.served_whole()
    assert optional.left_out == set()


@pytest.mark.parametrize("pair", list(combinations(PARTS, 2)), ids=str)
def test_two_parts_refused_at_once_are_left_out(pair: tuple[str, str]) -> None:
    found = page(parameters(), {*pair})
    assert found is not None
    assert found >= {*pair}


def test_a_request_that_is_refused_without_anything_left_to_try_fails() -> None:
    optional = parameters()
    assert page(optional, {"filter"}) is None
    assert optional.left_out == set()


def test_trials_end_where_all_parts_are_of_one_kind() -> None:
    optional, parts, trial = (
        parameters(),
        ["include=tags", "include=flow-actions"],
        frozenset[str](),
    )
    trials = []
    while (found := optional.next_trial(trial, parts, REFUSED)) is not None:
        trials.append(trial := found)
        assert len(trials) < 10, "it has no end"
    assert trials == [{"include=tags"}, {"include=flow-actions"}, set(parts)]


def test_the_part_that_klaviyo_names_is_tried_first() -> None:
    named = ParameterRefused("No.", "additional-fields")
    trial = parameters().next_trial(frozenset(), PARTS, named)
    assert trial == frozenset({"additional-fields[flow]"})


def test_for_a_missing_scope_the_parts_that_need_one_are_tried_first() -> None:
    optional = parameters(**{"include=actions": "flows:read"})
    trial = optional.next_trial(frozenset(), PARTS, FORBIDDEN)
    assert trial == frozenset({"include=actions"})


def test_a_proven_lack_of_a_scope_is_told_with_the_scope(
    caplog: pytest.LogCaptureFixture,
) -> None:
    optional = parameters(**{"include=tags": "tags:read"})
    with caplog.at_level(logging.WARNING, "airbyte"):
        for _ in range(3):
            page(optional, {"include=tags"}, FORBIDDEN)
    (told,) = caplog.messages
    assert told.startswith("Missing scope tags:read: records have null for the tags of flows.")


def test_what_needs_a_scope_that_is_known_to_be_missing_is_never_asked_for() -> None:
    optional = parameters(**{"include=tags": "tags:read"})
    optional._granted.refused("tags:read")
    assert optional.left_out == {"include=tags"}


def test_other_failures_are_no_refusals() -> None:
    failure = StreamFailed("Klaviyo is down.", FailureType.transient_error)
    assert parameters().next_trial(frozenset(), PARTS, failure) is None
