"""The estimate as text, for a terminal and for the docs."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

from source_klaviyo.estimate.accounts import ACCOUNTS
from source_klaviyo.estimate.duration import Estimate, estimate
from source_klaviyo.streams.kinds.base import KlaviyoStream

_WORTH_A_LINE: Final = 1.5
_WORTH_A_ROW: Final = 60.0
_HEAD: Final = ("stream", "requests", "time", "waits for")


def time_text(seconds: float) -> str:
    """Return a time in words.

    >>> time_text(45), time_text(150), time_text(9_000)
    ('45 s', '2.5 min', '2.5 h')
    """
    if seconds < 90:  # noqa: PLR2004
        return f"{max(1, round(seconds))} s"
    minutes = seconds / 60
    if minutes < 120:  # noqa: PLR2004
        return f"{minutes:.{int(minutes < 10)}f} min"  # noqa: PLR2004
    return f"{minutes / 60:.1f} h"


def lines(together: Estimate, alone: Iterable[Estimate]) -> Iterator[str]:
    """Yield the lines of a table, the slowest stream first; the fastest streams share a line."""
    ordered = sorted(alone, key=lambda each: (-each.seconds, each.name))
    slow = [each for each in ordered if each.seconds >= _WORTH_A_LINE]
    rows = [_HEAD, *map(_cells, slow), _cells(together)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        name, requests, took, quota = row
        yield f"{name:{widths[0]}}  {requests:>{widths[1]}}  {took:>{widths[2]}}  {quota}"
    if rest := sorted(each.name for each in ordered if each not in slow):
        yield f"A second each, or less: {', '.join(rest)}"


def _cells(each: Estimate) -> tuple[str, str, str, str]:
    return each.name, f"{each.requests:,}", time_text(each.seconds), each.waits_for


def account_rows(streams: Mapping[str, type[KlaviyoStream]]) -> Iterator[str]:
    """Yield the rows of a Markdown table: the times of all streams by size of the account."""
    togethers, by_stream = [], defaultdict[str, list[Estimate]](list)
    for sizes in ACCOUNTS.values():
        together, alone = estimate(streams, sizes)
        togethers.append(together)
        for each in alone:
            by_stream[each.name].append(each)
    largest = {name: each[-1].seconds for name, each in by_stream.items()}
    slow = [name for name in by_stream if largest[name] >= _WORTH_A_ROW]
    yield f"| stream | {' | '.join(ACCOUNTS)} | waits for |"
    yield f"|---|{'---|' * len(ACCOUNTS)}---|"
    for name in sorted(slow, key=lambda name: (-largest[name], name)):
        yield _row(f"**{name}**", by_stream[name])
    yield f"| {len(by_stream) - len(slow)} others, each | {'below a minute | ' * len(ACCOUNTS)}|"
    yield _row("**all together**", togethers)


def size_rows() -> Iterator[str]:
    """Yield the rows of a Markdown table: the sizes of the accounts."""
    yield f"| what | {' | '.join(ACCOUNTS)} |"
    yield f"|---|{'---|' * len(ACCOUNTS)}"
    for name in ACCOUNTS["small"]:
        yield f"| `{name}` | {' | '.join(f'{sizes[name]:,}' for sizes in ACCOUNTS.values())} |"


def _row(name: str, each: Sequence[Estimate]) -> str:
    times = " | ".join(time_text(one.seconds) for one in each)
    return f"| {name} | {times} | `{each[-1].waits_for}` |"
