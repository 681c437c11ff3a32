"""The table of failures in docs/architecture.md: one bad thing costs only itself.

The cases are made from the registry: `make test` takes a stream of each kind and some faults in
turn, `make explore` (with KLAVIYO_EVERY_STREAM set) every stream with every fault.
"""

import os
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product
from typing import Any, Final
from urllib.parse import unquote

import pytest

from integration_tests.connector.poison import (
    CLASSES,
    REPLIES,
    Asked,
    Front,
    Json,
    Poison,
    at,
    at_path,
    first_times,
    front,
    whole,
    with_row,
    within_row,
    without_included,
)
from integration_tests.quirks.reading import Outcome, keys_of, read
from klaviyo_sandbox import Quirks, Sandbox, Settings
from source_klaviyo.reports.report_stream import ReportStream
from source_klaviyo.streams.kinds.included import IncludedStream
from source_klaviyo.streams.kinds.item import ItemStream, NamedItemStream

pytestmark = pytest.mark.usefixtures("impatient")

SHOP: Final = Settings(
    events=120,
    profiles=60,
    campaigns=24,
    flows=8,
    lists=7,
    segments=4,
    templates=9,
    tags=12,
    images=9,
    forms=5,
    catalog_items=12,
    coupon_codes=30,
    reviews=12,
    object_records=12,
    limits=False,
)
EACH_KIND: Final = (
    "tags",  # a snapshot
    "email_templates",  # windowed, ascending
    "campaigns",  # windowed, in no order, in partitions
    "reviews",  # newest first
    "flow_actions",  # included
    "lists_detailed",  # items
    "campaigns_detailed",  # items that join a record
    "message_templates",  # items that others name
    "tag_links",  # a union
    "list_profiles",  # windowed children
    "coupon_codes",  # children read whole
    "flow_series_reports",  # a report
)
ALL: Final = bool(os.environ.get("KLAVIYO_EVERY_STREAM"))
STREAMS: Final = tuple(CLASSES) if ALL else EACH_KIND
REPORTS: Final = [name for name in STREAMS if issubclass(CLASSES[name], ReportStream)]
OF_RESOURCES: Final = [name for name in STREAMS if name not in REPORTS]
PAGED: Final = [name for name in OF_RESOURCES if whole(name).page_size]
CHILDREN: Final = [name for name in OF_RESOURCES if "{id}" in CLASSES[name].endpoint]
ITEMS: Final = [name for name in OF_RESOURCES if issubclass(CLASSES[name], ItemStream)]
WITH_INCLUDED: Final = [
    name
    for name in OF_RESOURCES
    if CLASSES[name].include or issubclass(CLASSES[name], IncludedStream)
]
CONSENTS: Final = "profile_consents"
FAR_FEWER: Final = 3
"""Rows that the next sync may bring besides those that were missing: of the same second."""

CHANGES: Final[Mapping[str, Callable[[Json], None]]] = {
    "attributes null": lambda row: row.update(attributes=None),
    "attributes a list": lambda row: row.update(attributes=[]),
    "relationships null": lambda row: row.update(relationships=None),
    "relationships a text": lambda row: row.update(relationships="x"),
    "a relationship null": lambda row: row.update(
        relationships=dict.fromkeys(row.get("relationships") or {})
    ),
    "data a number": lambda row: row.update(
        relationships={name: {"data": 7} for name in row.get("relationships") or {}}
    ),
    "values numbers": lambda row: row.update(
        attributes=dict.fromkeys(row.get("attributes") or {}, 7)
    ),
}


def pairs(streams: Sequence[str], others: Iterable[Any], most: int, skip: int = 0) -> list[Any]:
    """Return every stream with all of `others`, or where that is too much with `most` in turn."""
    whole = list(others)
    if ALL:
        return list(product(streams, whole))
    return [
        (stream, whole[(number * most + skip + step) % len(whole)])
        for number, stream in enumerate(streams)
        for step in range(most)
    ]


