"""How often a failed request is sent again: one policy for whatever sends requests.

The sync engine never sleeps: it puts a task off until `RetryState.ready_at`. Everything else
(checks, lookups, sign-in, the CDK's interface) waits in `retried`.
"""

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, TypeVar

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
"""Failures in a row of one request that count as passing ones: two to four minutes of waiting."""
MOST_DOUBTS: Final = 2
"""How often a refused request is sent again before the refusal is a fact: under load, Klaviyo has
refused what it served a second later (klaviyo-android-sdk 485, klaviyo-api-node 62)."""
MOST_RESTARTS: Final = 5
"""How often a window is asked anew without a new row, before its page cursors are given up."""
BEFORE_LESS: Final = 2
"""Failures of one request after which a smaller page is tried."""
_DOUBT_PAUSES: Final = (1.0, 4.0)
_LONGEST_SLEEP: Final = 1.0
_WORTH_A_LINE: Final = 5.0
"""Seconds of waiting for quota from which on a log line tells of the wait."""

T = TypeVar("T")


@dataclass(slots=True)
class RetryState:
    """Failures of one request since its last answer: faults, refusals, and restarts of its window.

    The request is to be sent at `ready_at`, in seconds of the monotonic clock; 0 is now. `most`
    faults and `most_doubts` refusals are borne.

    >>> retry = RetryState(most=1)
    >>> retry.exhausted(is_refusal=False), retry.wait(0.0, stated=2.0)
    (False, 2.0)
    >>> retry.exhausted(is_refusal=False)
    True
    """

    most: int = MOST_RETRIES
    most_doubts: int = MOST_DOUBTS
    attempt: int = 0
    doubts: int = 0
    restarts: int = 0
    ready_at: float = 0.0
    token_asked_again: bool = False

    def exhausted(self, *, is_refusal: bool) -> bool:
        """Return whether the fault, or the refusal, no longer counts as a passing one."""
        return self.attempt >= (min(self.most, self.most_doubts) if is_refusal else self.most)

    def doubts_refusal(self, fault: Exception) -> bool:
        """Return whether `fault` is a refusal that has not been confirmed often enough."""
        match fault:
            case ScopeMissing() | ParameterRefused() | NotFound() | PartitionRefused(is_sure=False):
                return self.doubts < self.most_doubts
        return False

    def wait(self, now: float, stated: float | None = None) -> float:
        """Put the request off after a fault; return for how many seconds."""
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


def await_quota(reserve: Callable[[], float], name: str) -> None:
    """Wait until `reserve` grants a request to `name` (0; else the seconds until it may)."""
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
    """Return what `send` returns, after as many tries as `retry` allows, each with its quota.

    `name` stands for the request in log lines and messages. Raises the failure of the last try.

    >>> retried(lambda: collection.fetch(request), "events", RetryState(), quota.reserve)
    Page(ids=["4vRkq7"], ...)
    """
    while True:
        await_quota(reserve, name)
        try:
            return send()
        except Throttled as throttled:
            pause = throttled.pause
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
