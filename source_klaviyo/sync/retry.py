"""How often, and when, a failed request is sent again."""

from dataclasses import dataclass
from typing import Final

from source_klaviyo.api import backoff
from source_klaviyo.api.backoff import MOST_DOUBTS, MOST_RETRIES

MOST_RESTARTS: Final = 5
"""How often a window is asked anew without a new row, before its page cursors are given up."""
BEFORE_LESS: Final = 2
"""Failures of one request after which a smaller page is tried."""
_DOUBT_PAUSES: Final = (1.0, 4.0)


@dataclass(slots=True)
class RetryState:
    """What has gone wrong since the last page: failures of the request, refusals, and restarts.

    The request is to be sent at `ready_at`, in seconds of the monotonic clock; 0 is now. `most` is
    how many failures are borne.
    """

    most: int = MOST_RETRIES
    attempt: int = 0
    doubts: int = 0
    restarts: int = 0
    ready_at: float = 0.0
    token_asked_again: bool = False

    def exhausted(self, *, is_refusal: bool) -> bool:
        """Tell whether the fault, or the refusal, is no longer to be taken for a passing one."""
        return self.attempt >= (min(self.most, MOST_DOUBTS) if is_refusal else self.most)

    @property
    def is_confirmed(self) -> bool:
        """Whether a refusal has been asked for again often enough."""
        return self.doubts >= MOST_DOUBTS

    def wait(self, now: float, stated: float | None = None) -> float:
        """Put the request off after a failure; return for how many seconds."""
        seconds = backoff.pause(self.attempt, stated)
        self.attempt += 1
        self.ready_at = now + seconds
        return seconds

    def doubt(self, now: float) -> float:
        """Put the request off after a refusal; return for how many seconds."""
        seconds = _DOUBT_PAUSES[min(self.doubts, len(_DOUBT_PAUSES) - 1)]
        self.doubts += 1
        self.ready_at = now + seconds
        return seconds

    def succeeded(self) -> None:
        """Note that an answer came."""
        self.attempt = self.doubts = 0
        self.token_asked_again = False
