"""Klaviyo's published rate limits, by the names of its tiers."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limit:
    """Requests allowed in one second, one minute and, where there is such a limit, one day.

    Klaviyo counts them per account (private keys) or per installation (OAuth), each endpoint by
    itself; `RateLimit-Limit` states them in every answer.
    """

    burst: int
    steady: int
    daily: int | None = None

    @property
    def windows(self) -> dict[int, int]:
        """The limit by the length of its window in seconds."""
        windows = {1: self.burst, 60: self.steady}
        if self.daily is not None:
            windows[86_400] = self.daily
        return windows


XS = Limit(1, 15)
S = Limit(3, 60)
M = Limit(10, 150)
L = Limit(75, 750)
XL = Limit(350, 3500)
REPORT = Limit(1, 2, 225)
