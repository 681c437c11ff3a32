"""Progress for people at a terminal. stdout stays for protocol messages."""

import os
import time
from collections.abc import Sequence
from typing import Final, TextIO

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.progress import Progress, TaskID, TextColumn
from rich.table import Table
from rich.text import Text

from source_klaviyo.sync.progress import StreamProgress

_LINES_FOR_OTHERS: Final = 4
_SHOW_CURSOR: Final = b"\x1b[?25h\n"
_MINUTE: Final = 60
_DAY: Final = 86_400
"""Seconds; longer estimates are not shown, before the first pages show the density of rows."""


class Terminal:
    """Plain lines on stderr, and during a sync a display with a line per stream.

    Without the display if stdout is a terminal too: its messages would run through the display.
    """

    def __init__(self, stderr: TextIO, *, with_display: bool) -> None:
        console = self._console = Console(file=stderr, highlight=False)
        self._streams: Sequence[StreamProgress] = ()
        self._began = time.monotonic()
        self._tasks: dict[str, TaskID] = {}
        self._rows = Progress(
            TextColumn("{task.description}", markup=False),
            TextColumn("{task.completed:>13,.0f} rows", justify="right"),
            TextColumn("{task.fields[rate]}", justify="right"),
            TextColumn("{task.fields[waits]}"),
            TextColumn("{task.fields[left]}", justify="right"),
            console=console,
            auto_refresh=False,
        )
        self._live = (
            Live(console=console, redirect_stdout=False, redirect_stderr=False, transient=True)
            if with_display
            else None
        )

    def say(self, text: str) -> None:
        """Write a text, above the display if any."""
        self._console.print(text, markup=False, soft_wrap=True)

    def watch(self, streams: Sequence[StreamProgress]) -> None:
        """Show the progress of the streams."""
        self._streams = streams
        if self._live:
            self._live.start()
            self._live.update(self._display())

    def leave(self) -> None:
        """Restore the terminal's cursor before a signal ends the program."""
        if self._live and self._live.is_started:
            os.write(2, _SHOW_CURSOR)

    def end(self, failure: str | None) -> None:
        """Remove the display; print a summary, and a sentence about the failure."""
        if self._live:
            self._live.stop()
        if self._streams:
            self._console.print(self._summary())
        if failure:
            self.say(f"Failed: {failure}")

    def _display(self) -> RenderableType:
        ongoing = [stream for stream in self._streams if stream.open]
        shown = ongoing[: max(1, self._console.height - _LINES_FOR_OTHERS)]
        for name, task in self._tasks.items():
            self._rows.update(task, visible=name in {stream.name for stream in shown})
        for stream in shown:
            if stream.name not in self._tasks:
                self._tasks[stream.name] = self._rows.add_task(
                    stream.name, total=None, rate="", waits="", left=""
                )
            task = self._tasks[stream.name]
            speed = self._rows.tasks[self._rows.task_ids.index(task)].speed
            self._rows.update(
                task,
                completed=stream.records,
                rate="" if speed is None else f"{speed:,.0f}/s",
                waits=f"waits for {stream.waits_for}",
                left=_left(stream.seconds_left),
            )
        done = len(self._streams) - len(ongoing)
        more = f", {len(ongoing) - len(shown)} more not shown" * (len(shown) < len(ongoing))
        return Group(self._rows, Text(f"{self._total()}, {done} streams done{more}"))

    def _summary(self) -> RenderableType:
        table = Table(box=None, pad_edge=False, show_header=False)
        for stream in self._streams:
            if stream.records or stream.failed or stream.open:
                end = "failed" if stream.failed else "not finished" if stream.open else "complete"
                table.add_row(stream.name, f"{stream.records:,}", end)
        return Group(table, Text(f"{self._total()}, {len(self._streams)} streams"))

    def _total(self) -> str:
        rows = sum(stream.records for stream in self._streams)
        return f"{rows:,} rows in {_clock(time.monotonic() - self._began)}"


def _left(seconds: float | None) -> str:
    return "" if seconds is None or seconds > _DAY else f"about {_clock(seconds)} left"


def _clock(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), _MINUTE)
    hours, minutes = divmod(minutes, _MINUTE)
    return f"{hours}:{minutes:02}:{rest:02}"
