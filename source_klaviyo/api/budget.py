"""How many requests an endpoint still grants: seeded with what is published, told by answers."""

import threading
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from source_klaviyo.api.limits import Limit, RateLimitHeaders

_BURST_SLACK = 0.05
_STEADY_SLACK = 0.5
"""Seconds by which windows are stretched: requests sent evenly can arrive in a bunch."""


def _stretched(seconds: int) -> float:
    return seconds + (_BURST_SLACK if seconds == 1 else _STEADY_SLACK)


@dataclass(slots=True)
class _Quota:
    """One window of a limit: how many requests in how many seconds, and what is known of it.

    `resets_at` is when the server's own window ends, once an answer has told. `taken` is the
    part of the window that other clients of the same account have used, until `resets_at`.
    """

    seconds: int
    limit: int
    resets_at: float = 0.0
    taken: int = 0


@dataclass(slots=True)
class Budget:
    """The requests granted at one endpoint (or to one costly parameter), for all threads.

    A request is granted when in every window of the limit fewer than `limit` were sent in the
    last `seconds`: this holds wherever the server's fixed windows begin. Klaviyo documents the
    windows as fixed, so a known reset sets the whole window free at once.

    `share` is the part of each limit that this sync may use; `clock` gives seconds.
    """

    published: Limit
    share: float = 1.0
    clock: Callable[[], float] = time.monotonic
    blocked_until: float = 0.0
    _quotas: dict[int, _Quota] = field(init=False)
    _sent: deque[float] = field(init=False, default_factory=deque)

    def __post_init__(self) -> None:
        self._quotas = {
            seconds: _Quota(seconds, limit) for seconds, limit in self.published.windows.items()
        }

    def wait(self) -> float:
        """Return the seconds until the next request may be sent; 0 if it may be sent now."""
        now = self.clock()
        due = max([self.blocked_until, *map(self._due, self._quotas.values())])
        return max(0.0, due - now)

    def spend(self) -> None:
        """Count one request as sent now."""
        now = self.clock()
        self._sent.append(now)
        longest = max(self._quotas.values(), key=lambda quota: quota.seconds)
        while self._sent and self._sent[0] < now - _stretched(longest.seconds):
            self._sent.popleft()

    @property
    def per_minute(self) -> int:
        """The requests that this sync may send in a minute, as far as is known by now."""
        quota = self._quotas.get(60) or max(self._quotas.values(), key=lambda each: each.seconds)
        return self._own_limit(quota)

    def refused(self, pause: float) -> None:
        """Note a 429: nothing may be sent for `pause` seconds (its `Retry-After`)."""
        self.blocked_until = max(self.blocked_until, self.clock() + pause)

    def learn(self, told: RateLimitHeaders) -> None:
        """Take over what an answer's headers say of this budget."""
        for seconds, limit in told.limits.items():
            self._quotas.setdefault(seconds, _Quota(seconds, limit)).limit = limit
        for seconds in self._quotas.keys() - told.limits.keys():
            del self._quotas[seconds]
        self._learn_remaining(self._quotas[told.nearest], told.remaining, told.reset)

    @property
    def limits(self) -> dict[int, int]:
        """The requests granted, by the length of their window in seconds."""
        return {quota.seconds: quota.limit for quota in self._quotas.values()}

    def _learn_remaining(self, quota: _Quota, remaining: int, reset: int) -> None:
        if quota.seconds == 1:
            return  # over before the answer is here
        now = self.clock()
        unaccounted = quota.limit - self._counted(quota, now) - remaining
        quota.taken = max(0, unaccounted)
        # Reset is rounded down: a second more, or the first request after it would be refused.
        quota.resets_at = now + reset + 1

    def _own_limit(self, quota: _Quota) -> int:
        return max(1, int(quota.limit * self.share))

    def _counted(self, quota: _Quota, now: float) -> int:
        since = max(now - _stretched(quota.seconds), self._last_reset(quota, now))
        return sum(1 for moment in self._sent if moment > since)

    @staticmethod
    def _last_reset(quota: _Quota, now: float) -> float:
        return quota.resets_at if quota.resets_at <= now else 0.0

    def _due(self, quota: _Quota) -> float:
        now = self.clock()
        allowed = self._own_limit(quota)
        if now < quota.resets_at:
            allowed = min(allowed, quota.limit - quota.taken)
            if allowed <= 0:
                return quota.resets_at
        if len(self._sent) < allowed:
            return 0.0
        oldest = self._sent[-allowed]
        if oldest <= self._last_reset(quota, now):
            return 0.0
        leaves_at = oldest + _stretched(quota.seconds)
        return min(leaves_at, quota.resets_at) if now < quota.resets_at else leaves_at


class Budgets:
    """All budgets of a sync, one per endpoint and costly parameter, made when first asked for."""

    def __init__(self, share: float = 1.0) -> None:
        self._share = share
        self._budgets: dict[str, Budget] = {}
        self._lock = threading.Lock()

    def get(self, name: str, limit: Limit) -> Budget:
        """Return the budget called `name`; `limit` seeds it."""
        with self._lock:
            if name not in self._budgets:
                self._budgets[name] = Budget(limit, self._share)
            return self._budgets[name]

    def reserve(self, budgets: Sequence[Budget]) -> float:
        """Take one request out of all `budgets`: 0 when granted, else the seconds to wait."""
        with self._lock:
            pause = max((budget.wait() for budget in budgets), default=0.0)
            if not pause:
                for budget in budgets:
                    budget.spend()
            return pause

    def learn(self, budgets: Sequence[Budget], headers: Mapping[str, str]) -> None:
        """Let that one of `budgets` learn from an answer which it speaks of.

        Klaviyo tells the limit of the costly parameter for some endpoints and that of the
        endpoint, the first of `budgets`, for others (api.md section 4).
        """
        told = RateLimitHeaders.parse(headers)
        if told is None:
            return
        with self._lock:
            spoken_of = (budget for budget in budgets if budget.limits == told.limits)
            next(spoken_of, budgets[0]).learn(told)

    def refused(self, budgets: Sequence[Budget], pause: float) -> None:
        """Note a 429 of a request that drew on all `budgets`."""
        with self._lock:
            for budget in budgets:
                budget.refused(pause)