@dataclass
class Baseline:
    """What sound syncs bring of a stream, and the answers that they got."""

    records: list[Json]
    asked: list[Asked]
    again: set[tuple[str, ...]]
    keys: set[tuple[str, ...]] = field(default_factory=set)

    def rows(self, endpoint: str) -> list[Json]:
        """Return the rows of an endpoint, each once, in the order in which they came."""
        pattern, found = at(endpoint), dict[str, Json]()
        for asked in self.asked:
            if pattern.fullmatch(asked.path):
                found |= {row["id"]: row for row in asked.rows}
        return list(found.values())

    def first_rows(self, endpoint: str) -> set[str]:
        """Return the ids of the rows on first pages of an endpoint."""
        pattern = at(endpoint)
        return {
            row["id"]
            for asked in self.asked
            if pattern.fullmatch(asked.path) and "page%5Bcursor%5D" not in asked.query
            for row in asked.rows
        }

    def paths(self, endpoint: str) -> list[str]:
        """Return the paths of an endpoint that brought a row."""
        pattern = at(endpoint)
        return list(
            dict.fromkeys(
                asked.path
                for asked in self.asked
                if pattern.fullmatch(asked.path) and asked.document.get("data")
            )
        )


@pytest.fixture(scope="module")
def shop() -> Iterator[Sandbox]:
    with Sandbox.start(SHOP) as sandbox:
        sandbox.set_quirks(Quirks(max_page_size=5), Quirks("/api/events", max_page_size=40))
        yield sandbox


@pytest.fixture(scope="module")
def baselines() -> dict[str, Baseline]:
    return {}


@pytest.fixture
def sound(shop: Sandbox, baselines: dict[str, Baseline]) -> Callable[[str], Baseline]:
    """Return what tells what sound syncs of a stream bring."""

    def sound(stream: str) -> Baseline:
        if stream not in baselines:
            with front(shop) as served:
                first = sync(shop, served, stream)
                asked = list(served.asked)
                second = sync(shop, served, stream, first)
            assert not first.failures
            assert first.records[stream]
            again = set(second.keys(stream))
            keys = set(first.keys(stream))
            baselines[stream] = Baseline(first.records[stream], asked, again, keys)
        return baselines[stream]

    return sound


def sync(shop: Sandbox, served: Front, stream: str, before: Outcome | None = None) -> Outcome:
    states = before.states if before else {}
    config: dict[str, Any] = {"api_base_url": served.url}
    return read(shop, [stream], "incremental", states, **config)


def poisoned(shop: Sandbox, stream: str, poison: Poison) -> tuple[Outcome, Outcome]:
    """Return a sync with something broken, and the one after it was mended."""
    with front(shop, poison) as served:
        first = sync(shop, served, stream)
        assert served.spoilt
    with front(shop) as served:
        second = sync(shop, served, stream, first)
    assert not second.failures
    return first, second


def assert_only_missing(
    stream: str,
    baseline: Baseline,
    first: Outcome,
    second: Outcome,
    excused: set[tuple[str, ...]],
) -> None:
    """Show that nothing but `excused` rows was missing, and that the next sync brought those."""
    came = Counter(first.keys(stream))
    missing = baseline.keys - came.keys()
    assert missing <= excused
    assert max(came.values(), default=1) == 1, "a row came twice"
    later = Counter(second.keys(stream))
    assert missing <= later.keys(), "rows are lost"
    if CLASSES[stream].cursor_attribute:
        more = later.keys() - missing - baseline.again
        if stream == CONSENTS:  # a profile has several rows
            more = {key[:1] for key in more}
        assert len(more) <= len(excused - missing) + FAR_FEWER, "rows are read again"


@pytest.mark.parametrize(("stream", "fault"), pairs(STREAMS, REPLIES, 2))
def test_a_fault_that_passes_costs_nothing(
    shop: Sandbox, sound: Callable[[str], Baseline], stream: str, fault: str
) -> None:
    baseline = sound(stream)
    first, second = poisoned(shop, stream, first_times(whole(stream).endpoint, fault, 2))
    assert not first.failures
    assert_only_missing(stream, baseline, first, second, set())


