"""The number and the times of retries of a failed request."""

from dataclasses import dataclass
from typing import Final

from source_klaviyo.api import backoff
from source_klaviyo.api.backoff import MOST_DOUBTS, MOST_RETRIES

MOST_RESTARTS: Final = 5
"""The most restarts of a window without a new row, before its page cursors are abandoned."""
BEFORE_LESS: Final = 2
"""Failures of a request before a smaller page is tried."""
_DOUBT_PAUSES: Final = (1.0, 4.0)


@dataclass(slots=True)
class RetryState:
    """The faults since the last page: failures of the request, refusals, and restarts.

    The request is to be sent at `ready_at`, in seconds of the monotonic clock; 0 is now. `most` is
    the allowed number of failures.

    >>> retry = RetryState()
    >>> 4.0 <= retry.doubt(now=0.0) + retry.doubt(now=0.0) and retry.is_confirmed
    True
    """

    most: int = MOST_RETRIES
    attempt: int = 0
    doubts: int = 0
    restarts: int = 0
    ready_at: float = 0.0
    token_asked_again: bool = False

    def exhausted(self, *, is_refusal: bool) -> bool:
        """Whether the fault, or the refusal, counts as final."""
        return self.attempt >= (min(self.most, MOST_DOUBTS) if is_refusal else self.most)

    @property
    def is_confirmed(self) -> bool:
        """Whether a refusal has been asked for again often enough."""
        return self.doubts >= MOST_DOUBTS

    def wait(self, now: float, stated: float | None = None) -> float:
        """Postpone the request after a failure; return the seconds."""
        seconds = backoff.pause(self.attempt, stated)
        self.attempt += 1
        self.ready_at = now + seconds
        return seconds

    def doubt(self, now: float) -> float:
        """Postpone the request after a refusal; return the seconds."""
        seconds = _DOUBT_PAUSES[min(self.doubts, len(_DOUBT_PAUSES) - 1)]
        self.doubts += 1
        self.ready_at = now + seconds
        return seconds

    def succeeded(self) -> None:
        """Note that an answer came."""
        self.attempt = self.doubts = 0
        self.token_asked_again = False
