"""Every instant is read in exactly one window: through cuts, page by page, across resumes.

A model of Klaviyo stands in for HTTP: rows with cursors of any fraction of a second, filtered by
the very expressions that each stream sends, sorted, and paged.
"""

import random
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from source_klaviyo.api.auth import api_key
from source_klaviyo.api.client import Client
from source_klaviyo.protocol import FOREVER, Page, Window
from source_klaviyo.streams.registry import STREAMS
from source_klaviyo.streams.windowed import WindowedStream
from source_klaviyo.sync.chain import Chain
from source_klaviyo.sync.ledger import Ledger
from source_klaviyo.sync.state import CursorState

# One stream of each way to bound a window in ascending order: the rest is the same code.
WINDOWED = list(
    {
        (stream.bounds, stream.lower, stream.upper): stream
        for stream in STREAMS
        if issubclass(stream, WindowedStream) and not stream.newest_first
    }.values()
)
NOW = 1_750_000_000
MICRO = 1_000_000


def literal(moment: str) -> int:
    """Return a filter's datetime in microseconds."""
    return int(datetime.fromisoformat(moment).replace(tzinfo=UTC).timestamp()) * MICRO


def selects(expressions: list[str], instant: int) -> bool:
    """Tell whether a row at `instant` (microseconds) passes Klaviyo's filter."""
    for expression in expressions:
        operator, _, rest = expression.partition("(")
        bound = literal(rest.rstrip(")").split(",")[1])
        passes = {
            "greater-than": instant > bound,
            "greater-or-equal": instant >= bound,
            "less-than": instant < bound,
        }[operator]
        if not passes:
            return False
    return True


@dataclass
class Model:
    """Rows at `instants` (microseconds), served as `stream` asks, `size` a page."""

    stream: WindowedStream
    instants: list[int]
    size: int

    def fetch(self, window: Window, token: str | None) -> Page:
        expressions, start = (
            (self.stream.bounds(window), 0) if token is None else self._parse(token)
        )
        rows = [
            (instant, number)
            for number, instant in enumerate(self.instants)
            if selects(expressions, instant)
        ]
        rows.sort()
        page = rows[start : start + self.size]
        more = start + self.size < len(rows)
        return Page(
            [(memoryview(str(number).encode()), b"") for _, number in page],
            [instant // MICRO for instant, _ in page],
            f"{start + self.size}|{'|'.join(expressions)}" if more else None,
        )

    @staticmethod
    def _parse(token: str) -> tuple[list[str], int]:
        start, *expressions = token.split("|")
        return [expression for expression in expressions if expression], int(start)


@dataclass
class Run:
    """One sync over a model: takes chains at random, cuts at random, stops after `steps`."""

    model: Model
    ledger: Ledger
    chance: random.Random
    seen: list[bytes] = field(default_factory=list)

    def go(self, steps: int) -> bool:
        chains = [
            Chain(0, window.lo, window.hi, lowest=window.lo == self.ledger.low, ordered=True)
            for window in self.ledger.missing()
        ]
        while chains and steps:
            steps -= 1
            chain = self.chance.choice(chains)
            page = self.model.fetch(chain.window, chain.token)
            if self.chance.random() < 0.3 and chain.hi - chain.position > 1:
                latest = min(chain.hi, NOW + 100) if chain.position < NOW + 99 else chain.hi
                chains.append(chain.cut(self.chance.randrange(chain.position + 1, latest)))
            step = chain.accept(page)
            self.seen += [piece.tobytes() for piece, _ in step.records]
            if step.covers:
                self.ledger.cover(step.covers)
            if chain.finished:
                chains.remove(chain)
        return not chains


offsets = st.integers(-50 * MICRO, 50 * MICRO) | st.sampled_from([0, 1, MICRO - 1, MICRO])


@pytest.mark.parametrize("kind", WINDOWED, ids=lambda kind: kind.__name__)
@settings(max_examples=60, deadline=None)
@given(
    instants=st.lists(offsets, min_size=1, max_size=40),
    size=st.integers(1, 7),
    seed=st.integers(0, 2**32),
    stops=st.lists(st.integers(1, 6), max_size=4),
)
def test_every_instant_is_read_exactly_once_through_cuts_and_at_least_once_through_resumes(
    kind: type[WindowedStream], instants: list[int], size: int, seed: int, stops: list[int]
) -> None:
    stream = kind(Client("https://a.klaviyo.com", api_key("pk")))
    model = Model(stream, [NOW * MICRO + offset for offset in instants], size)
    chance = random.Random(seed)
    state, seen, horizon = CursorState(), list[bytes](), NOW + 20
    for steps in [*stops, 10_000]:
        ledger = Ledger(state, 0, 0, horizon + 5)
        run = Run(model, ledger, chance)
        finished = run.go(steps)
        seen += run.seen
        state = ledger.current(horizon)
        assert not [row for row, count in Counter(run.seen).items() if count > 1]
        read = {int(row) for row in seen}
        for number, instant in enumerate(model.instants):
            second = instant // MICRO
            if state.watermark is not None and second < state.watermark:
                assert number in read, "state is ahead of the records"
            if any(second in window for window in state.read):
                assert number in read, "state is ahead of the records"
    assert finished
    assert {int(row) for row in seen} == set(range(len(instants)))
    assert state == CursorState(horizon)


@pytest.mark.parametrize("kind", WINDOWED, ids=lambda kind: kind.__name__)
@given(
    edges=st.lists(st.integers(1, 2_000_000_000), min_size=1, max_size=5, unique=True),
    microsecond=st.integers(0, 2_000_000_000 * MICRO),
)
def test_an_instant_passes_the_filter_of_exactly_one_window(
    kind: type[WindowedStream], edges: list[int], microsecond: int
) -> None:
    stream = kind(Client("https://a.klaviyo.com", api_key("pk")))
    cuts = [0, *sorted(edges), FOREVER]
    windows = [Window(lo, hi) for lo, hi in pairwise(cuts)]
    emitted = []
    for window in windows:
        chain = Chain(0, window.lo, window.hi, lowest=window.lo == 0, ordered=True)
        page = Model(stream, [microsecond], 1).fetch(window, None)
        emitted += chain.accept(page).records
    assert len(emitted) == 1
