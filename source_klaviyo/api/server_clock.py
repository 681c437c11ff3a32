"""How far Klaviyo's clock is behind this machine's."""

import time
from dataclasses import dataclass

from source_klaviyo.api.http_date import moment_of


@dataclass(slots=True)
class ServerClock:
    """Told by the `Date` of Klaviyo's answers.

    Each answer was made before it arrived, so every one overstates the lag: the least counts.
    """

    _lag: float | None = None

    @property
    def lag(self) -> float:
        """Seconds by which Klaviyo's clock is behind; 0 where it is level, ahead or not known."""
        return max(0.0, self._lag or 0.0)

    def observe(self, date_header: str | None) -> None:
        """Take note of one answer's `Date`."""
        stated = moment_of(date_header)
        if stated is None:
            return
        # The header is cut to whole seconds; half of one more is the fairest guess.
        lag = time.time() - stated.timestamp() - 1
        self._lag = lag if self._lag is None else min(self._lag, lag)
