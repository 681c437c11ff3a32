"""Klaviyo's time, which alone decides the rows that a state may cover."""

import logging
import time
from dataclasses import dataclass, field

from source_klaviyo.api.http_date import moment_of

logger = logging.getLogger("airbyte")


@dataclass(slots=True)
class ServerClock:
    """Klaviyo's time at the start of a sync, from the `Date` of its answers.

    Seconds are counted by the monotonic clock: this machine's own time may be wrong, and may step
    while a sync runs (NTP, a resumed virtual machine). Each answer was made before it arrived, so
    every answer puts the start too early: the latest start counts.
    """

    _began: float = field(init=False)
    _machine_began: float = field(init=False)
    _at_start: float | None = None
    _answered: bool = False

    def __post_init__(self) -> None:
        self._began, self._machine_began = time.monotonic(), time.time()

    @property
    def at_start(self) -> float:
        """The start in seconds since 1970, never later than by either clock.

        Before the first answer with a `Date`, this machine's clock has to do.
        """
        if self._at_start is None:
            return self._machine_began
        return min(self._at_start, self._machine_began)

    @property
    def now(self) -> float:
        """The present in seconds since 1970, never later than by either clock."""
        return self.at_start + time.monotonic() - self._began

    @property
    def klaviyos_now(self) -> float:
        """The present by Klaviyo's clock alone, in seconds since 1970.

        Less than a second behind once an answer has just come: `Date` is cut to whole seconds.
        """
        began = self._machine_began if self._at_start is None else self._at_start
        return began + time.monotonic() - self._began

    def observe(self, date_header: str | None) -> None:
        """Note the `Date` of an answer, which is cut to whole seconds."""
        self._answered = True
        stated = moment_of(date_header)
        if stated is None:
            return
        at_start = stated.timestamp() - (time.monotonic() - self._began)
        self._at_start = at_start if self._at_start is None else max(self._at_start, at_start)

    def warn_if_unknown(self) -> None:
        """Log a warning if answers came, and none had a `Date`."""
        if self._answered and self._at_start is None:
            logger.warning(
                "No answer of Klaviyo had a `Date` header; a proxy may remove it. The state relies"
                " on this machine's clock: if that is ahead, the next sync will miss rows."
            )
