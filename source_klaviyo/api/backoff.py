"""Waits between the tries of a request."""

import random
import time
from typing import Final

import requests
from airbyte_cdk.sources.streams.http.error_handlers import BackoffStrategy

from source_klaviyo.api.http_date import moment_of
from source_klaviyo.api.quotas.limits import DAY

LONGEST: Final = 60.0
"""The most seconds between two tries of a failing request, whatever Klaviyo's `Retry-After`."""

_FIRST = 0.5


def retry_after(response: requests.Response) -> float | None:
    """Return the seconds in `Retry-After`, which is a number, or a date to wait for.

    The result is at most a day: no limit has a longer window. None without a readable header.
    """
    stated = response.headers.get("Retry-After", "").strip()
    if stated.isdecimal():
        return min(float(DAY), float(stated))
    moment = moment_of(stated)
    if moment is None:
        return None
    return min(float(DAY), max(0.0, moment.timestamp() - time.time()))


def pause(attempt: int, stated: float | None = None) -> float:
    """Return the seconds to wait after the failure number `attempt` (from 0) of a request.

    Twice as long each time, with jitter, and at least as long as `stated`; never longer than
    LONGEST.

    >>> 0.25 <= pause(0) <= 0.5, 2.0 <= pause(3) <= 4.0, pause(0, stated=7.0)
    (True, True, 7.0)
    """
    longest = min(LONGEST, _FIRST * 2.0 ** min(attempt, 20))
    wanted = longest * random.uniform(0.5, 1.0)  # noqa: S311  no secret depends on it
    return min(LONGEST, max(wanted, stated or 0.0))


class RetryAfterBackoff(BackoffStrategy):
    """The CDK's backoff strategy: `Retry-After` if stated, otherwise twice as long each time."""

    def backoff_time(
        self,
        response_or_exception: requests.Response | Exception | None,
        attempt_count: int,
    ) -> float:
        """Return the seconds to wait after the failure number `attempt_count` (from 0)."""
        stated = None
        if isinstance(response_or_exception, requests.Response):
            stated = retry_after(response_or_exception)
        return pause(attempt_count, stated)
