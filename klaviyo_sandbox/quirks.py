"""Ways in which the real Klaviyo may differ from the sandbox; all are off by default."""

import dataclasses
from dataclasses import dataclass
from typing import Literal

Often = Literal["", "once", "always"]
"""Never; at the first matching request of each path; at every matching request."""
Bounds = Literal["as_documented", "open", "closed"]
"""What the operators of bounds mean: what is documented, or all of them leave out the moment that
they name, or include it."""


@dataclass(frozen=True, slots=True)
class RefusedParameter:
    """A query parameter that Klaviyo refuses though it documents it."""

    parameter: str
    """`sort` or `fields[event]` refuses every use; `include=tags` refuses one value, alone or in a
    comma-separated list."""
    status: int = 400
    """400, 403 (the text is that of a missing scope), or any 5xx."""
    named: bool = True
    """Whether a 400 names the parameter in `source.parameter`."""


@dataclass(frozen=True, slots=True)
class Quirks:
    """Differences that hold for the paths that match `path`.

    Several can be in force. If more than one matches a path, each option comes from the last that
    sets it.
    """

    path: str = "*"
    """Shell pattern on the request's path, such as `/api/lists/*/profiles`."""

    max_page_size: int = 0
    """The largest `page[size]` that is accepted, and the most rows on a page without one; 0: what
    Klaviyo has."""
    page_size_refusal: Literal["maximum", "silent", "no_source", "413"] = "maximum"
    """How a larger one is refused: by a 400 that states the maximum, by one that does not
    (`silent`), by one without `source`, or by a 413."""
    heavy_page_size: int = 0
    """A page with more rows than this answers 503."""
    heavy_page_seconds: float = 0.0
    """How long that 503 takes. With more than a client's timeout, the page hangs."""
    heavy_region: tuple[float, float] = (0.0, 1.0)
    """Only pages with a row in this part of the sorted collection are heavy; (0.25, 0.5) is its
    second quarter."""
    record_bytes: int = 0
    """Events and profiles get longer custom properties, until a resource has about this size."""

    surrogate_every: int = 0
    """About one record in this many holds a lone surrogate escape, such as `\\ud83d`; 0: none."""
    bad_number_every: int = 0
    """About one record in this many holds `bad_number`, which is not JSON; 0: none."""
    bad_number: Literal["NaN", "Infinity", "-Infinity"] = "NaN"
    drift: bool = False
    """Records have an attribute in no schema, an enum value in no list, dates with a space or `Z`,
    and numbers as strings."""

    bounds: Bounds = "as_documented"
    """How filters take a lower and an upper bound."""

    null_cursors_every: int = 0
    """About one row in this many has null in its cursor attribute. No filter on that finds it."""
    null_cursors_missing: bool = False
    """Such rows lack the attribute altogether."""
    null_cursors_sort: Literal["first", "last"] = "first"
    """Where such rows come when the collection is sorted by the attribute."""

    cursor_without_id: bool = False
    """Page cursors hold the sort value without an id. The next page begins at the next value, so
    rows that share the last one and did not fit are skipped."""
    opaque_cursor: bool = False
    """Page cursors are random texts, and only the server knows what they stand for."""
    cursor_refused_every: int = 0
    """Of the requests to a path with a page cursor, one in this many is refused; 0: none."""
    unsorted: Literal["", "within_pages", "collection", "reversed", "ties"] = ""
    """Rows are shuffled within each page or over the whole collection, come in the other direction,
    or have rows of equal sort values in another order; each comes once."""
    repeated_rows: int = 0
    """How many rows of the page before a page begins with, at most half a page. With
    `cursor_without_id` it is all rows of the last value, whether they have come or not."""

    empty_pages_every: int = 0
    """One page in this many is empty, and its next page has the rows; 0: none."""
    next_style: Literal["url", "path"] = "url"
    """Whether `links.next` is a whole URL or begins with the path."""
    last_next: Literal["null", "absent", "empty"] = "null"
    """What `links.next` of the last page is: null, nothing at all, or an empty text."""
    next_on_last_page: bool = False
    """The last page has a `links.next`, to an empty page."""
    null_data: Literal["", "empty", "once", "always"] = ""
    """`data` is null: where there are no rows, at the first page of each path, or always."""
    missing_links: Often = ""
    """Pages lack `links`, although more rows follow."""
    next_to_itself: Often = ""
    """The `links.next` of a page is the page itself."""
    next_loops: bool = False
    """The third page leads back to the second."""

    not_found_first_page: Often = ""
    """Requests without a page cursor answer 404."""
    not_found_later_pages: Often = ""
    """Requests with a page cursor answer 404."""
    refuse_parameters: tuple[RefusedParameter, ...] = ()
    include_without_scope: Literal["refused", "without_data", "served"] = "refused"
    """What becomes of an `include` whose resources need a scope that the credential lacks: a 403, a
    200 with links only and without the resources, or all of it. Which one Klaviyo does is not
    known."""

    included_missing_every: int = 0
    """About one included resource in this many is left out; 1: all, 0: none."""
    included_absent: bool = False
    """Answers have no `included` member at all."""

    limit_headers: Literal["standard", "none", "windows_only", "ietf"] = "standard"
    """How replies state the rate limit: as Klaviyo does, not at all, with the windows but without
    the binding limit before them, or as `RateLimit: limit=75, remaining=74, reset=1`."""
    limit_windows: Literal["aligned", "sliding"] = "aligned"
    """Whether a window starts with the first request after the end of the one before, or is always
    the last second, minute or day."""
    limit_scope: Literal["path", "tier"] = "path"
    """Whether each endpoint has windows of its own, or endpoints with equal limits share theirs."""
    limit_factor: float = 1.0
    """The limit that is enforced, divided by the one that replies state."""
    limit_binding: Literal["tightest", "longest"] = "tightest"
    """Whose remaining requests replies state: those of the window with the fewest left, or of the
    longest."""
    daily_limit_shared: bool = False
    """All endpoints with a daily limit share one. Whether Klaviyo's reports do is not known."""
    daily_limit_shown: bool = True
    """Whether replies state the daily limit among the others."""
    refusals_count: bool = False
    """A request that is refused with 429 counts, too."""

    report_end: Literal["inclusive", "exclusive", "date"] = "inclusive"
    """What a timeframe's `end` means: the last second that counts, the first that does not, or a
    day that counts whole, whatever the time. Klaviyo does not say."""
    report_dates: Literal["local", "offset", "utc"] = "local"
    """How series and aggregates write local midnight: as `T00:00:00+00:00` as in Klaviyo's
    examples, with the true offset, or as the instant in UTC."""
    aggregate_dates_in_utc: bool = False
    """Dates without an offset in the filter of metric aggregates are UTC, rather than in the
    `timezone` asked for."""
    null_groupings_absent: bool = False
    """Rows lack a grouping that has no value, such as the variation of a message without any;
    otherwise it is null."""

    date_header: Literal["", "minus_zero", "missing", "garbage"] = ""
    """What is wrong with the `Date` header: zone `-0000`, no header, or no date in it."""


DEFAULT = Quirks()
_OPTIONS = tuple(field.name for field in dataclasses.fields(Quirks) if field.name != "path")


def merge(first: Quirks, second: Quirks) -> Quirks:
    """Return the options of both; where both set one, that of `second`."""
    changed = {
        name: getattr(second, name)
        for name in _OPTIONS
        if getattr(second, name) != getattr(DEFAULT, name)
    }
    return dataclasses.replace(first, **changed)
