"""Rate limits: windows per endpoint, shared by all keys of one quota."""

import math
from collections.abc import Mapping

from klaviyo_sandbox.api.errors import throttled
from klaviyo_sandbox.api.window import DAY, MINUTE, Window, limit_headers
from klaviyo_sandbox.spec import REVISIONS, Endpoint, Report, load_spec
from klaviyo_sandbox.store.clock import Clock

SHOWN_IN_HEADERS = ("additional-fields[list]", "additional-fields[segment]")
"""Parameters whose reduced limit Klaviyo was seen to state in its `RateLimit-*` headers."""
_PLENTY = 100_000
"""Requests a second: more than any client sends."""


class Limiter:
    """Counts requests and refuses those over the limit."""

    def __init__(self, clock: Clock, *, enabled: bool) -> None:
        """Count nothing while not `enabled`; windows pass as the sandbox's `clock` does."""
        self._clock = clock
        self.enabled = enabled
        self._overrides: dict[str, dict[int, int]] = {}
        self._buckets: dict[tuple[str, str], list[Window]] = {}

    def turn_on(self) -> None:
        """Enforce the limits, and forget all counts."""
        self.enabled = True
        self._buckets.clear()

    def turn_off(self) -> None:
        """Enforce and show no limits."""
        self.enabled = False

    def override(self, path: str, burst: int, steady: int, daily: int = 0) -> None:
        """Let the endpoint at `path` take `burst` requests a second and `steady` a minute.

        `path` is a template such as `/api/lists/{id}`. `daily` is the limit of a day, if not 0.
        """
        self._overrides[path] = {1: burst, MINUTE: steady} | ({DAY: daily} if daily else {})
        self._buckets.clear()

    def override_reports(self, burst: int, steady: int, daily: int = 225) -> None:
        """Do the same for each report with a daily limit."""
        for path, report in load_spec().reports.items():
            if max(report.windows) > MINUTE:
                self.override(path, burst, steady, daily)

    def grant_plenty(self) -> None:
        """Give every endpoint limits that no client reaches. Replies state them.

        Parameters keep limits of their own, such as `additional-fields[list]`.
        """
        for spec in map(load_spec, REVISIONS):
            for path in (*spec.endpoints, *spec.reports):
                self.override(path, _PLENTY, 60 * _PLENTY)
        self.override_reports(_PLENTY, 60 * _PLENTY, 60 * _PLENTY)

    def take(
        self,
        quota: str,
        endpoint: Endpoint | Report,
        parameters: Mapping[str, str],
        *,
        shared_day: bool,
    ) -> dict[str, str]:
        """Count a request; return the headers about its limits.

        The request counts in the endpoint's windows, and in those of each reduced limit of its
        `parameters`. All endpoints share the reduced limits, and the daily limit if `shared_day`.

        Raises:
            ApiError: 429, over a limit.
        """
        if not self.enabled:
            return {}
        now = self._clock.seconds()
        windows = self._overrides.get(endpoint.path, endpoint.windows)
        own = self._own(quota, endpoint.path, windows, shared_day=shared_day)
        shown = own
        every = list(own)
        for rule in endpoint.reduced:
            if rule.applies(parameters):
                bucket = self._bucket(quota, rule.when, rule.windows)
                every += bucket
                shown = bucket if rule.parameter in SHOWN_IN_HEADERS else shown
        for window in every:
            window.open_at(now)
        full = [window.seconds_left(now) for window in every if not window.remaining]
        if full:
            raise throttled(max(1, math.ceil(max(full))))
        for window in every:
            window.used += 1
        return limit_headers(shown, now)

    def _own(
        self, quota: str, path: str, windows: Mapping[int, int], *, shared_day: bool
    ) -> list[Window]:
        """Return the endpoint's windows; other endpoints may share them."""
        if not shared_day:
            return self._bucket(quota, path, windows)
        short = {seconds: limit for seconds, limit in windows.items() if seconds <= MINUTE}
        long = {seconds: limit for seconds, limit in windows.items() if seconds > MINUTE}
        return [
            *self._bucket(quota, path, short),
            *self._bucket(quota, repr(long), long),
        ]

    def _bucket(self, quota: str, name: str, windows: Mapping[int, int]) -> list[Window]:
        key = (quota, name)
        if key not in self._buckets:
            pairs = sorted(windows.items())
            self._buckets[key] = [Window(seconds, max(1, limit)) for seconds, limit in pairs]
        return self._buckets[key]
