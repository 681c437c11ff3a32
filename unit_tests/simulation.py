"""Syncs of a simulated Klaviyo, step by step: a random number generator decides what happens next.

The engine's own parts read the shop. Only the threads are missing, so a seed repeats a sync.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from random import Random

import orjson
from airbyte_cdk.models import FailureType, StreamDescriptor

from source_klaviyo.api.partition import Partition
from source_klaviyo.errors import NotFound, PageLost, RequestFailed, StreamFailed
from source_klaviyo.protocol import FOREVER, Extract, ItemRequest, Page, PageRequest, Window
from source_klaviyo.sync.jobs import CollectionJob, StreamJob, ViewJob
from source_klaviyo.sync.output.output_queue import Delivery
from source_klaviyo.sync.output.stream_output import StreamOutput
from source_klaviyo.sync.reading.collection_reader import CollectionReader
from source_klaviyo.sync.reading.tasks import Task
from source_klaviyo.sync.state.horizon import MARGIN
from source_klaviyo.sync.state.loading import load
from source_klaviyo.sync.state.stream_state import CursorState, StreamState
from source_klaviyo.sync.windows.seen_rows import IdMemory
from source_klaviyo.sync.windows.window_reader import WindowReader
from unit_tests.fakes import TwoPages, record


@dataclass(slots=True)
class Row:
    """A row's cursor in seconds, and the partition. A stray stands a little out of order."""

    cursor: int | None
    archived: bool = False
    stray: int = 0


@dataclass(eq=False)
class Shop(TwoPages):
    """A collection as Klaviyo serves it: filtered, sorted, paged, while its rows change.

    No filter finds rows without a cursor value; they stand at one end of the order. A page cursor
    names the last row. With `items`, the first view needs a request for each row; the second of two
    views needs an include.

    `moving` and `failing` are chances for each request: a row changes, the request fails. No page
    with an `unreadable` row can be loaded; a page with a `heavy` row, only without the include.
    After 500 changes the shop is quiet, or a sync could follow its rows for ever.
    """

    chance: Random = field(default_factory=Random)
    rows: dict[str, Row] = field(default_factory=dict)
    now: float = 0.0
    nulls_first: bool = False
    items: bool = False
    views: int = 1
    moving: float = 0.0
    moves_once: bool = False
    moves_left: int = 500
    failing: float = 0.0
    unreadable: frozenset[str] = frozenset()
    heavy: frozenset[str] = frozenset()
    moved: set[str] = field(default_factory=set)

    def fetch(self, request: PageRequest) -> Page:
        self._live()
        self._fail(request)
        ids, token = self._page(request)
        fatal = self.unreadable if request.left_out else self.unreadable | self.heavy
        if fatal.intersection(ids):
            raise RequestFailed("Klaviyo answered 500.", by_size=True)
        cursors = [self.rows[name].cursor for name in ids]
        values = [None if cursor is None else str(cursor) for cursor in cursors]
        extracts = [self._extract(view, ids, request) for view in request.views]
        return Page(ids, cursors, extracts, token, values=values)

    def fetch_item(self, items: Mapping[int, ItemRequest]) -> Page:
        self._live()
        self._fail(None)
        (item,) = items.values()
        if item.id in self.unreadable:
            gone, failed = NotFound("Klaviyo answered 404."), RequestFailed("Klaviyo answered 500.")
            raise self.chance.choice([gone, failed])
        extract = Extract([record(f"{item.id}|{item.fields.decode()}")])
        return Page([item.id], [], [extract])

    def optional_parts(self, request: PageRequest) -> frozenset[str]:
        return frozenset({"include=tags"}) - request.left_out

    def versions(self) -> set[str]:
        """Return the rows as records tell them apart: by id and cursor."""
        return {version(name, row) for name, row in self.rows.items()}

    def _page(self, request: PageRequest) -> tuple[list[str], str | None]:
        """Return the ids of a page, and the cursor of the next page."""
        window, descends = request.window, request.newest_first or self.newest_first
        after = None
        if request.token:
            lo, hi, descends, after = json.loads(request.token)
            window = Window(lo, hi)
        found = sorted(
            [*self._place(row), name]
            for name, row in self.rows.items()
            if _selects(row, request.partition, window)
        )
        if descends:
            found.reverse()
        if after:
            found = [each for each in found if (each < after if descends else each > after)]
        page = found[: request.page_size or 3]
        token = None
        if len(page) < len(found):
            token = json.dumps([window.lo, window.hi, descends, page[-1]])
        return [str(each[-1]) for each in page], token

    def _extract(self, view: int, ids: Sequence[str], request: PageRequest) -> Extract:
        if view and request.left_out:
            failed = StreamFailed("The page came without tags.", FailureType.system_error)
            return Extract(failure=failed)
        if self.items and not view:
            cursors = (str(self.rows[name].cursor).encode() for name in ids)
            return Extract(items=list(map(ItemRequest, ids, cursors)))
        return Extract([record(version(name, self.rows[name])) for name in ids])

    def _place(self, row: Row) -> list[int | str]:
        if row.cursor is None:
            return [-FOREVER if self.nulls_first else 2 * FOREVER]
        return [row.cursor + row.stray]

    def _live(self) -> None:
        """Let a quarter of a second pass, in which rows may change: one, or all by an import."""
        self.now += 0.25
        many = self.chance.random() < self.moving / 50
        if many or self.chance.random() < self.moving:
            for name in self.rows if many else [self.chance.choice(sorted(self.rows))]:
                self._move(name)

    def _move(self, name: str) -> None:
        row = self.rows[name]
        lies_ahead = row.cursor is not None and row.cursor > self.now
        has_moved = self.moves_once and name in self.moved
        if row.cursor is None or lies_ahead or has_moved or not self.moves_left:
            return
        self.moves_left -= 1
        self.moved.add(name)
        if self.partitions[0] and self.chance.random() < 0.5:
            row.archived = not row.archived
            if row.archived and self.moves_once and self.chance.random() < 0.5:
                return  # without a new cursor value
        row.cursor, row.stray = int(self.now), 0

    def _fail(self, request: PageRequest | None) -> None:
        draw = self.chance.random()
        if draw < self.failing:
            raise RequestFailed("Klaviyo answered 503.", by_size=True)
        if draw < self.failing * 1.3 and request and request.token:
            raise PageLost("The page cursor is not known.")
        if self.failing * 1.3 <= draw < self.failing * 1.4:
            raise StreamFailed("No request for an hour.", FailureType.transient_error)


