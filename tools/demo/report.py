"""What a read came to, as a table and a verdict."""

import re
from collections.abc import Collection, Iterator
from io import StringIO

from rich._export_format import CONSOLE_SVG_FORMAT
from rich.console import Console
from rich.table import Table

from tools.demo.failure import DemoError
from tools.demo.reading import Reading
from tools.demo.story import Story
from tools.demo.truth import Finding, Truth

_EXAMPLES = 3


_MOST_USED = ("campaigns", "email_templates", "events", "flows", "lists", "metrics", "profiles")
WITHOUT_FONTS = re.sub(r"@font-face \{\{.*?\}\}\s*", "", CONSOLE_SVG_FORMAT, flags=re.DOTALL)
"""Rich's picture, without fonts that another host would serve."""


def picture(reading: Reading, truth: Truth) -> str:
    """Return the table's rows of the streams that most people use, as SVG."""
    console = Console(record=True, width=84, file=StringIO(), force_terminal=True)
    console.print(_table(reading, truth, _MOST_USED))
    return console.export_svg(
        title="make demo: a first read (the last line: all streams)",
        code_format=WITHOUT_FONTS,
        unique_id="demo",
    )


def report(story: Story, reading: Reading, truth: Truth) -> None:
    """Print the table and the verdict. Raises DemoError where the verdict is bad."""
    story.console.print()
    story.console.print(_table(reading, truth))
    story.console.print()
    if not truth.right:
        raise DemoError(f"What was read is not what the sandbox holds. {_wrong(truth)}")
    for verdict in _verdicts(reading, truth):
        story.confirm(verdict)


def _table(reading: Reading, truth: Truth, only: Collection[str] = ()) -> Table:
    """Return the table, of the streams `only` if any are named.

    It fits 80 columns while the streams' names are short.
    """
    table = Table(
        show_footer=True, box=None, pad_edge=False, header_style="dim", footer_style="bold"
    )
    fewest = [finding.fewest for finding in truth.findings]
    table.add_column("stream", "all", overflow="fold")
    for header, footer in (
        ("records", f"{reading.records:,}"),
        ("pages", f"{sum(count or 0 for count in fewest):,}{'+' if None in fewest else ''}"),
        ("secs", f"{reading.seconds:.1f}"),
        ("ids", ""),
    ):
        table.add_column(header, footer, justify="right", no_wrap=True)
    table.add_column("state (UTC)", no_wrap=True)
    for finding in truth.findings:
        if only and finding.stream not in only:
            continue
        table.add_row(
            finding.stream,
            f"{finding.read.records:,}",
            "" if finding.fewest is None else f"{finding.fewest:,}",
            f"{finding.read.seconds:.1f}",
            _ids(finding),
            finding.read.watermark,
        )
    return table


def _ids(finding: Finding) -> str:
    if finding.wanted is None:
        return ""
    if not finding.missing and not finding.strange:
        return f"{finding.wanted:,} [green]✓[/]"
    return f"{finding.wanted - len(finding.missing):,} of {finding.wanted:,} [red]✗[/]"


def _verdicts(reading: Reading, truth: Truth) -> Iterator[str]:
    """Yield in sentences what was compared and found right, and what it cost."""
    compared = [
        (f.changed, f.wanted, f.read.records) for f in truth.findings if f.wanted is not None
    ]
    changed = [(wanted, records) for only_changed, wanted, records in compared if only_changed]
    whole = [wanted for only_changed, wanted, _ in compared if not only_changed]
    if changed:
        ids = sum(wanted for wanted, _ in changed)
        yield f"All {ids:,} ids changed since the first read have come, in {len(changed)} streams."
        if again := sum(records for _, records in changed) - ids:
            yield f"{again:,} records came again: a look-back for what reaches Klaviyo late."
    if whole:
        yield (
            f"The ids of {len(whole)} streams read whole are exactly those that the sandbox"
            f" holds: {sum(whole):,}."
        )
    if others := len(truth.findings) - len(compared):
        yield f"{others} streams are no whole collections; their ids are not compared."
    refused = f"{truth.throttled:,}" if truth.throttled else "none"
    yield (
        f"{truth.requests:,} requests in {reading.seconds:.1f} s, {refused} answered 429 (too many"
        " requests). Pages are those that a stream's records fill; streams of one collection share"
        " them."
    )


def _wrong(truth: Truth) -> str:
    complaints = []
    for finding in truth.findings:
        for ids, what in ((finding.missing, "did not come"), (finding.strange, "do not exist")):
            if ids:
                examples = ", ".join(ids[:_EXAMPLES])
                complaints.append(f"{finding.stream}: {len(ids):,} ids {what}, such as {examples}")
    return "; ".join(complaints)
