"""How long to wait before a request is sent again."""

import random

import requests
from airbyte_cdk.sources.streams.http.error_handlers import BackoffStrategy

_FIRST = 0.5
_LONGEST = 60.0


class RetryAfterBackoff(BackoffStrategy):
    """Waits as long as `Retry-After` says; without it, twice as long each time, with jitter."""

    def backoff_time(
        self,
        response_or_exception: requests.Response | Exception | None,
        attempt_count: int,
    ) -> float:
        """Return the seconds to wait after the failure number `attempt_count` (from 0)."""
        if isinstance(response_or_exception, requests.Response):
            stated = response_or_exception.headers.get("Retry-After", "")
            if stated.isdecimal():
                # "Immediate retries always receive another 429" (Klaviyo's guide).
                return max(1.0, float(stated))
        longest = min(_LONGEST, _FIRST * 2.0**attempt_count)
        return longest * random.uniform(0.5, 1.0)  # noqa: S311  no secret depends on it
