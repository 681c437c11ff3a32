"""The messages of flows: every day some of each go out."""

from collections.abc import Iterator, Sequence

from klaviyo_sandbox.reports.late_changes import LateChanges, changed
from klaviyo_sandbox.reports.message_counts import (
    NOTHING,
    Keys,
    MessageCounts,
    counts_by,
    final_counts,
)
from klaviyo_sandbox.reports.messages import CHANNELS, Message
from klaviyo_sandbox.reports.numbers import key_of, mix
from klaviyo_sandbox.reports.question import Question
from klaviyo_sandbox.reports.tag_names import tags_of
from klaviyo_sandbox.reports.tally import Cell
from klaviyo_sandbox.store.json_text import load_object
from klaviyo_sandbox.store.row import Reference, Row, each
from klaviyo_sandbox.store.world import World

VOLUMES = (3, 8, 20, 90)
"""How many recipients a day a message has about."""


class FlowMessages:
    """The messages of all flows that are not drafts."""

    def __init__(self, world: World, late: LateChanges, seed: int) -> None:
        """Take them from `world`; `late` changes their past."""
        self._world = world
        self._late = late
        self._seed = seed
        self._versions: list[int] = []
        self._messages: list[Message] = []
        self._created: dict[str, int] = {}

    def messages(self) -> Sequence[Message]:
        """Return them in the order of their ids."""
        versions = [self._world.table(name).version for name in ("flow", "flow-message", "tag")]
        if versions != self._versions:
            self._created.clear()
            found = [message for flow in self._world.table("flow") for message in self._of(flow)]
            self._messages = sorted(found, key=lambda message: message.id)
            self._versions = versions
        return self._messages

    def _of(self, flow: Row) -> Iterator[Message]:
        attributes = load_object(flow.attributes)
        if attributes["status"] == "draft":
            return
        created = flow.value("created")
        for action in each(self._world.related(flow, "flow-actions")):
            sender = self._world.get(action)
            links = () if sender is None else each(self._world.related(sender, "flow-messages"))
            for link in links:
                row = self._world.get(link)
                if row is None:
                    continue
                shown = load_object(row.attributes)
                channel = str(shown["channel"])
                self._created[row.id] = created if isinstance(created, int) else 0
                yield Message(
                    row.id,
                    {
                        "flow_id": flow.id,
                        "flow_name": attributes["name"],
                        "flow_message_id": row.id,
                        "flow_message_name": str(row.value("name")),
                        "send_channel": CHANNELS.get(channel, channel),
                        "text_message_format": "sms" if channel == "sms" else None,
                        **tags_of(self._world, Reference("flow", flow.id)),
                    },
                    channel,
                    key_of(self._seed, row.id),
                )

    def cells(self, message: Message, keys: Keys, question: Question) -> Iterator[Cell]:
        """Yield what happened to one of them, day by day."""
        late = self._late.days_of(message.id)
        created = self._created[message.id]
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
