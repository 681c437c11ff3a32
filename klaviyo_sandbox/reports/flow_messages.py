"""The messages of flows: every day some of each go out."""

from collections.abc import Iterator

from klaviyo_sandbox.reports.message_counts import (
    NOTHING,
    Keys,
    MessageCounts,
    counts_by,
    final_counts,
)
from klaviyo_sandbox.reports.messages import Message, Messages
from klaviyo_sandbox.reports.numbers import mix
from klaviyo_sandbox.reports.question import Question
from klaviyo_sandbox.reports.tally import Cell
from klaviyo_sandbox.reports.timeframe import Bucket
from klaviyo_sandbox.store.json_text import load_object
from klaviyo_sandbox.store.row import Row, each

VOLUMES = (3, 8, 20, 90)
"""Recipients a day of a message, roughly."""


class FlowMessages(Messages):
    """The messages of all flows, without drafts."""

    types = ("flow", "flow-message")

    def found(self, parent: Row) -> Iterator[Message]:
        """Yield the messages of a flow."""
        if load_object(parent.attributes)["status"] == "draft":
            return
        created = parent.value("created")
        for action in each(self.world.related(parent, "flow-actions")):
            sender = self.world.get(action)
            links = () if sender is None else each(self.world.related(sender, "flow-messages"))
            for row in filter(None, map(self.world.get, links)):
                yield self.message(
                    parent,
                    row.id,
                    str(load_object(row.attributes)["channel"]),
                    [created if isinstance(created, int) else 0],
                )

    def cells(self, message: Message, keys: Keys, question: Question) -> Iterator[Cell]:
        """Yield the counts of a message, day by day."""
        (created,) = message.moments
        volume = VOLUMES[message.key & 3]

        def counted(day: int, bucket: Bucket) -> MessageCounts:
            if bucket.end <= created:
                return NOTHING
            recipients = volume * (mix(keys.message, -day) & 127) // 64
            final = final_counts(keys, day, recipients, email=message.email)
            return counts_by(final, *bucket, question.now)

        return self.late.daily(message.id, question, counted)
