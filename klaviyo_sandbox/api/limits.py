"""Rate limits: windows per endpoint, shared by all keys of one quota."""

import math
from collections.abc import Mapping

from klaviyo_sandbox.api.errors import throttled
from klaviyo_sandbox.api.window import MINUTE, Window, limit_headers
from klaviyo_sandbox.spec import Endpoint, Report
from klaviyo_sandbox.store.clock import Clock

SHOWN_IN_HEADERS = ("additional-fields[list]", "additional-fields[segment]")
"""Parameters whose reduced limit Klaviyo was seen to state in its `RateLimit-*` headers."""


class Limiter:
    """Counts requests and refuses those over the limit."""

    def __init__(self, clock: Clock, *, enabled: bool) -> None:
        """Count nothing while not `enabled`; windows pass as the sandbox's `clock` does."""
        self._clock = clock
        self.enabled = enabled
        self._overrides: dict[str, dict[int, int]] = {}
        self._buckets: dict[tuple[str, str], list[Window]] = {}

    def enforce(self, enabled: bool) -> None:  # noqa: FBT001  # a control call's argument
        """Switch the limits on or off; forget all counts."""
        self.enabled = enabled
        self.reset()

    def override(self, path: str, windows: dict[int, int]) -> None:
        """Give an endpoint other limits from now on: window length in seconds to requests."""
        self._overrides[path] = windows
        self.reset()

    def reset(self) -> None:
        """Forget all counts."""
        self._buckets.clear()

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
