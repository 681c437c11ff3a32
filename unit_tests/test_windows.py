"""Each view of a collection gets exactly what it misses: through splits, kills and resumes.

A model of Klaviyo stands in for HTTP: rows with cursors of any fraction of a second, filtered by
the very expressions that each stream sends, sorted, and paged. The engine's own parts read it; only
the thread is missing, so that hypothesis decides which request comes next.
"""

import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import pairwise
from typing import Literal, get_args

import pytest
from airbyte_cdk.models import StreamDescriptor
from hypothesis import example, given
from hypothesis import strategies as st

from source_klaviyo.errors import PageLost
from source_klaviyo.protocol import FOREVER, Extract, Page, PageRequest, Window
from source_klaviyo.registry import STREAMS
from source_klaviyo.streams.kinds.windowed import WindowedStream
from source_klaviyo.streams.requests.filters import bounds
from source_klaviyo.sync.jobs import CollectionJob, StreamJob, ViewJob
from source_klaviyo.sync.state.horizon import MARGIN
from source_klaviyo.sync.state.loading import load
from source_klaviyo.sync.state.stream_state import CursorState, StreamState, dump
from source_klaviyo.sync.windows.position import Position
from source_klaviyo.sync.windows.window_reader import WindowReader
from unit_tests.examples import at_least
from unit_tests.fakes import TwoPages, record
from unit_tests.kinds import made
from unit_tests.pages import reading
from unit_tests.simulation import Sync, claims

# One stream of each way to bound a window in ascending order: the rest is the same code.
WINDOWED = list(
    {
        (stream.lower, stream.upper): stream
        for stream in STREAMS
        if issubclass(stream, WindowedStream) and not stream.newest_first
    }.values()
)
NOW = 1_750_000_000
HORIZON = NOW + 20
MICRO = 1_000_000

Bounds = Literal["as_documented", "open", "closed"]
"""What the operators of bounds mean: what is documented, or all of them leave out the moment that
they name, or include it. A window does not depend on it, as `docs/klaviyo-api.md` says."""


def literal(moment: str) -> int:
    """Return a filter's datetime in microseconds."""
    return int(datetime.fromisoformat(moment).replace(tzinfo=UTC).timestamp()) * MICRO


def selects(expressions: Sequence[str], instant: int | None, meant: Bounds) -> bool:
    """Tell whether a row at `instant` (microseconds) passes Klaviyo's filter."""
    for expression in expressions:
        if instant is None:
            return False
        operator, _, rest = expression.partition("(")
        bound = literal(rest.rstrip(")").split(",")[1])
        includes = operator.endswith("equal") if meant == "as_documented" else meant == "closed"
        beyond = instant < bound if operator.startswith("greater") else instant > bound
        if beyond or (instant == bound and not includes):
            return False
    return True


Cursors = Literal["exact", "opaque", "value only", "value, inclusive"]
"""What a page cursor names: the last row; nothing that can be read; or the last row's value, and
the next page begins behind that value, or with all of its rows."""
BY_VALUE = ("value only", "value, inclusive")

Row = tuple[int, int | None]
"""A number, and microseconds since 1970."""


