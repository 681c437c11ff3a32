"""The requests that a limit still grants: seeded by published limits, corrected by answers."""

import time
from collections import deque
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field

from source_klaviyo.api.quotas.limits import DAY, DailyLimit, Limit, RateLimitHeaders

_BURST_SLACK = 0.05
_STEADY_SLACK = 0.5
"""Seconds by which windows are stretched: requests sent evenly can arrive in a bunch."""
_DEAR_BURST_SLACK = 0.4
"""Seconds by which the second of a daily limit is stretched. The first request of a connection can
be late enough to meet the next, and nobody knows whether Klaviyo counts a refused request."""

_LONGEST_SILENCE = 900.0
"""Seconds behind a pause without any request: the refusal before says nothing of the quota now."""
_PLENTY = 10_000

_CLAIM_HOLDS = 3.0
"""Seconds; the scheduler asks for each waiting stream about once a second."""


@dataclass(slots=True)
class _Window:
    """A window of a limit: `limit` requests in `seconds`.

    The server's own window ends between `ends_after` and `ends_by`, as far as answers show. `taken`
    counts the requests in the window by other clients of the same account.
    """

    seconds: int
    limit: int
    ends_after: float = 0.0
    ends_by: float = 0.0
    taken: int = 0


@dataclass(slots=True, eq=False)
class Budget:
    """The requests granted at a single endpoint (or for a costly parameter), for all threads.

    A request is granted if, in every window of the limit, fewer than `limit` were sent in the last
    `seconds`: this holds wherever the server's fixed windows begin. Klaviyo documents the windows
    as fixed, so a known end sets the whole window free at once.

    `share` is the part of each limit that this sync may use, from 0 to 1; `clock` gives seconds. A
    Quota's lock guards a budget against use by several threads at once.

    >>> budget = Budget(Limit(burst=2, steady=60), clock=lambda: 100.0)
    >>> budget.spend(), budget.wait(), budget.spend(), round(budget.wait(), 2)
    (None, 0.0, None, 1.05)
    """

    published: Limit | DailyLimit
    share: float = 1.0
    clock: Callable[[], float] = time.monotonic
    blocked_until: float = 0.0
    refused_since: float | None = None
    _windows: dict[int, _Window] = field(init=False)
    _sent: deque[float] = field(init=False, default_factory=deque)
    _claims: "dict[Budget, float]" = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        self._windows = {
            seconds: _Window(seconds, limit) for seconds, limit in self.published.windows.items()
        }

    @property
    def limits(self) -> dict[int, int]:
        """The requests granted, by the length of their window in seconds."""
        return {window.seconds: window.limit for window in self._windows.values()}

    @property
    def per_minute(self) -> int:
        """The requests that this sync may send in a minute, as far as known by now."""
        if 60 in self._windows:  # noqa: PLR2004
            return self._own_limit(self._windows[60])
        longest = max(self._windows.values(), key=lambda each: each.seconds, default=None)
        return self._own_limit(longest) if longest else _PLENTY

    def claim(self, smaller: "Budget") -> None:
        """Leave room for requests that draw on `smaller` as well, while there are some.

        Otherwise requests that draw on this budget alone use up this budget first, and the unused
        rest of the smaller budget's window is lost when the window ends.
        """
        self._claims[smaller] = self.clock()

    def wait(self, *, for_claimant: bool = False) -> float:
        """Return the seconds until the next request may be sent; 0 if it may be sent now."""
        now = self.clock()
        due = self._due(now, ())
        claims = {} if for_claimant else self._standing_claims(now)
        if claims:
            due = max(due, min(self._due(now, claims), max(claims.values()) + _CLAIM_HOLDS))
        return max(0.0, self.blocked_until - now, due - now)

    def spend(self) -> None:
        """Count a request as sent now."""
        now = self.clock()
        self._sent.append(now)
        longest = max(self._windows, default=0)
        while self._sent and self._sent[0] < now - self._stretched(longest):
            self._sent.popleft()

    def spent_before(self, ages: Iterable[float]) -> None:
        """Count requests of earlier syncs, sent so many seconds ago."""
        now = self.clock()
        self._sent = deque(sorted([*self._sent, *(now - age for age in ages)]))

    def spent_since(self, moment: float) -> int:
        """Return the number of requests sent after `moment`, by the clock."""
        count = 0
        for sent in reversed(self._sent):
            if sent <= moment:
                break
            count += 1
        return count

    def set_limit(self, seconds: int, limit: int) -> None:
        """Take over the limit of a window, unless it has been lifted."""
        if seconds in self._windows:
            self._windows[seconds].limit = limit

    @property
    def is_lifted(self) -> bool:
        """Whether the limit has been lifted."""
        return not self._windows

    def lift(self) -> None:
        """Grant every request from now on: Klaviyo turned out to have no such limit."""
        self._windows.clear()

    def granted(self) -> None:
        """Note that a request was served."""
        self.refused_since = None

    def refused(self, pause: float) -> float:
        """Note a 429: nothing may be sent for `pause` seconds (its `Retry-After`).

        Return the seconds since a request was last served, as of the end of the pause.
        """
        now = self.clock()
        if self.refused_since is None or now > self.blocked_until + _LONGEST_SILENCE:
            self.refused_since = now
        self.blocked_until = max(self.blocked_until, now + pause)
        return self.blocked_until - self.refused_since

    def learn(self, told: RateLimitHeaders, elapsed: float) -> None:
        """Take over the headers of an answer about this budget, `elapsed` seconds after asking."""
        for seconds, limit in told.limits.items():
            self._windows.setdefault(seconds, _Window(seconds, limit)).limit = limit
        for seconds in self._windows.keys() - told.limits.keys():
            del self._windows[seconds]
        for seconds, (remaining, reset) in told.left.items():
            if seconds > 1:  # a second ends before the answer arrives
                self._learn_end(self._windows[seconds], remaining, reset, elapsed)

    def _learn_end(self, window: _Window, remaining: int, reset: int, elapsed: float) -> None:
        now = self.clock()
        asked = now - elapsed
        # The reset is in whole seconds; whether Klaviyo rounds up or down is not documented.
        after, by = asked + reset - 1, now + reset + 1
        if by < window.ends_after:
            return  # a late answer, about the window before
        if after < window.ends_by:
            after, by = max(after, window.ends_after), min(by, window.ends_by)
        window.ends_after, window.ends_by = after, by
        counted = self._counted(window, now) - self.spent_since(asked)
        window.taken = max(0, window.limit - remaining - counted)

    def _standing_claims(self, now: float) -> "dict[Budget, float]":
        return {budget: at for budget, at in self._claims.items() if now - at < _CLAIM_HOLDS}

    def _due(self, now: float, claims: "Collection[Budget]") -> float:
        """Return when all windows allow a request and leave room for `claims`."""
        due = (self._due_in(window, now, claims) for window in self._windows.values())
        return max(due, default=0.0)

    def _due_in(self, window: _Window, now: float, claims: "Collection[Budget]") -> float:
        allowed = self._own_limit(window)
        if now < window.ends_by:
            allowed = min(allowed, window.limit - window.taken)
            if allowed <= 0:
                return window.ends_by
        allowed = max(1, allowed - sum(claim.unused(window.seconds, now) for claim in claims))
        if len(self._sent) < allowed:
            return 0.0
        oldest = self._sent[-allowed]
        if oldest <= self._last_end(window, now):
            return 0.0
        leaves_at = oldest + self._stretched(window.seconds)
        return min(leaves_at, window.ends_by) if now < window.ends_by else leaves_at

    def unused(self, seconds: int, now: float) -> int:
        """Return the requests that may still be sent within a window of `seconds`."""
        left = (
            self._own_limit(window) - self._counted(window, now)
            for window in self._windows.values()
            if window.seconds >= seconds
        )
        return max(0, min(left, default=0))

    def _stretched(self, seconds: int) -> float:
        if seconds > 1:
            return seconds + _STEADY_SLACK
        is_dear = DAY in self.published.windows
        return seconds + (_DEAR_BURST_SLACK if is_dear else _BURST_SLACK)

    def _own_limit(self, window: _Window) -> int:
        return max(1, int(window.limit * self.share))

    def _counted(self, window: _Window, now: float) -> int:
        """Return the requests that the server may have counted in its window by `now`."""
        return self.spent_since(
            max(now - self._stretched(window.seconds), self._last_end(window, now))
        )

    @staticmethod
    def _last_end(window: _Window, now: float) -> float:
        """Return the time from which the server may have counted requests in the open window."""
        return window.ends_after - (window.seconds if now < window.ends_by else 0)
