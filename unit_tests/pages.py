"""Pages and readers made for tests of the sync engine."""

from collections.abc import Sequence

from source_klaviyo.protocol import FOREVER, Extract, Page, PageRequest, Window
from source_klaviyo.sync.jobs import CollectionJob
from source_klaviyo.sync.output.output_queue import Delivery
from source_klaviyo.sync.reading.collection_reader import CollectionReader
from source_klaviyo.sync.windows.new_rows import NewRows
from source_klaviyo.sync.windows.no_cursor_reader import NoCursorReader
from source_klaviyo.sync.windows.page_size import CollectionPageSize, RangePageSize
from source_klaviyo.sync.windows.seen_rows import IdMemory, SeenRows
from source_klaviyo.sync.windows.window_reader import WindowReader
from source_klaviyo.sync.windows.window_view import WindowView
from unit_tests.fakes import HORIZON, TwoPages, record

Row = tuple[str, int | None]
FAR = 2_000_000_000
"""A horizon that no row of these tests reaches."""


def rows_of(*cursors: int | None) -> list[Row]:
    """Return rows whose ids tell their cursors, and ties apart."""
    seen = list[int | None]()
    rows = list[Row]()
    for cursor in cursors:
        rows.append((f"{cursor}.{seen.count(cursor)}", cursor))
        seen.append(cursor)
    return rows


def page_of(rows: Sequence[Row], *, token: str | None = "x", exact: bool = True) -> Page:
    extract = Extract([record(name) for name, _ in rows])
    ids, cursors = [name for name, _ in rows], [cursor for _, cursor in rows]
    values = [None if cursor is None else str(cursor) for cursor in cursors]
    return Page(ids, cursors, [extract], token, exact=exact, values=values)


def page(*cursors: int | None, more: bool = True, exact: bool = True) -> Page:
    return page_of(rows_of(*cursors), token="x" if more else None, exact=exact)


def reader(
    lo: int = 100,
    hi: int = FOREVER,
    *,
    horizon: int = FAR,
    size: int | None = None,
    collection: TwoPages | None = None,
    ordered: bool = True,
    follows_order: bool = True,
) -> WindowReader:
    """Return the reader of a window, for one view that misses all of it."""
    return WindowReader(
        0,
        {},
        collection or TwoPages(ordered=ordered),
        Window(lo, hi),
        [WindowView(0, [Window(lo, hi)])],
        lambda: horizon,
        NewRows(SeenRows(IdMemory()), SeenRows(IdMemory())),
        RangePageSize(CollectionPageSize(size), size) if size else None,
        follows_order,
    )


def no_cursor_reader(*, horizon: int = FAR) -> NoCursorReader:
    """Return the reader of rows without a cursor value, for one view."""
    return NoCursorReader(
        0,
        {},
        TwoPages(),
        Window(),
        [WindowView(0, [Window()])],
        lambda: horizon,
        NewRows(SeenRows(IdMemory()), SeenRows(IdMemory()), without_cursor=True),
        None,
        follows_order=False,
    )


def accept(read: WindowReader, found: Page) -> Delivery:
    """Send a request, let `found` be the answer, and return what goes out."""
    read.request()
    (delivery,) = read.accept(found, (0,))
    return delivery


def after(read: WindowReader, *found: Page) -> WindowReader:
    """Return `read` once these pages have answered its requests."""
    for each in found:
        accept(read, each)
    return read


def ids(delivery: Delivery) -> list[str]:
    return [bytes(piece).decode().split('"')[3] for piece, _ in delivery.extract.records]


def reading(job: CollectionJob, horizon: int = HORIZON, parents: int = 0) -> CollectionReader:
    """Return the reader of a collection, which has started, by a clock that stands still."""
    read = CollectionReader(job, lambda: horizon, IdMemory())
    read.start(parents)
    return read


def send(read: CollectionReader, now: float = 0.0) -> tuple[WindowReader, PageRequest]:
    """Return the next task and its request."""
    task = read.next_task(now)
    assert isinstance(task, WindowReader)
    return task, read.request(task)


def answer(
    read: CollectionReader, task: WindowReader, request: PageRequest, found: Page
) -> list[Delivery]:
    """Return what goes out where `found` is the answer."""
    steps = read.accept_page(task, request, found)
    read.settle(task, None, 0.0)
    return [*steps, *read.take_complete()]
