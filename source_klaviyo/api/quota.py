"""What a kind of request draws on: the limit of its endpoint, and those of its parameters."""

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from source_klaviyo.api.budget import Budget
from source_klaviyo.api.limits import Limit, RateLimitHeaders


@dataclass(frozen=True, slots=True, eq=False)
class EndpointQuota:
    """All budgets that a request takes one token from each: its endpoint's, and `costly` ones.

    `lock` is shared by all quotas of a sync, as budgets are.
    """

    endpoint: Budget
    costly: Sequence[Budget]
    lock: threading.Lock

    @property
    def per_minute(self) -> int:
        """The requests that it grants in a minute, as far as is known by now."""
        return min(budget.per_minute for budget in (self.endpoint, *self.costly))

    def reserve(self) -> float:
        """Take one request: 0 when granted, else the seconds until there may be one."""
        with self.lock:
            pause = self.endpoint.wait(for_claimant=bool(self.costly))
            for budget in self.costly:
                self.endpoint.claim(budget)
                pause = max(pause, budget.wait())
            if not pause:
                self.endpoint.spend()
                for budget in self.costly:
                    budget.spend()
            return pause

    def learn(self, headers: Mapping[str, str], elapsed: float) -> None:
        """Take over what an answer's headers say, which came `elapsed` seconds after asking.

        For some endpoints Klaviyo states the limit of the costly parameter, for others that of the
        endpoint (responses recorded by others on revision 2026-07-15). The budget that has those
        limits learns from them.
        """
        told = RateLimitHeaders.parse(headers)
        if told is None:
            return
        with self.lock:
            budgets = (self.endpoint, *self.costly)
            spoken_of = (budget for budget in budgets if budget.limits == told.limits)
            next(spoken_of, self.endpoint).learn(told, elapsed)

    def granted(self) -> None:
        """Note that a request was served, whatever the answer."""
        with self.lock:
            for budget in (self.endpoint, *self.costly):
                budget.refused_since = None

    def refused(self, pause: float) -> float:
        """Note a 429 of a request; nothing more may be sent for `pause` seconds.

        Return for how many seconds the quota will have granted nothing by then.
        """
        with self.lock:
            return max(budget.refused(pause) for budget in (self.endpoint, *self.costly))


class Quotas:
    """All budgets of a sync, one per endpoint and costly parameter, made when first asked for.

    `share` is the part of each limit that the sync may use, from 0 to 1.
    """

    def __init__(self, share: float = 1.0) -> None:
        self._share = share
        self._budgets: dict[str, Budget] = {}
        self._lock = threading.Lock()

    def get(
        self, endpoint: str, limit: Limit, costly: Sequence[tuple[str, Limit]] = ()
    ) -> EndpointQuota:
        """Return what requests to `endpoint` draw on; the limits seed the budgets."""
        with self._lock:
            own = self._budget(endpoint, limit)
            return EndpointQuota(
                own, [self._budget(*parameter) for parameter in costly], self._lock
            )

    def _budget(self, name: str, limit: Limit) -> Budget:
        if name not in self._budgets:
            self._budgets[name] = Budget(limit, self._share)
        return self._budgets[name]
