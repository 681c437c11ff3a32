"""New rows are told from rows that come again, and a reader's own from those of others."""

from collections.abc import Sequence
from dataclasses import dataclass

from source_klaviyo.protocol import BEGINNING, Page
from source_klaviyo.sync.windows.position import LONG_AGO, Position
from source_klaviyo.sync.windows.seen_rows import SeenRows


@dataclass(slots=True)
class NewRows:
    """The rows that a window's reader has met: `seen` its own, `recent` those of all readers.

    Several readers of a partition may bring a row without a cursor value, or at or behind the
    horizon: no window bounds such rows. A reader that is `without_cursor` emits only rows without
    a cursor value.

    Example: `fresh, kept = rows.take(page, place, since, horizon)`.
    """

    seen: SeenRows
    recent: SeenRows
    without_cursor: bool = False

    def another(self) -> "NewRows":
        """Return the rows of a reader that takes over the end of the window."""
        return NewRows(self.seen.another(), self.recent)

    def take(
        self, page: Page, place: Position, since: int, horizon: int
    ) -> tuple[Sequence[bool], Sequence[bool]]:
        """Tell of each row of `page` whether the row is new, and whether the reader emits the row.

        `since` is the lower bound of the request by time; rows before belong to other requests.
        All rows are remembered.
        """
        told = cursor_values(page)
        straight = self._goes_straight_on(page, told, place, horizon)
        fresh = kept = [True] * len(page.ids)
        cursors = page.cursors or [None] * len(page.ids)
        if not straight:
            fresh = self._fresh(page.ids, cursors, since)
            kept = self._kept(fresh, cursors, place, horizon)
        if place.ascends and any(place.latest < at < horizon for at in told[-1:]):
            self.seen.forget()  # what comes again can only be of this page, or of its last second
        self.seen.add(page.ids, cursors)
        if page.cursors and not straight:
            pairs = zip(page.ids, page.cursors, kept, strict=True)
            recent = [(name, at) for name, at, keep in pairs if keep and _is_recent(at, horizon)]
            self.recent.add([name for name, _ in recent], [at for _, at in recent])
        return fresh, kept

    def _goes_straight_on(
        self, page: Page, told: Sequence[int], place: Position, horizon: int
    ) -> bool:
        """Tell at the speed of C whether every row is new, and emitted here: most pages are so."""
        if not told or len(told) < len(page.ids) or not place.ascends:
            return False
        is_inside = max(place.latest + 1, place.lo) <= min(told)
        return (
            is_inside and max(told) < min(place.hi, horizon) and len({*page.ids}) == len(page.ids)
        )

    def _fresh(self, ids: Sequence[str], cursors: Sequence[int | None], since: int) -> list[bool]:
        rows, before = zip(ids, cursors, strict=True), set[tuple[str, int | None]]()
        fresh = []
        for row, own, others in zip(
            rows, self.seen.has(ids, cursors), self.recent.has(ids, cursors), strict=True
        ):
            early = row[1] is not None and row[1] < since
            fresh.append(not (own or others or early or row in before))
            before.add(row)
        return fresh

    def _kept(
        self,
        fresh: Sequence[bool],
        cursors: Sequence[int | None],
        place: Position,
        horizon: int,
    ) -> list[bool]:
        if self.without_cursor:
            return [new and at is None for new, at in zip(fresh, cursors, strict=True)]
        lo = LONG_AGO if place.lo == BEGINNING else place.lo
        return [
            new and (at is None or lo <= at < place.hi or at >= horizon)
            for new, at in zip(fresh, cursors, strict=True)
        ]


def ahead(page: Page, horizon: int) -> Sequence[int]:
    """Return the numbers of the rows at or behind the horizon: events may lie in the future."""
    return [row for row, at in enumerate(page.cursors) if at is not None and at >= horizon]


def _is_recent(cursor: int | None, horizon: int) -> bool:
    return cursor is None or cursor >= horizon


def cursor_values(page: Page) -> list[int]:
    """Return the cursor values, without rows that lack one."""
    return [cursor for cursor in page.cursors if cursor is not None]
