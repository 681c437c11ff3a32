"""Quirks: reported or documented differences of Klaviyo from the sandbox; off by default.

Each option names its source. `docs/klaviyo-api.md` lists open questions.
"""

import fnmatch
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RefusedParameter:
    """A query parameter of the specification, refused by Klaviyo.

    Klaviyo answers 400 to `include` on tags (recorded 2026-09-11), and 403 where the account or the
    key lacks a right (its guide to errors).
    """

    parameter: str
    """`fields[event]` refuses every use; `include=tags` one value, alone or in a list."""
    status: int = 400
    """400, which names the parameter, or 403, with the text of a missing scope."""


@dataclass(frozen=True, slots=True)
class Quirks:
    """Differences on the paths that match `path`.

    If several match a path, the last counts.
    """

    path: str = "*"
    """Shell pattern on the request's path, such as `/api/lists/*/profiles`."""

    max_page_size: int = 0
    """The largest `page[size]` that is accepted, and the most rows on a page without one; 0: what
    the specification says. Klaviyo has changed it: events had 200 until 2026-01-15 (changelog)."""
    heavy_page_size: int = 0
    """A page with more rows answers 503; 0: none. Airbyte's issue 42895 reports 503 of profiles.
    Whether large pages of large events are served is an open question."""
    surrogate_every: int = 0
    """About one record in this many holds a lone surrogate escape, such as `\\ud83d`; 0: none.
    Custom properties are what shops send, and JSON allows such escapes (RFC 8259, 8.2)."""
    cursor_without_id: bool = False
    """Page cursors hold whole seconds without an id, as those of forms and web feeds (recorded).
    Whether those of profiles and lists by `updated` do is an open question."""
    refuse_parameters: tuple[RefusedParameter, ...] = ()
    daily_limit_shared: bool = False
    """All reports share one daily limit. Whether Klaviyo's do is an open question."""
    no_date: bool = False
    """Replies have no `Date`: a server without a clock must not send any (RFC 9110, 6.6.1)."""


DEFAULT = Quirks()


class QuirkBook:
    """Finds the quirks of a path."""

    def __init__(self) -> None:
        """Start without any."""
        self._rules: tuple[Quirks, ...] = ()

    def replace(self, rules: tuple[Quirks, ...]) -> None:
        """Put other quirks in force."""
        self._rules = rules

    def find(self, path: str) -> Quirks:
        """Return the last quirks that match a path."""
        matching = (rule for rule in reversed(self._rules) if fnmatch.fnmatchcase(path, rule.path))
        return next(matching, DEFAULT)
