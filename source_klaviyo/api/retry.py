"""The retry policy of every request.

The sync engine never sleeps: it postpones a task until `RetryState.ready_at`. Everything else
(checks, lookups, sign-in, the CDK's interface) waits in `retried`.
"""

import logging
import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, TypeVar

from airbyte_cdk.models import FailureType

from source_klaviyo.api import backoff
from source_klaviyo.errors import (
    NotFound,
    PageLost,
    PageTooLarge,
    ParameterRefused,
    PartitionRefused,
    RequestFailed,
    ScopeMissing,
    StreamFailed,
    Throttled,
    failure_of,
)

logger = logging.getLogger("airbyte")

MOST_RETRIES: Final = 8
"""The most retries of a request in a row; with their waits, two to four minutes."""
MOST_DOUBTS: Final = 2
"""The most retries of a refusal, before it counts as final: under load, Klaviyo has refused
requests and served them a second later (klaviyo-android-sdk 485, klaviyo-api-node 62)."""
MOST_RESTARTS: Final = 5
"""The most restarts of a window without a new row, before its page cursors are abandoned."""
BEFORE_LESS: Final = 2
"""Failures of a request before a smaller page is tried."""
_DOUBT_PAUSES: Final = (1.0, 4.0)
_LONGEST_SLEEP: Final = 1.0
_WORTH_A_LINE: Final = 5.0
"""Seconds of waiting for quota from which on a log line reports the wait."""

T = TypeVar("T")


@dataclass(slots=True)
class RetryState:
    """The failures of a request since its last answer: faults, refusals, restarts of its window.

    The request is to be sent at `ready_at`, in seconds of the monotonic clock; 0 is now. `most`
    faults and `most_doubts` refusals are allowed, and waits for quota of `patience` seconds in all.

    >>> retry = RetryState(most=1)
    >>> retry.exhausted(is_refusal=False), retry.wait(0.0, stated=2.0)
    (False, 2.0)
    >>> retry.exhausted(is_refusal=False)
    True
    """

    most: int = MOST_RETRIES
    most_doubts: int = MOST_DOUBTS
    patience: float = math.inf
    attempt: int = 0
    doubts: int = 0
    restarts: int = 0
    ready_at: float = 0.0
    token_asked_again: bool = False
    _is_brief: bool = False

    def exhausted(self, *, is_refusal: bool) -> bool:
        """Return whether the fault, or the refusal, counts as final."""
        most = 1 if self._is_brief else self.most
        return self.attempt >= (min(most, self.most_doubts) if is_refusal else most)

    def doubts_refusal(self, fault: Exception) -> bool:
        """Return whether `fault` is a refusal that needs another confirmation."""
        match fault:
            case ScopeMissing() | ParameterRefused() | NotFound() | PartitionRefused(is_sure=False):
                return self.doubts < self.most_doubts
        return False

    def wait(self, now: float, stated: float | None = None) -> float:
        """Postpone the request after a fault; return the seconds."""
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

    def throttled(self, pause: float) -> bool:
        """Note a 429 with its `pause`; return whether the wait is too long."""
        self.patience -= pause
        return self.patience < 0

    def postpone(self, until: float) -> None:
        """Send the request at `until`, on the monotonic clock, without counting a try."""
        self.ready_at = until

    def wake(self) -> None:
        """Note that the request is to be sent now."""
        self.ready_at = 0.0

    def ask_again(self) -> None:
        """Note that the same page cursor is to be sent once more."""
        self.token_asked_again = True

    def restart(self) -> None:
        """Note that the window is asked anew, by time."""
        self.restarts += 1

    def progressed(self) -> None:
        """Note that a part of the window is complete."""
        self.restarts = 0

    def try_briefly(self) -> None:
        """Allow a single retry until an answer comes: a part of this window has failed for long."""
        self.attempt, self._is_brief = 0, True

    def shorten(self) -> None:
        """Allow few retries from now on: the same request has failed for long."""
        self.most = MOST_DOUBTS

    def succeeded(self) -> None:
        """Note that an answer came."""
        self.attempt = self.doubts = 0
        self.token_asked_again = self._is_brief = False


def await_quota(reserve: Callable[[], float], name: str) -> None:
    """Wait until `reserve` grants a request to `name` (0; else the seconds until another try)."""
    told = False
    while pause := reserve():
        if pause > _WORTH_A_LINE and not told:
            told = True
            logger.info("Waiting %.0f s for the quota of %s", pause, name)
        time.sleep(min(pause, _LONGEST_SLEEP))


def retried(
    send: Callable[[], T],
    name: str,
    retry: RetryState,
    reserve: Callable[[], float] = lambda: 0.0,
) -> T:
    """Return the result of `send`, after as many tries as `retry` allows, each with its quota.

    `name` stands for the request in log lines and messages. Raises the failure of the last try.

    >>> answers = iter([RequestFailed("cut off", retry_after=0.0), "page"])
    >>> def send() -> str:
    ...     answer = next(answers)
    ...     if isinstance(answer, Exception):
    ...         raise answer
    ...     return answer
    >>> retried(send, "events", RetryState())
    'page'
    """
    while True:
        await_quota(reserve, name)
        try:
            return send()
        except Throttled as throttled:
            pause = throttled.pause
            if retry.throttled(pause):
                raise StreamFailed(
                    f"Klaviyo grants no request of {name} for {pause:.0f} s: another program may"
                    " use up the account's quota. Try again later.",
                    FailureType.transient_error,
                ) from throttled
            if pause > _WORTH_A_LINE:
                logger.info("Waiting %.0f s for the quota of %s", pause, name)
        except RequestFailed as fault:
            if retry.exhausted(is_refusal=fault.ends_as is not None):
                raise failure_of(fault, name) from fault
            pause = retry.wait(time.monotonic(), fault.retry_after)
            logger.info("%s: trying again in %.1f s. %s", name, pause, fault)
        except StreamFailed as refusal:
            if not retry.doubts_refusal(refusal):
                raise
            pause = retry.doubt(time.monotonic())
        except (PageLost, PageTooLarge) as fault:
            raise failure_of(fault, name) from fault
        time.sleep(pause)
