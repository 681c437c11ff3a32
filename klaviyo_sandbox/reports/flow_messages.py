"""The messages of flows: every day some of each go out."""

from collections.abc import Iterator

from klaviyo_sandbox.reports.late_changes import changed
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
from klaviyo_sandbox.store.json_text import load_object
from klaviyo_sandbox.store.row import Row, each

VOLUMES = (3, 8, 20, 90)
"""How many recipients a day a message has about."""


class FlowMessages(Messages):
    """The messages of all flows that are not drafts."""

    types = ("flow", "flow-message", "tag")

    def found(self, parent: Row) -> Iterator[Message]:
        """Yield the messages of a flow."""
        attributes = load_object(parent.attributes)
        if attributes["status"] == "draft":
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
                    {
                        "flow_id": parent.id,
                        "flow_name": attributes["name"],
                        "flow_message_id": row.id,
                        "flow_message_name": str(row.value("name")),
                    },
                    [created if isinstance(created, int) else 0],
                )

    def cells(self, message: Message, keys: Keys, question: Question) -> Iterator[Cell]:
        """Yield what happened to one of them, day by day."""
        late = self.late.days_of(message.id)
        (created,) = message.moments
        volume = VOLUMES[message.key & 3]
        for day, (first, end) in question.days():
            counts = NOTHING
            if end > created:
                recipients = volume * (mix(keys.message, -day) & 127) // 64
                final = final_counts(keys, day, recipients, email=message.email)
                counts = counts_by(final, first, end, question.now)
            if day in late:
                counts = MessageCounts._make(changed(counts, MessageCounts._fields, late[day]))
            yield Cell(first, counts)