@dataclass(eq=False)
class Model(TwoPages):
    """Rows served as `stream` asks, `size` a page; `chance` loses page cursors now and then.

    Page cursors name the last row, or are right but unreadable, or have the last row's value only.
    Then rows of the same value that did not fit on the page are skipped; or, inclusive, a page
    begins with all rows of that value.
    """

    stream: WindowedStream | None = None
    rows: Sequence[Row] = ()
    size: int = 1
    nulls_first: bool = False
    tell: Cursors = "exact"
    meant: Bounds = "as_documented"
    chance: random.Random | None = None
    losses: int = 0
    following: dict[str, list[Row]] = field(default_factory=dict)

    def fetch(self, request: PageRequest) -> Page:
        if request.token and self.chance and self.chance.random() < 0.1 and self.losses < 5:
            self.losses += 1  # more than five, and a reader may rightly give up
            raise PageLost("The cursor is not known.")
        rows = self.following[request.token] if request.token else self._selected(request)
        size = request.page_size or self.size
        found, rest = rows[:size], rows[size:]
        token = str(len(self.following)) if rest else None
        if self.tell == "value only":
            rest = [row for row in rest if row[1] != found[-1][1]]
        if self.tell == "value, inclusive" and rest:
            rest = [*(row for row in found if row[1] == found[-1][1]), *rest]
        if token:
            self.following[token] = rest
        cursors = [None if instant is None else instant // MICRO for _, instant in found]
        extract = Extract([record(number) for number, _ in found])
        ids = [str(number) for number, _ in found]
        exact = self.tell == "exact" or token is None
        values = [None if instant is None else str(instant) for _, instant in found]
        extracts = [extract for _ in request.views]
        return Page(ids, cursors, extracts, token, exact=exact, values=values)

    def _selected(self, request: PageRequest) -> list[Row]:
        assert self.stream
        expressions = bounds(self.stream, request.window)
        rows = [row for row in self.rows if selects(expressions, row[1], self.meant)]
        nulls = [row for row in rows if row[1] is None]
        others = sorted((row for row in rows if row[1] is not None), key=lambda row: row[1] or 0)
        rows = [*nulls, *others] if self.nulls_first else [*others, *nulls]
        return rows[::-1] if request.newest_first else rows


def sync_of(model: Model, states: Sequence[StreamState], chance: random.Random) -> Sync:
    return Sync(model, states, chance, HORIZON + MARGIN)


def numbers(written: Sequence[str]) -> list[int]:
    return list(map(int, written))


def claimed(state: CursorState, row: Row) -> bool:
    """Tell whether a state says that a row has been read."""
    return claims(state, None if row[1] is None else row[1] // MICRO)


offsets = st.one_of(
    st.integers(-50 * MICRO, 50 * MICRO),
    st.integers(-50, 50).map(lambda second: second * MICRO),
    st.sampled_from([1, MICRO - 1]),
)
instants = st.lists(offsets.map(lambda offset: NOW * MICRO + offset), min_size=1, max_size=40)


@pytest.mark.parametrize("meant", get_args(Bounds))
@pytest.mark.parametrize("kind", [kind for kind in WINDOWED if kind.lower])
def test_a_window_has_its_first_second_and_the_one_before_it_has_the_rest(
    kind: type[WindowedStream], meant: Bounds
) -> None:
    stream = made(kind)
    before = bounds(stream, Window(NOW - 10, NOW))
    after = bounds(stream, Window(NOW, NOW + 10))
    for instant in (NOW * MICRO - 1, NOW * MICRO, NOW * MICRO + 1):
        served = after if instant >= NOW * MICRO else before
        assert selects(served, instant, meant), instant


@st.composite
def states(draw: st.DrawFn) -> CursorState:
    """Return where a view may stand: nowhere, at a watermark, or with windows read beyond it."""
    if draw(st.booleans()):
        return CursorState()
    edges = sorted(draw(st.sets(st.integers(NOW - 40, NOW + 19), max_size=5)))
    if not edges:
        return CursorState()
    watermark, *others = edges
    pairs = zip(others[::2], others[1::2], strict=False)
    return CursorState(watermark, NOW - 100, tuple(Window(lo, hi) for lo, hi in pairs))


@pytest.mark.parametrize("kind", WINDOWED, ids=lambda kind: kind.__name__)
@given(
    cursors=instants,
    begins=st.lists(states(), min_size=1, max_size=3),
    size=st.integers(1, 7),
    differs=st.tuples(st.booleans(), st.sampled_from(get_args(Bounds))),
    seed=st.integers(0, 2**32),
    stops=st.lists(st.integers(1, 12), max_size=4),
)
def test_each_view_gets_what_it_misses_once_a_run_and_at_least_once_through_resumes(
    kind: type[WindowedStream],
    cursors: list[int],
    begins: list[CursorState],
    size: int,
    differs: tuple[bool, Bounds],
    seed: int,
    stops: list[int],
) -> None:
    stream = made(kind)
    rows: list[Row] = list(enumerate(cursors))
    chance = random.Random(seed)
    loses, meant = differs
    model = Model(
        stream=stream,
        rows=rows,
        size=size,
        bounded_above=stream.upper,
        ordered=stream.ordered,
        sortable=stream.sortable,
        meant=meant,
        chance=chance if loses else None,
    )
    kept: list[StreamState] = [dump([({}, state)], "updated") for state in begins]
    seen = [
        {number for number, instant in rows if claimed(state, (number, instant))}
        for state in begins
    ]
    begun = [set(each) for each in seen]
    finished = False
    for steps in [*stops, 100_000]:
        run = sync_of(model, kept, chance)
        missing = [job.checkpoint({}).missing() for job in run.jobs]
        finished = run.go(steps)
        kept = run.states()
        for view, written in enumerate(map(numbers, run.written)):
            repeated = [row for row, count in Counter(written).items() if count > 1]
            assert not repeated, "a row came twice in one run"
            for number in written:
                second = cursors[number] // MICRO
                assert second >= HORIZON or any(second in each for each in missing[view])
            seen[view] |= {*written}
            state = load("x", kept[view], "updated").of({})
            for row in rows:
                assert not claimed(state, row) or row[0] in seen[view], "state is ahead of records"
    assert finished
    assert not run.failed(0)
    for view, last in enumerate(kept):
        assert seen[view] == {number for number, _ in rows}
        loaded = load("x", last, "updated").of({})
        assert (loaded.watermark, loaded.read) == (HORIZON, ())
        assert begun[view] <= seen[view]


@at_least(150)
@example(
    cursors=[None, None, None, NOW * MICRO, NOW * MICRO],
    size=2,
    nulls_first=False,
    tell="value, inclusive",
    views=1,
    seed=0,
    stops=[],
)
@given(
    cursors=st.lists(st.none() | offsets.map(lambda offset: NOW * MICRO + offset), max_size=30),
    size=st.integers(2, 7),
    nulls_first=st.booleans(),
    tell=st.sampled_from(get_args(Cursors)),
    views=st.integers(1, 2),
    seed=st.integers(0, 2**32),
    stops=st.lists(st.integers(1, 12), max_size=3),
)
def test_rows_without_a_cursor_are_read_though_windows_are_split_and_syncs_killed(
    cursors: list[int | None],
    size: int,
    nulls_first: bool,  # noqa: FBT001
    tell: Cursors,
    views: int,
    seed: int,
    stops: list[int],
) -> None:
    stream = made(WINDOWED[0])
    if tell in BY_VALUE:
        # What is so new that no window begins behind it is left to the next sync.
        cursors = [
            None if each is None else each // MICRO * MICRO
            for each in cursors
            if each is None or each < HORIZON * MICRO
        ]
    rows: list[Row] = list(enumerate(cursors))
    chance = random.Random(seed)
    model = Model(
        stream=stream, rows=rows, size=size, page_size=size, nulls_first=nulls_first, tell=tell
    )
    kept: list[StreamState] = [{}] * views
    seen = [set[int]() for _ in range(views)]
    for steps in [*stops, 100_000]:
        run = sync_of(model, kept, chance)
        finished = run.go(steps)
        kept = run.states()
        for view, written in enumerate(map(numbers, run.written)):
            seen[view] |= {*written}
            state = load("x", kept[view], "updated").of({})
            for row in rows:
                assert not claimed(state, row) or row[0] in seen[view], "state is ahead of records"
    assert finished
    failed = any(run.failed(view) for view in range(views))
    if failed and tell != "exact":
        nulls = [number for number, instant in rows if instant is None]
        of_a_second = Counter(instant // MICRO for _, instant in rows if instant is not None)
        assert len(nulls) >= size or max(of_a_second.values()) >= size
        return
    assert not failed
    for view in range(views):
        assert seen[view] == {number for number, _ in rows}


@dataclass(eq=False)
class SortsByAge(Model):
    """Sorts by the rows' numbers, whatever is asked for."""

    def _selected(self, request: PageRequest) -> list[Row]:
        return sorted(super()._selected(request))


@at_least(150)
@given(
    updates=st.lists(st.integers(0, 1_000), min_size=1, max_size=30),
    gap=st.integers(4, 20),
    every=st.integers(1, 9),
    size=st.integers(10, 30),
    seed=st.integers(0, 2**32),
)
def test_pages_that_are_sorted_by_something_else_are_complete(
    updates: list[int], gap: int, every: int, size: int, seed: int
) -> None:
    """The smaller the page, the sooner it ascends by chance: Klaviyo's smallest have ten rows."""
    count = len(updates) * gap
    rows: list[Row] = []
    for number in range(count):
        created = NOW - (count - number) * every
        update = 0 if number % gap else updates[number // gap]
        rows.append((number, min(NOW + 10, created + update) * MICRO))
    stream = made(WINDOWED[0])
    model = SortsByAge(stream=stream, rows=rows, size=size, page_size=size)
    run = sync_of(model, [{}], random.Random(seed))
    assert run.go()
    assert not run.failed(0)
    assert {*numbers(run.written[0])} == {number for number, _ in rows}


@dataclass(eq=False)
class Backwards(Model):
    """Sorts in the other direction than the one that is asked for."""

    def _selected(self, request: PageRequest) -> list[Row]:
        return super()._selected(request)[::-1]


@at_least(150)
@given(
    seconds=st.lists(st.tuples(st.integers(-40, 19), st.integers(1, 12)), min_size=1, max_size=8),
    size=st.integers(2, 7),
    seed=st.integers(0, 2**32),
)
def test_pages_in_the_other_direction_are_complete_though_many_rows_share_a_second(
    *, seconds: list[tuple[int, int]], size: int, seed: int
) -> None:
    """A page of rows that share a second shows no direction."""
    moments = [(NOW + second) * MICRO for second, count in seconds for _ in range(count)]
    rows: list[Row] = list(enumerate(moments))
    stream = made(WINDOWED[0])
    model = Backwards(stream=stream, rows=rows, size=size, page_size=size)
    run = sync_of(model, [{}], random.Random(seed))
    assert run.go()
    assert not run.failed(0)
    assert {*numbers(run.written[0])} == {number for number, _ in rows}


@pytest.mark.parametrize("kind", WINDOWED, ids=lambda kind: kind.__name__)
@given(
    edges=st.lists(st.integers(1, 2_000_000_000), min_size=1, max_size=5, unique=True),
    microsecond=st.integers(0, 2_000_000_000 * MICRO),
)
def test_an_instant_passes_the_filter_of_exactly_one_window(
    kind: type[WindowedStream], edges: list[int], microsecond: int
) -> None:
    stream = made(kind)
    splits = [0, *sorted(edges), FOREVER]
    emitted = 0
    for lo, hi in pairwise(splits):
        model = Model(stream=stream, rows=[(0, microsecond)], bounded_above=stream.upper)
        job = StreamJob(StreamDescriptor("x"), "updated")
        reader = reading(CollectionJob(model, [ViewJob(job)]), FOREVER - 1)
        task = reader.next_task(0.0)
        assert isinstance(task, WindowReader)
        task.place = Position(lo, hi, task.place.in_order)
        request = reader.request(task)
        for delivery in reader.accept_page(task, request, model.fetch(request)):
            emitted += len(delivery.extract.records)
    assert emitted == 1
