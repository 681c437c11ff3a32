"""Campaign and flow messages, and the rows of their reports."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from klaviyo_sandbox.reports.conditions import matches
from klaviyo_sandbox.reports.message_counts import NOTHING, UNIQUES, Keys, MessageCounts
from klaviyo_sandbox.reports.message_statistics import Steps, statistic
from klaviyo_sandbox.reports.numbers import key_of, mix
from klaviyo_sandbox.reports.question import Question, ReportRow
from klaviyo_sandbox.reports.tally import Cell, Counts, tally
from klaviyo_sandbox.store.json_text import JsonValue

TESTED_EVERY = 5
"""One message in so many is tested in two variations."""
VARIATIONS = ("A", "B")
CHANNELS = {"mobile_push": "push-notification"}
"""Names of channels in reports, where they differ from those of messages."""


@dataclass(frozen=True, slots=True)
class Message:
    """A message of a campaign or a flow."""

    id: str
    groupings: Mapping[str, JsonValue]
    channel: str
    key: int

    @property
    def email(self) -> bool:
        """Whether it is an e-mail."""
        return self.channel == "email"

    @property
    def variations(self) -> tuple[Mapping[str, JsonValue], ...]:
        """Groupings of each variation; one without a name where it is not tested."""
        if self.key % TESTED_EVERY:
            return ({"variation": None, "variation_name": None},)
        return tuple(
            {"variation": f"{mix(self.key, place):016x}"[:8], "variation_name": f"Variation {name}"}
            for place, name in enumerate(VARIATIONS)
        )


class Messages(Protocol):
    """The messages of all campaigns, or of all flows."""

    def messages(self) -> Sequence[Message]:
        """Return them in the order of their ids."""

    def cells(self, message: Message, keys: Keys, question: Question) -> Iterator[Cell]:
        """Yield what happened to one of them, in order of time."""


def message_rows(
    source: Messages, question: Question, after: tuple[str, ...]
) -> Iterator[ReportRow]:
    """Yield a row per message (and variation, where that is asked) to which anything happened."""
    split = any(name.startswith("variation") for name in question.group_by)
    for message in source.messages():
        if after and message.id < after[0]:
            continue
        parts = [
            place
            for place, names in enumerate(message.variations)
            if matches({**message.groupings, **names}, question.conditions)
        ]
        if not parts:
            continue
        conversions = key_of(message.key, question.conversion_metric)
        cells = source.cells(message, Keys(message.key, conversions), question)
        steps = tally(cells, question.buckets, UNIQUES)
        if not any(step is not None and any(step) for step in steps):
            continue
        shares = [[place] for place in parts] if split else [parts]
        for share in shares:
            key = (message.id, str(share[0]) if split else "")
            if key > after:
                names = message.variations[share[0]]
                yield _row(
                    key, {**message.groupings, **names}, _share(steps, share, message), question
                )


def _share(
    steps: Sequence[Counts | None], places: Sequence[int], message: Message
) -> list[Counts | None]:
    """Return the part of the counts that falls on some of a message's variations."""
    whole = len(message.variations)
    if len(places) == whole:
        return list(steps)
    return [
        None
        if step is None
        else tuple(sum((count + place) // whole for place in places) for count in step)
        for step in steps
    ]


def _row(
    key: tuple[str, ...],
    groupings: Mapping[str, JsonValue],
    steps: Sequence[Counts | None],
    question: Question,
) -> ReportRow:
    counts = [NOTHING if step is None else MessageCounts._make(step) for step in steps]
    columns = Steps(counts)
    return ReportRow(
        key,
        {name: groupings.get(name) for name in question.group_by},
        {name: statistic(columns, name) for name in question.statistics},
    )