def version(name: str, row: Row) -> str:
    """Return the id of a row's record, which tells the versions of the row apart."""
    return f"{name}|{row.cursor}"


def _selects(row: Row, partition: Partition, window: Window) -> bool:
    if partition and row.archived != partition["archived"]:
        return False
    if row.cursor is None:
        return window == Window()
    is_below = window.hi == FOREVER or row.cursor < window.hi
    return is_below and (not window.lo or row.cursor >= window.lo)


class SplitsAtRandom:
    """Splits any reader anywhere, now and then, but not for ever: each split costs a request."""

    def __init__(self, chance: Random) -> None:
        self.chance = chance
        self.left = 40

    def observe(self, reader: WindowReader, fetched: int, kept: int) -> None:
        pass

    def choose(
        self, readers: Sequence[WindowReader], horizon: int
    ) -> tuple[WindowReader, int] | None:
        for reader in readers:
            latest = min(reader.hi, horizon)
            can = reader.splittable and latest - reader.place.at > 1
            if can and self.left and self.chance.random() < 0.4:
                self.left -= 1
                return reader, self.chance.randrange(reader.place.at + 1, latest)
        return None


class Sync:
    """One sync of `collection`, for a view of each of `states`; it can be cut at any step."""

    def __init__(
        self,
        collection: TwoPages,
        states: Sequence[StreamState],
        chance: Random,
        began: int,
        *,
        keeps_state: bool = True,
    ) -> None:
        self.collection, self.chance, self.began = collection, chance, began
        self.horizon, self.clock = began - MARGIN, 0.0
        self.jobs = [
            StreamJob(
                StreamDescriptor(f"view {number}"),
                "updated",
                keeps_state=keeps_state,
                loaded=load("x", state, "updated"),
                began=began,
            )
            for number, state in enumerate(states)
        ]
        job = CollectionJob(collection, [ViewJob(each) for each in self.jobs])
        self.reader = CollectionReader(job, lambda: self.horizon, IdMemory())
        self.reader.tasks.splitter = SplitsAtRandom(chance)  # type: ignore[assignment]
        self.reader.start(0)
        self.outputs = [StreamOutput(each, 1, lambda: self.horizon) for each in self.jobs]
        self.written = [list[str]() for _ in states]
        self.ended = set[int]()
        self.under_way: list[Iterator[None]] = []

    def go(self, steps: int = 100_000) -> bool:
        """Send requests and take in answers; tell whether all was read, or given up."""
        for _ in range(steps):
            if len(self.ended) == len(self.jobs) and not self.under_way:
                return True
            may_send = len(self.under_way) < 4 and self.chance.random() < 0.6
            task = self.reader.next_task(self.clock) if may_send else None
            if task and not isinstance(task, float | int):
                request = self.reader.request(task) if isinstance(task, WindowReader) else None
                self.under_way.append(self._request(task, request))
            elif self.under_way:
                at = self.chance.randrange(len(self.under_way))
                if next(self.under_way[at], self) is self:
                    self.under_way.pop(at)
            else:
                self.clock += 1_000  # longer than any wait, whose length is random
            self.ended |= {*self.reader.ended()}
        return False

    def _request(self, task: Task, request: PageRequest | None) -> Iterator[None]:
        """Carry out a request; others go on wherever this one pauses."""
        fault: Exception | None = None
        try:
            if isinstance(task, WindowReader):
                assert request
                page = self.collection.fetch(request)
                yield
                self._write(self.reader.accept_page(task, request, page))
            else:
                page = self.collection.fetch_item(
                    {each.view.view: each.request for each in task.wanted}
                )
                yield
                self._write(
                    Delivery(each.view.view, extract=extract)
                    for each, extract in zip(task.wanted, page.extracts, strict=False)
                )
            yield
        except (RequestFailed, PageLost, StreamFailed) as found:
            fault = found
        self.reader.settle(task, fault, self.clock)
        self._write(self.reader.take_complete())

    def _write(self, deliveries: Sequence[Delivery] | Iterator[Delivery]) -> None:
        for delivery in deliveries:
            for row in delivery.extract.records:
                self.written[delivery.view].append(orjson.loads(b"".join(row))["id"])
            self.outputs[delivery.view].note(delivery)

    def states(self) -> list[StreamState]:
        """Return the states as the platform would keep them."""
        lines = [orjson.loads(output.state(0.0)) for output in self.outputs]
        return [line["state"]["stream"]["stream_state"] for line in lines]

    def failed(self, view: int) -> bool:
        """Tell whether a view ends incomplete."""
        return self.reader.views.failure(view) is not None


def claims(state: CursorState, cursor: int | None, name: str = "") -> bool:
    """Tell whether a state says that a row with this `cursor`, in seconds, has been written."""
    if cursor is None:
        return state.watermark is not None and not state.rows_without_cursor
    before = state.watermark is not None and cursor < state.watermark
    return before or any(cursor in window for window in state.read) or (name, cursor) in state.ahead
