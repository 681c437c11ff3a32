"""The reaction to signals."""

import os
import signal
from collections.abc import Callable
from types import FrameType
from typing import NoReturn

GRACE = 8
"""Seconds for a read to end: `docker stop` kills after 10, in the middle of a line."""


class Stop:
    """The end of the program on SIGTERM and SIGINT, also as process 1 of a container.

    A command with nothing to finish ends at once. A read that is `graceful` ends by itself, after
    its last states; at the second signal, or if nobody takes its lines, at once as well. `farewell`
    is called before the end.

    The process ends as if it did not handle the signal: PyAirbyte ends `spec` and `check` by
    SIGTERM, and takes any code but 0 and -15 for a failure (its module airbyte._executors.base).
    """

    def __init__(self) -> None:
        self.graceful = False
        self.signal = 0
        self.farewell: Callable[[], None] = lambda: None

    def install(self) -> None:
        """Take over the signals; call it in the main thread."""
        signal.signal(signal.SIGTERM, self._ask)
        signal.signal(signal.SIGINT, self._ask)
        signal.signal(signal.SIGALRM, self.leave)

    def asked(self) -> bool:
        """Whether a signal has asked the program to end."""
        return self.signal != 0

    def _ask(self, number: int, _: FrameType | None) -> None:
        at_once = self.asked() or not self.graceful
        self.signal = number
        if at_once:
            self.leave()
        signal.alarm(GRACE)

    def leave(self, *_: object) -> NoReturn:
        """End by the signal, now: requests under way would delay any other way out."""
        self.farewell()
        signal.signal(self.signal, signal.SIG_DFL)
        os.kill(os.getpid(), self.signal)
        os._exit(128 + self.signal)  # process 1: the kernel drops signals without a handler
