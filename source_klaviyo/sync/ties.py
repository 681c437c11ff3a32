"""What is known of seconds that hold more rows than a page, where page cursors have no id."""

from dataclasses import dataclass


@dataclass(slots=True)
class Ties:
    """How one reader gets past rows that share a second.

    A page cursor that does not name the last row may be the sort value alone: what did not fit on
    the page is skipped then. It may as well be one that nobody can read. `doubted` is the second
    of which that is not known yet, `trusted` tells that a following page has begun within the
    second of the page before it, so that nothing is skipped.

    `enlarged_at` is the second for which the largest page was asked, `from_end` the one that is
    read from its end next. `lost` tells that rows between the two ends may be missing.
    """

    doubted: int | None = None
    trusted: bool = False
    enlarged_at: int | None = None
    from_end: int | None = None
    lost: bool = False
