"""Differences come together: whichever do, everything is read all the same.

`KLAVIYO_COMBINATIONS` is how many are tried, drawn anew each time, or `all` of them. Without it,
the same few are.
"""

import os
import random
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from itertools import product, starmap

import pytest

from integration_tests.quirks.reading import HELD, read
from integration_tests.quirks.test_quirks import assert_complete, assert_once
from klaviyo_sandbox import Quirks, RefusedParameter, Sandbox

_TOO_MANY_TIES = "share a second than fit on a page"
_TOO_MANY_NULLS = "have no cursor value than fit on a page"
_IN_A_CIRCLE = "A page leads back to one before it"
_NOTHING_NEW = "page after page"
_REFUSED = "rejects the page cursors"
_WANTED = os.environ.get("KLAVIYO_COMBINATIONS", "")
_FEW = 12
_SEED = 1
_FEW_ROWS = 9

_ANYWHERE = (
    Quirks(surrogate_every=50),
    Quirks(bad_number_every=50),
    Quirks(drift=True),
    Quirks(bounds="open"),
    Quirks(bounds="closed"),
    Quirks(null_data="once"),
    Quirks(missing_links="once"),
    Quirks(next_on_last_page=True),
    Quirks(last_next="absent"),
    Quirks(last_next="empty"),
    Quirks(next_style="path"),
    Quirks(date_header="minus_zero"),
    Quirks(limit_headers="none"),
    Quirks(limit_headers="windows_only"),
    Quirks(included_missing_every=12),
    Quirks(refuse_parameters=(RefusedParameter("include=tags"),)),
    Quirks(refuse_parameters=(RefusedParameter("fields["),)),
)
_PAGES = (
    Quirks(),
    Quirks(max_page_size=_FEW_ROWS),
    Quirks(max_page_size=60, page_size_refusal="silent"),
    Quirks(max_page_size=150, page_size_refusal="413"),
    Quirks(heavy_page_size=70),
    Quirks(heavy_page_size=25, heavy_region=(0.2, 0.4)),
)
_ORDER = (
    Quirks(),
    Quirks(unsorted="within_pages"),
    Quirks(unsorted="collection"),
    Quirks(unsorted="reversed"),
    Quirks(unsorted="ties"),
    Quirks(null_cursors_every=25),
    Quirks(null_cursors_every=25, null_cursors_sort="last"),
    Quirks(cursor_without_id=True),
    Quirks(cursor_without_id=True, null_cursors_every=25),
)
_TOKENS = (
    Quirks(),
    Quirks(opaque_cursor=True),
    Quirks(cursor_refused_every=4),
    Quirks(repeated_rows=5),
    Quirks(empty_pages_every=3),
    Quirks(next_to_itself="once"),
    Quirks(next_loops=True),
)
_WINDOWED = {
    "/api/events": ["events", "event_attributions"],
    "/api/profiles": ["profiles"],
    "/api/flows": ["flows"],
    "/api/lists/*/profiles": ["lists", "list_profiles"],
}
_MODES = ("incremental", "full_refresh")


@dataclass(frozen=True)
class Combination:
    """How a collection's pages, order and page cursors are, what holds everywhere, and the mode."""

    path: str
    pages: Quirks
    order: Quirks
    tokens: Quirks
    mode: str
    everywhere: tuple[Quirks, ...] = ()

    @property
    def quirks(self) -> Sequence[Quirks]:
        """All of it, as the sandbox takes it."""
        there = (replace(each, path=self.path) for each in (self.pages, self.order, self.tokens))
        return (*self.everywhere, *there)

    def __str__(self) -> str:
        default = asdict(Quirks())
        options = (item for each in self.quirks for item in asdict(each).items())
        named = (f"{name}={value}" for name, value in options if value != default[name])
        return " ".join((self.mode, *dict.fromkeys(named)))

    @property
    def unreadable(self) -> Sequence[str]:
        """What may be said where nobody can read everything.

        No client can read a second of a hundred rows, or a hundred without a cursor value, where
        page cursors do not tell them apart, or where small pages lead back after the third or
        cannot be followed. Nor can it find rows without a cursor value, which may stand anywhere
        among shuffled ones, in such a circle.
        """
        pages, order, tokens = self.pages, self.order, self.tokens
        few = pages.max_page_size == _FEW_ROWS
        astray = order.unsorted in ("collection", "reversed")
        circle = tokens.next_loops and (few or pages.heavy_page_size or astray)
        said = {
            _TOO_MANY_TIES: order.cursor_without_id or circle,
            _TOO_MANY_NULLS: order.cursor_without_id and order.null_cursors_every,
            _IN_A_CIRCLE: circle,
            _NOTHING_NEW: order.cursor_without_id and tokens.repeated_rows,
            _REFUSED: few and order.unsorted and tokens.cursor_refused_every,
        }
        return [message for message, may_be in said.items() if may_be]


def combinations() -> Sequence[Combination]:
    """Return those to try, in any order; workers of one run have to find the same."""
    dice = random.Random(os.environ.get("PYTEST_XDIST_TESTRUNUID") if _WANTED else _SEED)
    every = list(starmap(Combination, product(_WINDOWED, _PAGES, _ORDER, _TOKENS, _MODES)))
    dice.shuffle(every)
    if _WANTED == "all":
        return every
    drawn = every[: int(_WANTED or _FEW)]
    return [replace(each, everywhere=tuple(dice.sample(_ANYWHERE, k=2))) for each in drawn]


@pytest.mark.parametrize("combination", combinations(), ids=str)
def test_everything_is_read_through_any_combination(
    shop: Sandbox, combination: Combination
) -> None:
    shop.set_quirks(*combination.quirks)
    streams = [*_WINDOWED[combination.path]]
    if combination.everywhere:
        streams = [*HELD, "campaign_messages", "event_attributions", "list_profiles"]
    outcome = read(shop, streams, combination.mode)
    for stream, message in tuple(outcome.failures.items()):
        if any(each in message for each in combination.unreadable):
            del outcome.failures[stream], outcome.keys[stream]
            streams.remove(stream)
    assert outcome.failures == {}
    assert_complete(shop, outcome, [stream for stream in HELD if stream in streams])
    if combination.mode == "incremental":
        assert_once(outcome)