@pytest.mark.parametrize(
    ("stream", "fault", "place"),
    [
        *((*pair, "first") for pair in pairs(PAGED, REPLIES, 1)),
        *((*pair, "middle") for pair in pairs(PAGED, REPLIES, 1, skip=3)),
    ],
)
def test_a_page_that_cannot_be_loaded_costs_its_row(
    shop: Sandbox, sound: Callable[[str], Baseline], stream: str, place: str, fault: str
) -> None:
    baseline, declared = sound(stream), whole(stream)
    rows = baseline.rows(declared.endpoint)
    row = rows[0 if place == "first" else len(rows) // 2]
    first, second = poisoned(shop, stream, with_row(declared.endpoint, row["id"], fault))
    assert stream in first.failures
    assert declared.endpoint.partition("/")[0] in first.failures[stream]
    excused = baseline.keys
    # A 403 before any page has come is taken for a missing scope.
    refused_at_once = fault == "403" and row["id"] in baseline.first_rows(declared.endpoint)
    by_second = declared.ordered and declared.upper and not CLASSES[stream].parent
    if by_second and not refused_at_once:
        moment = row["attributes"][declared.cursor_attribute or ""][:19]
        key = CLASSES[stream].cursor_key or CLASSES[stream].cursor_attribute or ""
        excused = {
            name
            for name, record in zip(
                keys_of(stream, baseline.records), baseline.records, strict=True
            )
            if (record[key] or "")[:19] == moment
        }
    assert_only_missing(stream, baseline, first, second, excused)


@pytest.mark.parametrize(("stream", "fault"), pairs(CHILDREN, REPLIES, 4))
def test_a_parent_whose_children_cannot_be_read_costs_those(
    shop: Sandbox, sound: Callable[[str], Baseline], stream: str, fault: str
) -> None:
    baseline, declared = sound(stream), CLASSES[stream]
    paths = baseline.paths(declared.endpoint)
    path = paths[len(paths) // 2]
    held = {row["id"] for asked in baseline.asked if asked.path == path for row in asked.rows}
    poison = at_path(path, fault)
    first, second = poisoned(shop, stream, poison)
    assert stream in first.failures
    excused = {key for key in baseline.keys if key[-1] in held}
    assert_only_missing(stream, baseline, first, second, excused)


@pytest.mark.parametrize(("stream", "fault"), pairs(ITEMS, REPLIES, 3))
def test_an_item_that_cannot_be_read_costs_its_row(
    shop: Sandbox, sound: Callable[[str], Baseline], stream: str, fault: str
) -> None:
    baseline, declared = sound(stream), CLASSES[stream]
    assert issubclass(declared, ItemStream)
    paths = baseline.paths(declared.item)
    path = paths[len(paths) // 2]
    first, second = poisoned(shop, stream, at_path(path, fault))
    if fault != "404":
        assert stream in first.failures
        assert path.rpartition("/")[0] in first.failures[stream] or "_data" in fault
    if fault == "404" and declared.item != f"{declared.endpoint}/{{id}}":
        assert not first.failures  # a resource may have no such item
        return
    name = unquote(path.rpartition("/")[2])
    excused = {key for key in baseline.keys if key[-1] == name}
    assert_only_missing(stream, baseline, first, second, excused)


@pytest.mark.parametrize(("stream", "change"), pairs(OF_RESOURCES, CHANGES, 2))
def test_an_odd_value_costs_no_row(
    shop: Sandbox, sound: Callable[[str], Baseline], stream: str, change: str
) -> None:
    baseline, declared = sound(stream), whole(stream)
    rows = baseline.rows(declared.endpoint)
    row = rows[len(rows) // 2]["id"]
    first, second = poisoned(shop, stream, within_row(declared.endpoint, row, CHANGES[change]))
    assert not first.failures
    named = issubclass(declared, IncludedStream | NamedItemStream)
    lost = baseline.keys - set(first.keys(stream))
    assert len(lost) < len(baseline.keys) / 2
    related = "relation" in change or "data" in change
    assert not lost or (related if named else stream == CONSENTS)  # made of the attributes
    assert not second.failures


@pytest.mark.parametrize(("stream", "odd"), pairs(WITH_INCLUDED, [None, {"type": "x"}, "x"], 1))
def test_an_odd_included_resource_costs_no_row(
    shop: Sandbox, sound: Callable[[str], Baseline], stream: str, odd: object
) -> None:
    baseline, declared = sound(stream), whole(stream)
    first, second = poisoned(shop, stream, without_included(declared.endpoint, odd))
    assert not first.failures
    assert set(first.keys(stream)) == baseline.keys
    assert not second.failures
