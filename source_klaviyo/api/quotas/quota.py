"""The quota of a kind of request: the limit of its endpoint, and those of its parameters."""

import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from source_klaviyo.api.quotas.budget import Budget
from source_klaviyo.api.quotas.limits import DAY, DailyLimit, Limit, RateLimitHeaders

_IN_FLIGHT: Final = 20
"""Requests that may be sent and not yet counted by the server."""


@dataclass(frozen=True, slots=True, eq=False)
class EndpointQuota:
    """The budgets of a request: its endpoint's, and `costly` budgets of its parameters.

    A request takes a token from each. `lock` is shared by all quotas of a sync, as budgets are.
    `presumed` is a budget that several endpoints may share, until an answer shows otherwise.

    >>> quota = Quotas(clock=lambda: 100.0).get("web-feeds", Limit(burst=1, steady=15))
    >>> quota.reserve(), round(quota.reserve(), 2)
    (0.0, 1.05)
    """

    endpoint: Budget
    costly: Sequence[Budget]
    lock: threading.Lock
    presumed: Budget | None = None

    @property
    def _budgets(self) -> Sequence[Budget]:
        presumed = () if self.presumed is None else (self.presumed,)
        return (self.endpoint, *self.costly, *presumed)

    @property
    def counts_days(self) -> bool:
        """Whether Klaviyo counts the requests by the day as well."""
        return any(DAY in budget.limits for budget in self._budgets)

    @property
    def shares_its_day(self) -> bool:
        """Whether other endpoints may still draw on the same day's quota."""
        return self.presumed is not None and not self.presumed.is_lifted

    @property
    def per_minute(self) -> int:
        """The requests granted in a minute, as far as known by now."""
        return min(budget.per_minute for budget in self._budgets)

    def spent_before(self, ages: Iterable[float]) -> None:
        """Count requests of earlier syncs, sent so many seconds ago."""
        spent = list(ages)
        with self.lock:
            for budget in self._budgets:
                budget.spent_before(spent)

    def reserve(self) -> float:
        """Reserve a request: 0 when granted, else the seconds until another try."""
        with self.lock:
            pause = self.endpoint.wait(for_claimant=bool(self.costly))
            for budget in self.costly:
                self.endpoint.claim(budget)
                pause = max(pause, budget.wait())
            if self.presumed:
                pause = max(pause, self.presumed.wait())
            if not pause:
                for budget in self._budgets:
                    budget.spend()
            return pause

    def learn(self, headers: Mapping[str, str], elapsed: float) -> None:
        """Take over the headers of an answer that came `elapsed` seconds after asking.

        For some endpoints Klaviyo states the limit of the costly parameter, for others that of the
        endpoint (responses recorded by others on revision 2026-07-15). The budget with the same
        limits learns from them.
        """
        told = RateLimitHeaders.parse(headers)
        if told is None:
            return
        with self.lock:
            budgets = (self.endpoint, *self.costly)
            spoken_of = (budget for budget in budgets if budget.limits == told.limits)
            next(spoken_of, self.endpoint).learn(told, elapsed)
            if self.presumed and DAY in told.limits:
                self._doubt(self.presumed, told, elapsed)

    def granted(self) -> None:
        """Note that a request was served, with success or not."""
        with self.lock:
            for budget in self._budgets:
                budget.granted()

    def refused(self, pause: float) -> float:
        """Note a 429 of a request; nothing more may be sent for `pause` seconds.

        Return the seconds without any granted request, as of the end of the pause. A presumed
        budget is not blocked: a 429 of another endpoint will show whether it is shared.
        """
        with self.lock:
            return max(budget.refused(pause) for budget in (self.endpoint, *self.costly))

    @staticmethod
    def _doubt(presumed: Budget, told: RateLimitHeaders, elapsed: float) -> None:
        """Correct a presumed limit; lift it if the day has more requests left than it allows."""
        presumed.set_limit(DAY, told.limits[DAY])
        if DAY not in told.left:
            return
        remaining, reset = told.left[DAY]
        now = presumed.clock()
        began = now + reset - DAY  # or earlier, by the time that the answer took
        spent = presumed.spent_since(began) - presumed.spent_since(now - elapsed)
        left = told.limits[DAY] - spent
        if remaining > left + _IN_FLIGHT:
            presumed.lift()


class Quotas:
    """All budgets of a sync, one per endpoint and costly parameter, made at first use.

    `share` is the part of each limit that the sync may use, from 0 to 1; `clock` gives seconds.
    """

    def __init__(self, share: float = 1.0, clock: Callable[[], float] = time.monotonic) -> None:
        self._share = share
        self._clock = clock
        self._budgets: dict[str, Budget] = {}
        self._lock = threading.Lock()

    def get(
        self,
        endpoint: str,
        limit: Limit,
        costly: Sequence[tuple[str, Limit]] = (),
        presumed: tuple[str, DailyLimit] | None = None,
    ) -> EndpointQuota:
        """Return the quota of requests to `endpoint`; the limits seed the budgets.

        `presumed` is a limit that several endpoints may share; Klaviyo does not document it.
        """
        with self._lock:
            return EndpointQuota(
                self._budget(endpoint, limit),
                [self._budget(*parameter) for parameter in costly],
                self._lock,
                self._budget(*presumed) if presumed else None,
            )

    def _budget(self, name: str, limit: Limit | DailyLimit) -> Budget:
        if name not in self._budgets:
            self._budgets[name] = Budget(limit, self._share, self._clock)
        return self._budgets[name]
