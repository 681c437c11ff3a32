"""A read while it runs: bars on a terminal, a line per finished stream anywhere else."""

import time
from typing import Protocol

from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn

from tools.demo.reading import Reading

_REDRAW_SECONDS = 0.1
_SIGN_OF_LIFE_SECONDS = 5.0
_LINES_BESIDES = 4


class View(Protocol):
    """Shows a reading until it is closed."""

    def show(self) -> None:
        """Show what is new; called after every message."""

    def close(self) -> None:
        """Show no more."""


def view(console: Console, reading: Reading, totals: dict[str, int]) -> View:
    """Return the view that suits the console; `totals` are the records to come, where known."""
    return Bars(console, reading, totals) if console.is_terminal else Lines(console, reading)


class Bars:
    """A bar per stream, redrawn in place; gone when the read ends."""

    def __init__(self, console: Console, reading: Reading, totals: dict[str, int]) -> None:
        self._reading = reading
        self._drawn_at = 0.0
        self._progress = Progress(
            SpinnerColumn(finished_text="[green]✓[/]"),
            TextColumn("{task.description}"),
            BarColumn(bar_width=30),
            TextColumn("{task.completed:>9,.0f} records"),
            TimeElapsedColumn(),
            console=console,
            transient=True,
        )
        self._bars: dict[str, TaskID] = {
            name: self._progress.add_task(name, total=totals.get(name), start=False)
            for name in reading.streams
        }
        self._sum = self._progress.add_task(
            "[bold]all streams[/]", total=sum(totals.values()) or None
        )
        self._roomy = len(self._bars) + _LINES_BESIDES <= console.height
        self._progress.start()

    def close(self) -> None:
        """Take the bars away."""
        self._progress.stop()

    def show(self) -> None:
        """Draw, but not for every message."""
        now = time.monotonic()
        if now - self._drawn_at < _REDRAW_SECONDS:
            return
        self._drawn_at = now
        for name, bar in self._bars.items():
            stream = self._reading.streams[name]
            if stream.records and not self._progress.tasks[bar].started:
                self._progress.start_task(bar)
            if stream.complete:
                self._progress.update(bar, total=stream.records)
            self._progress.update(
                bar,
                completed=stream.records,
                # Where not all fit on the screen, those at work are worth the room.
                visible=self._roomy or (stream.records > 0 and not stream.complete),
            )
        self._progress.update(self._sum, completed=self._reading.records)


class Lines:
    """Plain lines for pipes and logs."""

    def __init__(self, console: Console, reading: Reading) -> None:
        self._console = console
        self._reading = reading
        self._told: set[str] = set()
        self._told_at = self._began = time.monotonic()

    def show(self) -> None:
        """Write a line for each stream that has ended, or a sign of life after a while."""
        now = time.monotonic()
        for name, stream in self._reading.streams.items():
            if stream.complete and name not in self._told:
                self._told.add(name)
                self._told_at = now
                self._console.print(
                    f"    {name} complete after {stream.seconds:.1f} s, records: {stream.records:,}"
                )
        if now - self._told_at >= _SIGN_OF_LIFE_SECONDS:
            self._told_at = now
            self._console.print(
                f"    {self._reading.records:,} records after {now - self._began:.0f} s,"
                f" {len(self._told)} of {len(self._reading.streams)} streams done"
            )

    def close(self) -> None:
        """Leave the lines where they are."""
