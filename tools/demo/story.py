"""What the demo tells the person who watches."""

import sys
import time
from dataclasses import dataclass, field

from rich.console import Console
from rich.markup import escape
from rich.padding import Padding

from tools.demo.messages import Message

_WIDTH_OF_A_PIPE = 120
_STEPS = 7
_INDENT = 4
_LOUD = {"WARN": "yellow", "ERROR": "red", "FATAL": "red"}


def _console() -> Console:
    if sys.stdout.isatty():
        return Console(highlight=False)
    return Console(highlight=False, force_terminal=False, width=_WIDTH_OF_A_PIPE)


@dataclass(slots=True)
class Story:
    """Numbered steps, and what comes of each, on standard output."""

    console: Console = field(default_factory=_console)
    _step: int = 0
    _began: float = field(default_factory=time.monotonic)

    def step(self, what: str) -> None:
        """Announce a step."""
        self._step += 1
        self.console.print(f"\n[bold cyan]{self._step}/{_STEPS}[/] [bold]{escape(what)}[/]")

    def say(self, what: str) -> None:
        """Tell what came of it."""
        self._print(escape(what))

    def confirm(self, what: str) -> None:
        """Tell what was found to be right."""
        self._print(f"[green]✓[/] {escape(what)}")

    def pass_on(self, message: Message) -> None:
        """Print what the connector warns of, and which streams have failed."""
        if message.log and (colour := _LOUD.get(message.log.level)):
            self._print(f"[{colour}]{message.log.level} {escape(message.log.message)}[/]")
        elif message.trace and (failure := message.trace.error) and failure.stream_descriptor:
            stream = failure.stream_descriptor.name
            self._print(f"[red]{stream} failed: {escape(failure.message)}[/]")

    def end(self, where: str) -> None:
        """Say that all is well."""
        took = time.monotonic() - self._began
        self._last(f"[bold green]Done in {took:.0f} s.[/] {escape(where)}")

    def fail(self, why: str) -> None:
        """Say why the demo ends early."""
        self._last(f"[bold red]The demo has failed.[/] {escape(why)}")

    def interrupt(self) -> None:
        """Say that the person had enough."""
        self._last("Interrupted.")

    def _last(self, markup: str) -> None:
        self.console.print()
        self._print(markup, indent=0)

    def _print(self, markup: str, indent: int = _INDENT) -> None:
        if self.console.is_terminal:
            self.console.print(Padding.indent(markup, indent))
        else:
            # In a log a sentence is a line, however long.
            self.console.print(" " * indent + markup, soft_wrap=True)
