"""A sandbox in a process of its own."""

import json
import os
import subprocess
import sys
from pathlib import Path

from klaviyo_sandbox.settings import Settings

ROOT = Path(__file__).parent.parent
PATIENCE_SECONDS = 5.0


class StartError(RuntimeError):
    """The process ended before its first answer."""


class Process:
    """A sandbox's process, from its start to its certain end."""

    def __init__(self, settings: Settings) -> None:
        """Start the process and wait for its address.

        Raises:
            StartError: the process ended; the reason is on standard error.
        """
        path = os.pathsep.join([str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])])
        self._child = subprocess.Popen(  # noqa: S603  # our own module, no shell
            [sys.executable, "-m", "klaviyo_sandbox", *settings.arguments()],
            stdin=subprocess.PIPE,  # the child ends when this closes, even if we are killed
            stdout=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": path},
        )
        try:
            line = self._child.stdout.readline() if self._child.stdout else b""
        except BaseException:  # Ctrl-C above all: a large shop takes its time to come up
            self.stop()
            raise
        if not line:
            self.stop()
            message = "the sandbox did not start"
            raise StartError(message)
        announcement = json.loads(line)
        self.url = str(announcement["url"])
        self.key = str(announcement["key"])
        self.token = str(announcement["token"])

    def stop(self) -> None:
        """End the process, by force after a while."""
        for pipe in (self._child.stdin, self._child.stdout):
            if pipe is not None:
                pipe.close()
        self._child.terminate()
        try:
            self._child.wait(PATIENCE_SECONDS)
        except subprocess.TimeoutExpired:
            self._child.kill()
            self._child.wait()
