"""Differences come together: drawn at random, everything is read all the same.

`KLAVIYO_COMBINATIONS` is how many are drawn.
"""

import os
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, Phase, assume, given, settings
from hypothesis import strategies as st

from integration_tests.quirks.reading import HELD, read
from integration_tests.quirks.test_quirks import assert_complete, assert_once
from klaviyo_sandbox import Quirks, RefusedParameter, Sandbox

_TOO_MANY_TIES = "share a second than fit on a page"
_IN_A_CIRCLE = "A page leads back to one before it"
_DRAWN = int(os.environ.get("KLAVIYO_COMBINATIONS", "12"))

_ANYWHERE = st.sampled_from(
    [
        Quirks(surrogate_every=50),
        Quirks(bad_number_every=50),
        Quirks(drift=True),
        Quirks(bounds="open"),
        Quirks(bounds="closed"),
        Quirks(null_data="once"),
        Quirks(missing_links="once"),
        Quirks(next_on_last_page=True),
        Quirks(date_header="minus_zero"),
        Quirks(limit_headers="none"),
        Quirks(limit_headers="windows_only"),
        Quirks(included_missing_every=12),
        Quirks(refuse_parameters=(RefusedParameter("include=tags"),)),
        Quirks(refuse_parameters=(RefusedParameter("fields["),)),
    ]
)
_PAGES = st.sampled_from(
    [
        Quirks(),
        Quirks(max_page_size=9),
        Quirks(max_page_size=60, page_size_refusal="silent"),
        Quirks(max_page_size=150, page_size_refusal="413"),
        Quirks(heavy_page_size=70),
        Quirks(heavy_page_size=25, heavy_region=(0.2, 0.4)),
    ]
)
_ORDER = st.sampled_from(
    [
        Quirks(),
        Quirks(unsorted="within_pages"),
        Quirks(unsorted="collection"),
        Quirks(unsorted="reversed"),
        Quirks(unsorted="ties"),
        Quirks(null_cursors_every=25),
        Quirks(null_cursors_every=25, null_cursors_sort="last"),
        Quirks(cursor_without_id=True),
    ]
)
_TOKENS = st.sampled_from(
    [
        Quirks(),
        Quirks(opaque_cursor=True),
        Quirks(cursor_refused_every=4),
        Quirks(repeated_rows=5),
        Quirks(empty_pages_every=3),
        Quirks(next_to_itself="once"),
        Quirks(next_loops=True),
    ]
)
_WINDOWED = st.sampled_from(["/api/events", "/api/profiles", "/api/flows", "/api/lists/*/profiles"])


@pytest.mark.usefixtures("shop")
@settings(
    max_examples=_DRAWN,
    deadline=None,
    # The same draw in each run, unless more are asked for; and a failure is as it was drawn, for to
    # make it smaller takes minutes.
    derandomize="KLAVIYO_COMBINATIONS" not in os.environ,
    phases=(Phase.generate,),
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    everywhere=st.lists(_ANYWHERE, max_size=3),
    path=_WINDOWED,
    pages=_PAGES,
    order=_ORDER,
    tokens=_TOKENS,
    mode=st.sampled_from(["incremental", "full_refresh"]),
)
def test_everything_is_read_through_any_combination(
    shared: Sandbox,
    everywhere: list[Quirks],
    path: str,
    pages: Quirks,
    order: Quirks,
    tokens: Quirks,
    mode: str,
) -> None:
    few = pages.max_page_size == 9
    assume(not (few and order.unsorted and tokens.cursor_refused_every))
    there = [replace(quirks, path=path) for quirks in (pages, order, tokens)]
    shared.set_quirks(*everywhere, *there)
    streams = [*HELD, "campaign_messages", "event_attributions", "list_profiles"]
    outcome = read(shared, streams, mode)
    # No client can read a second of a hundred rows where cursors do not tell them apart, or where
    # pages of nine lead back after the third. Nor can it find rows without a cursor value, which
    # may stand anywhere among shuffled ones, in such a circle. But it has to say so.
    circle = tokens.next_loops and (few or order.unsorted == "collection")
    unreadable = [_TOO_MANY_TIES] if order.cursor_without_id or circle else []
    unreadable += [_IN_A_CIRCLE] if circle else []
    for stream, message in tuple(outcome.failures.items()):
        if any(each in message for each in unreadable):
            del outcome.failures[stream], outcome.keys[stream]
            streams.remove(stream)
    assert outcome.failures == {}
    assert_complete(shared, outcome, [stream for stream in HELD if stream in streams])
    if mode == "incremental":
        assert_once(outcome)
