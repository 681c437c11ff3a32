"""Ways in which the real Klaviyo may differ from the sandbox; all are off by default."""

import dataclasses
from dataclasses import dataclass
from typing import Literal

Often = Literal["", "once", "always"]
"""Never; at the first matching request of each path; at every matching request."""


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

    Several may be given. Where more than one matches a path, each option is taken from the last one
    that sets it.
    """

    path: str = "*"
    """Shell pattern on the request's path, such as `/api/lists/*/profiles`."""

    max_page_size: int = 0
    """A larger `page[size]` is refused; pages hold no more without one."""
    page_size_refusal: Literal["maximum", "silent", "no_source", "413"] = "maximum"
    """What that refusal says: a 400 that states the maximum, one that does not, one without
    `source`, or a 413."""
    heavy_page_size: int = 0
    """A page with more rows than this answers 503."""
    heavy_page_seconds: float = 0.0
    """Waited before that 503: more than a client's timeout is a hang."""
    heavy_region: tuple[float, float] = (0.0, 1.0)
    """Only pages with a row in this part of the sorted collection are heavy; (0.25, 0.5) is its
    second quarter."""
    record_bytes: int = 0
    """Pads the custom properties of events and profiles until a resource has about this size."""

    surrogate_every: int = 0
    """About one record in so many holds a lone surrogate escape."""
    bad_number_every: int = 0
    """About one record in so many holds `bad_number`, which is not JSON."""
    bad_number: Literal["NaN", "Infinity", "-Infinity"] = "NaN"
    drift: bool = False
    """Records have an attribute in no schema, an enum value in no list, dates with a space or `Z`,
    and numbers as strings."""

    null_cursors_every: int = 0
    """About one row in so many has no value in its cursor attribute; no filter on it matches."""
    null_cursors_missing: bool = False
    """The attribute is left out, rather than null."""
    null_cursors_sort: Literal["first", "last"] = "first"

    cursor_without_id: bool = False
    """Page cursors hold the sort value alone: rows that share it and did not fit are skipped."""
    opaque_cursor: bool = False
    """Page cursors are random text which the server remembers."""
    cursor_refused_every: int = 0
    """Every so many requests with a page cursor, one is refused (counted per path)."""
    unsorted: Literal["", "within_pages", "collection", "reversed", "ties"] = ""
    """Rows are shuffled within each page or over the whole collection, come in the other direction,
    or have rows of equal sort values in another order; each comes once."""
    repeated_rows: int = 0
    """Each page but the first starts with so many rows of the page before; at most half a page."""

    empty_pages_every: int = 0
    """Every so many pages, one is empty and leads on to what it should have held."""
    next_on_last_page: bool = False
    """The last page leads on to an empty one."""
    null_data: Literal["", "empty", "once", "always"] = ""
    """`data` is null: where there are no rows, at the first page of each path, or always."""
    missing_links: Often = ""
    """No `links`, though more rows follow."""
    next_to_itself: Often = ""
    """`links.next` leads to the same page."""
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
    """About one included resource in so many is left out; 1: all."""
    included_absent: bool = False
    """No `included` member at all."""
    relationships_without_data: Literal["", "included", "all"] = ""
    """Relationships come with links only: those the request includes, or all."""

    limit_headers: Literal["standard", "none", "windows_only", "ietf"] = "standard"
    """How replies state the rate limit: as Klaviyo does, not at all, with the windows but without
    the binding limit before them, or as `RateLimit: limit=75, remaining=74, reset=1`."""
    limit_windows: Literal["aligned", "sliding"] = "aligned"
    limit_scope: Literal["path", "tier"] = "path"
    """Whether each endpoint has its own windows, or all of the same limits share them."""
    limit_factor: float = 1.0
    """The true limits as a part of the stated ones."""
    limit_binding: Literal["tightest", "longest"] = "tightest"
    """Which window the remaining requests are stated of: the one with the fewest left, or the
    longest."""
    daily_limit_shared: bool = False
    """All endpoints with a daily limit share one. Whether Klaviyo's reports do is not known."""
    daily_limit_shown: bool = True
    """Whether replies state the daily limit among the others."""
    refusals_count: bool = False
    """A 429 uses up the limit too."""

    report_end: Literal["inclusive", "exclusive", "date"] = "inclusive"
    """How the `end` of a timeframe is taken: as an instant up to and with its second, as one that
    does not belong any more, or as a date that belongs whatever its time. Klaviyo does not say."""
    report_dates: Literal["local", "offset", "utc"] = "local"
    """How series and aggregates write local midnight: as `T00:00:00+00:00` as in Klaviyo's
    examples, with the true offset, or as the instant in UTC."""
    aggregate_dates_in_utc: bool = False
    """Dates without an offset in the filter of metric aggregates are UTC, rather than in the
    `timezone` asked for."""
    null_groupings_absent: bool = False
    """A grouping without a value, such as the variation of a message without any, is left out
    rather than null."""

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
