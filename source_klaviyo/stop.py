"""What a signal to end does."""

import os
import signal
from types import FrameType

GRACE = 8
"""Seconds that a read has to end in: `docker stop` kills after 10, in the middle of a line."""


class Stop:
    """Ends the program on SIGTERM and SIGINT, as process 1 of a container too.

    A command that has nothing to finish ends at once. A read that is `graceful` ends by itself,
    after its last states; at the second signal, or where nobody takes its lines, at once as well.
    """

    def __init__(self) -> None:
        self.graceful = False
        self.signal = 0

    def install(self) -> None:
        """Take over the signals; call it in the main thread."""
        signal.signal(signal.SIGTERM, self._ask)
        signal.signal(signal.SIGINT, self._ask)
        signal.signal(signal.SIGALRM, self._leave)

    @property
    def exit_code(self) -> int:
        """What a program that a signal has ended exits with."""
        return 128 + self.signal

    def asked(self) -> bool:
        """Tell whether to end now."""
        return self.signal != 0

    def _ask(self, number: int, frame: FrameType | None) -> None:
        at_once = self.asked() or not self.graceful
        self.signal = number
        if at_once:
            self._leave(number, frame)
        signal.alarm(GRACE)

    def _leave(self, number: int, frame: FrameType | None) -> None:  # noqa: ARG002
        os._exit(self.exit_code)  # requests under way would hold up any other way out
