"""Campaign and flow messages, and the rows of their reports."""

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from klaviyo_sandbox.reports.late_changes import LateChanges
from klaviyo_sandbox.reports.message_counts import NOTHING, UNIQUES, Keys, MessageCounts
from klaviyo_sandbox.reports.message_statistics import Steps, statistic
from klaviyo_sandbox.reports.numbers import key_of, mix
from klaviyo_sandbox.reports.question import Question, ReportRow
from klaviyo_sandbox.reports.tally import Cell, Counts, tally
from klaviyo_sandbox.store.row import Row
from klaviyo_sandbox.store.world import World

TESTED_EVERY = 5
"""One message in so many is tested in two variations."""
CHANNELS = {"mobile_push": "push-notification"}
"""Names of channels in reports, where they differ from those of messages."""


@dataclass(frozen=True, slots=True)
class Message:
    """A message of a campaign or a flow."""

    id: str
    groupings: Mapping[str, str]
    channel: str
    key: int
    moments: Sequence[int]
    """The sends of a campaign's, the beginning of a flow's; in microseconds since 1970."""

    @property
    def email(self) -> bool:
        """Tell whether the message is an e-mail."""
        return self.channel == "email"

    @property
    def variations(self) -> tuple[str | None, ...]:
        """The ids of the variations; (None,) without a test."""
        if self.key % TESTED_EVERY:
            return (None,)
        return tuple(f"{mix(self.key, place):016x}"[:8] for place in range(2))


class Messages(ABC):
    """The messages of all campaigns, or of all flows."""

    types: ClassVar[tuple[str, ...]]
    """The types of resources that they are made of, the parent first."""

    def __init__(self, world: World, late: LateChanges, seed: int) -> None:
        """Take them from `world`; `late` changes their past."""
        self.world = world
        self.late = late
        self._seed = seed
        self._versions: list[int] = []
        self._messages: list[Message] = []

    @abstractmethod
    def found(self, parent: Row) -> Iterator[Message]:
        """Yield the messages of a campaign or a flow."""

    @abstractmethod
    def cells(self, message: Message, keys: Keys, question: Question) -> Iterator[Cell]:
        """Yield the counts of a message, in order of time."""

    def messages(self) -> Sequence[Message]:
        """Return them in the order of their ids; they are kept until a resource changes."""
        versions = [self.world.table(name).version for name in self.types]
        if versions != self._versions:
            parents = self.world.table(self.types[0])
            found = [message for parent in parents for message in self.found(parent)]
            self._messages = sorted(found, key=lambda message: message.id)
            self._versions = versions
        return self._messages

    def message(
        self, parent: Row, message_id: str, channel: str, moments: Sequence[int]
    ) -> Message:
        """Return a message of a campaign or flow."""
        groupings = {
            f"{parent.type}_id": parent.id,
            f"{parent.type}_message_id": message_id,
            "send_channel": CHANNELS.get(channel, channel),
        }
        return Message(message_id, groupings, channel, key_of(self._seed, message_id), moments)

    def rows(self, question: Question, after: tuple[str, ...]) -> Iterator[ReportRow]:
        """Yield a row per message with any counts, and per variation if the question asks for it.

        Rows come in the order of keys, from the key `after` on.
        """
        split = "variation" in question.group_by
        for message in self.messages():
            if after and message.id < after[0]:
                continue
            conversions = key_of(message.key, question.conversion_metric)
            cells = self.cells(message, Keys(message.key, conversions), question)
            steps = tally(cells, question.buckets, UNIQUES)
            if not any(step is not None and any(step) for step in steps):
                continue
            variations = message.variations if split else (None,)
            for place, name in enumerate(variations):
                key = (message.id, str(place) if split else "")
                if key > after:
                    share = [_share(step, place, len(variations)) for step in steps]
                    yield _row(key, {**message.groupings, "variation": name}, share, question)


def _share(step: Counts | None, place: int, parts: int) -> Counts | None:
    """Return an equal part of a message."""
    return None if step is None else tuple((count + place) // parts for count in step)


def _row(
    key: tuple[str, ...],
    groupings: Mapping[str, str | None],
    steps: Sequence[Counts | None],
    question: Question,
) -> ReportRow:
    columns = Steps([NOTHING if step is None else MessageCounts._make(step) for step in steps])
    return ReportRow(
        key,
        {name: groupings[name] for name in question.group_by},
        {name: statistic(columns, name) for name in question.statistics},
    )
