"""Rate limits: windows per endpoint, shared by all keys of one quota."""

import math
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field

from klaviyo_sandbox.api.limit_headers import MINUTE, limit_headers
from klaviyo_sandbox.quirks import DEFAULT, Quirks
from klaviyo_sandbox.spec import Endpoint, Report
from klaviyo_sandbox.store.clock import Clock

SHOWN_IN_HEADERS = ("additional-fields[list]", "additional-fields[segment]")
"""Parameters whose reduced limit Klaviyo was seen to state in its `RateLimit-*` headers."""


@dataclass(slots=True)
class Window:
    """A fixed window. It starts with the first request after the end of the one before."""

    seconds: int
    limit: int
    started: float = -math.inf
    used: int = 0

    def open_at(self, now: float) -> None:
        """Start anew if the window is over."""
        if now >= self.started + self.seconds:
            self.started = now
            self.used = 0

    def take(self, _now: float) -> None:
        """Count a request."""
        self.used += 1

    @property
    def remaining(self) -> int:
        """Requests left."""
        return max(0, self.limit - self.used)

    def seconds_left(self, now: float) -> float:
        """Return the seconds until the window ends."""
        return max(0.0, self.started + self.seconds - now)


@dataclass(slots=True)
class SlidingWindow:
    """A sliding window: at any moment, no more than `limit` requests are younger than `seconds`."""

    seconds: int
    limit: int
    taken: deque[float] = field(default_factory=deque)

    def open_at(self, now: float) -> None:
        """Forget what lies too far back."""
        while self.taken and self.taken[0] <= now - self.seconds:
            self.taken.popleft()

    def take(self, now: float) -> None:
        """Count a request."""
        self.taken.append(now)

    @property
    def remaining(self) -> int:
        """Requests left."""
        return max(0, self.limit - len(self.taken))

    def seconds_left(self, now: float) -> float:
        """Return the seconds until the oldest request no longer counts."""
        return max(0.0, self.taken[0] + self.seconds - now) if self.taken else 0.0


@dataclass(slots=True)
class Verdict:
    """Whether a request may pass."""

    retry_after: int | None
    """Whole seconds to wait; None when it passed."""
    headers: dict[str, str] = field(default_factory=dict)


AnyWindow = Window | SlidingWindow


class Limiter:
    """Counts requests and refuses those over the limit."""

    def __init__(self, clock: Clock, *, enabled: bool) -> None:
        """Count nothing while not `enabled`; windows pass as the sandbox's `clock` does."""
        self._clock = clock
        self.enabled = enabled
        self._overrides: dict[str, dict[int, int]] = {}
        self._buckets: dict[tuple[str, str], list[AnyWindow]] = {}

    def override(self, path: str, windows: Mapping[int, int]) -> None:
        """Give an endpoint other limits from now on: window length in seconds to requests."""
        self._overrides[path] = dict(windows)
        self.reset()

    def reset(self) -> None:
        """Forget all that was counted."""
        self._buckets.clear()

    def take(
        self,
        quota: str,
        endpoint: Endpoint | Report,
        parameters: Mapping[str, str],
        quirks: Quirks = DEFAULT,
    ) -> Verdict:
        """Let one request pass, or say when it may come back.

        It counts in the endpoint's windows, and in those of each reduced limit that one of its
        `parameters` brings in. All endpoints share the reduced limits.
        """
        if not self.enabled:
            return Verdict(None)
        now = self._clock.seconds()
        windows = self._overrides.get(endpoint.path, endpoint.windows)
        own = self._own(quota, endpoint.path, windows, quirks)
        shown = own
        every = list(own)
        for rule in endpoint.reduced:
            if rule.value in parameters.get(rule.parameter, "").split(","):
                bucket = self._bucket(quota, rule.bucket, rule.windows, quirks)
                every += bucket
                shown = bucket if rule.parameter in SHOWN_IN_HEADERS else shown
        for window in every:
            window.open_at(now)
        full = [window.seconds_left(now) for window in every if not window.remaining]
        if full:
            for window in every if quirks.refusals_count else ():
                window.take(now)
            return Verdict(max(1, math.ceil(max(full))))
        for window in every:
            window.take(now)
        return Verdict(None, limit_headers(shown, now, quirks))

    def _own(
        self, quota: str, path: str, windows: Mapping[int, int], quirks: Quirks
    ) -> list[AnyWindow]:
        """Return the endpoint's own windows, or those that it shares with others."""
        if quirks.limit_scope == "tier":
            return self._bucket(quota, repr(windows), windows, quirks)
        if not quirks.daily_limit_shared:
            return self._bucket(quota, path, windows, quirks)
        short = {seconds: limit for seconds, limit in windows.items() if seconds <= MINUTE}
        long = {seconds: limit for seconds, limit in windows.items() if seconds > MINUTE}
        return [
            *self._bucket(quota, path, short, quirks),
            *self._bucket(quota, repr(long), long, quirks),
        ]

    def _bucket(
        self, quota: str, name: str, windows: Mapping[int, int], quirks: Quirks
    ) -> list[AnyWindow]:
        key = (quota, name)
        bucket = self._buckets.get(key)
        if bucket is None:
            make = SlidingWindow if quirks.limit_windows == "sliding" else Window
            bucket = [
                make(seconds, max(1, int(limit * quirks.limit_factor)))
                for seconds, limit in sorted(windows.items())
            ]
            self._buckets[key] = bucket
        return bucket
