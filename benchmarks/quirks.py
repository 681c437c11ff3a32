"""Quirks: what a Klaviyo that differs from the documented one costs, in rows and in requests."""

import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final

from benchmarks import output
from benchmarks.connector import Connector
from benchmarks.options import Options
from benchmarks.row import Row, at_most, plain
from benchmarks.shop import open_shop
from klaviyo_sandbox import Fault, Quirks, Sandbox, Settings

WORKERS = 32
MOST_MB = 300.0
_SMALLER = 10
"""By how much a quick version divides sizes."""
_AS_DOCUMENTED = Quirks()
_FEW_EVENTS = Settings(events=5_000, profiles=500)
_MANY_EVENTS = Settings(events=20_000, profiles=500)
_PROFILES = Settings(events=1_000, profiles=6_000)


def _every(kind: str) -> Callable[[Sandbox], Counter[str]]:
    return lambda sandbox: Counter(sandbox.ids(kind))


def _members(sandbox: Sandbox) -> Counter[str]:
    lists = sandbox.ids("list")
    return Counter(profile for each in lists for profile in sandbox.members("list", each))


def _few_conversations(sandbox: Sandbox) -> Counter[str]:
    """Delete all conversations but those of one profile in two hundred, and count these."""
    every = sandbox.documents("conversation")
    owners = {each["relationships"]["profile"]["data"]["id"]: each["id"] for each in every}
    kept = {*list(owners.values())[::8]}
    sandbox.delete("conversation", {each["id"] for each in every} - kept)
    return Counter(kept)


HELD: Final[Mapping[str, Callable[[Sandbox], Counter[str]]]] = {
    "events": _every("event"),
    "flow_messages": _every("flow-message"),
    "list_profiles": _members,
    "metrics": _every("metric"),
    "profile_conversations": _few_conversations,
    "profiles": _every("profile"),
}
"""What counts the rows that a stream has to bring, by id."""


@dataclass(frozen=True, slots=True)
class Case:
    """A difference, the stream that is read through it, and how many requests that may take.

    `changed` is how many profiles change at every third request, `imported` which part of them
    changed in one second, `seconds_ago`.
    """

    what: str
    shop: Settings
    stream: str
    most_requests: int
    quirks: Quirks = _AS_DOCUMENTED
    fault: Fault | None = None
    changed: int = 0
    imported: float = 0.0
    seconds_ago: float = 0.0
    full_refresh: bool = False


CASES: Final = (
    Case("200 events a page", _FEW_EVENTS, "events", 50, Quirks(max_page_size=200)),
    Case("503 at 500 events a page", _MANY_EVENTS, "events", 150, Quirks(heavy_page_size=499)),
    Case(
        "events of 100 kB",
        replace(_MANY_EVENTS, events=12_000),
        "events",
        800,
        Quirks(path="/api/events", record_bytes=100_000),
    ),
    Case(
        "8,000 flow actions",
        Settings(events=1_000, profiles=300, flows=1_500, flow_actions=5.56),
        "flow_messages",
        5_000,
    ),
    Case("conversations of 1 in 200 profiles", _PROFILES, "profile_conversations", 100),
    Case(
        "every second page cursor refused",
        _PROFILES,
        "profiles",
        300,
        Quirks(cursor_refused_every=2),
    ),
    Case(
        "20 profiles change every 3 requests",
        replace(_PROFILES, profiles=8_000),
        "profiles",
        200,
        changed=20,
        full_refresh=True,
    ),
    Case(
        "half of the profiles imported at that moment",
        replace(_PROFILES, profiles=8_000),
        "profiles",
        120,
        imported=0.5,
    ),
    Case(
        "the same 10 seconds before, and the other direction",
        replace(_PROFILES, profiles=8_000),
        "profiles",
        200,
        Quirks(unsorted="reversed"),
        imported=0.5,
        seconds_ago=10.0,
    ),
    Case("halves of surrogate pairs", _FEW_EVENTS, "events", 50, Quirks(surrogate_every=40)),
    Case("NaN", _FEW_EVENTS, "events", 50, Quirks(bad_number_every=40)),
    Case(
        "404 on the second page of members",
        replace(_PROFILES, lists=12),
        "list_profiles",
        200,
        fault=Fault(status=404, path="/api/lists/*/profiles", query="page[cursor]", times=1),
    ),
    Case(
        "503 with Retry-After of a day",
        _FEW_EVENTS,
        "metrics",
        5,
        fault=Fault(status=503, path="/api/metrics", times=1, retry_after=86_400),
    ),
    Case(
        "rows without a cursor value, last",
        _PROFILES,
        "profiles",
        200,
        Quirks(null_cursors_every=30, null_cursors_sort="last"),
    ),
    Case(
        "no order, and page cursors refused",
        _PROFILES,
        "profiles",
        300,
        Quirks(unsorted="collection", cursor_refused_every=9),
    ),
    Case("bounds leave out what they name", _MANY_EVENTS, "events", 50, Quirks(bounds="open")),
    Case("no next page, not even null", _FEW_EVENTS, "events", 50, Quirks(last_next="absent")),
)


def measure(options: Options) -> Iterator[Row]:
    """Yield rows missing and read twice, requests, seconds and memory of each case."""
    for case in CASES:
        yield from _measure(case, options)


def _import(sandbox: Sandbox, case: Case) -> None:
    if case.imported:
        profiles = sorted(sandbox.ids("profile"))
        part = profiles[: int(len(profiles) * case.imported)]
        sandbox.update("profile", part, {"title": "imported"})
        time.sleep(case.seconds_ago)


def _measure(case: Case, options: Options) -> Iterator[Row]:
    shop = case.shop
    if options.small:
        events, profiles = shop.events // _SMALLER, shop.profiles // _SMALLER
        shop = replace(shop, events=events, profiles=profiles, flows=shop.flows // _SMALLER)
    with open_shop(shop, limits=False) as opened:
        sandbox = opened.sandbox
        held = HELD[case.stream](sandbox)
        _import(sandbox, case)
        sandbox.set_quirks(case.quirks)
        if case.fault:
            sandbox.fail(case.fault)
        if case.changed:
            sandbox.change_while_read("/api/profiles", 3, "profile", case.changed)
        connector = Connector(sandbox, opened.folder, {"num_workers": WORKERS})
        sync = connector.read([case.stream], full_refresh=case.full_refresh)
        read = Counter(row for stream, row in output.ids(sync.path) if stream == case.stream)
        requests = sum(each.requests for each in sandbox.log.counts().values())
    yield plain(f"{case.what}: rows", held.total())
    yield at_most(f"{case.what}: rows missing", (held - read).total(), 0)
    yield plain(f"{case.what}: rows read twice", (read - held).total())
    yield at_most(f"{case.what}: requests", requests, case.most_requests)
    yield plain(f"{case.what}: time", sync.seconds, "s")
    yield at_most(f"{case.what}: peak memory", sync.peak_mb, MOST_MB, "MB")
    yield plain(f"{case.what}: bytes of states", sum(sync.output.state_bytes))
