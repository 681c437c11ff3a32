"""What a signal to end does."""

import os
import signal
from collections.abc import Callable
from types import FrameType
from typing import NoReturn

GRACE = 8
"""Seconds that a read has to end in: `docker stop` kills after 10, in the middle of a line."""


class Stop:
    """Ends the program on SIGTERM and SIGINT, as process 1 of a container too.

    A command that has nothing to finish ends at once. A read that is `graceful` ends by itself,
    after its last states; at the second signal, or where nobody takes its lines, at once as well.
    `farewell` is called before the end.

    The end is that of a program which does not handle the signal: PyAirbyte ends `spec` and `check`
    by SIGTERM, and takes any code but 0 and -15 for a failure (its module airbyte._executors.base).
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
        """Tell whether to end now."""
        return self.signal != 0

    def _ask(self, number: int, _: FrameType | None) -> None:
        at_once = self.asked() or not self.graceful
        self.signal = number
        if at_once:
            self.leave()
        signal.alarm(GRACE)

    def leave(self, *_: object) -> NoReturn:
        """End by the signal, now: requests under way would hold up any other way out."""
        self.farewell()
        signal.signal(self.signal, signal.SIG_DFL)
        os.kill(os.getpid(), self.signal)
        os._exit(128 + self.signal)  # process 1: the kernel spares it what it does not handle
