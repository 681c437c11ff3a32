"""The sandbox's own time."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta


class Clock:
    """Runs as fast as real time, from any start; can be moved forward."""

    def __init__(self, start: datetime | None = None) -> None:
        """Start at `start`, or at the real time."""
        self._start = start if start is not None else datetime.fromtimestamp(time.time(), UTC)
        self._since = time.monotonic()
        self._held = False

    def now(self) -> datetime:
        """Return the present, in UTC."""
        if self._held:
            return self._start
        return self._start + timedelta(seconds=time.monotonic() - self._since)

    @contextmanager
    def held(self) -> Iterator[None]:
        """Stand still meanwhile: what a shop holds must not depend on the machine's speed."""
        self._held = True
        yield
        self._held = False

    def advance(self, seconds: float) -> None:
        """Jump ahead by `seconds`."""
        self._start += timedelta(seconds=seconds)

    def seconds(self) -> float:
        """Return the present in seconds since 1970."""
        return self.now().timestamp()
