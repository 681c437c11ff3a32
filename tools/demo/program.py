"""The connector as the platform runs it: a program that prints messages."""

import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tools.demo.failure import DemoError
from tools.demo.folder import Folder
from tools.demo.messages import Message, parse

PROGRAM = Path(sys.executable).with_name("source-klaviyo")


@dataclass(frozen=True, slots=True)
class Program:
    """Runs `source-klaviyo` and saves what it prints."""

    folder: Folder

    def run(
        self, command: str, save_as: str, take: Callable[[Message], None], **files: Path
    ) -> None:
        """Run `command` with `files` as its options; `take` gets each message as it comes.

        Raises DemoError where the program is missing, or fails.
        """
        if not PROGRAM.exists():
            raise DemoError("source-klaviyo is not installed here; `make demo` does that.")
        options = [part for name, file in files.items() for part in (f"--{name}", str(file))]
        failures: list[str] = []
        with (
            (self.folder.path / save_as).open("wb") as saved,
            subprocess.Popen(
                [PROGRAM, command, *options],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                process_group=0,  # Ctrl-C is for the demo, which then ends it in silence
            ) as process,
        ):
            try:
                for line in process.stdout or ():
                    saved.write(line)
                    message = parse(line)
                    if message.trace and message.trace.error:
                        failures.append(message.trace.error.message)
                    take(message)
            except BaseException:
                process.kill()
                raise
        if process.returncode:
            why = failures[-1] if failures else "It did not say why."
            raise DemoError(
                f"source-klaviyo {command} failed (exit code {process.returncode}). {why}"
            )
