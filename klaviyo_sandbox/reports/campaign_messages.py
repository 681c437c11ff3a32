"""The messages of campaigns: every count belongs to the moment of the send."""

from collections.abc import Iterator

from klaviyo_sandbox.reports.late_changes import changed
from klaviyo_sandbox.reports.message_counts import NOTHING, Keys, counts_by, final_counts
from klaviyo_sandbox.reports.messages import Message, Messages
from klaviyo_sandbox.reports.question import Question
from klaviyo_sandbox.reports.tally import Cell
from klaviyo_sandbox.store.json_text import JsonObject, load_object
from klaviyo_sandbox.store.moment import MICROS, micros
from klaviyo_sandbox.store.row import Row, each

VOLUME = 40
"""Recipients of the smallest campaign."""
_HOUR = 3_600 * MICROS
PORTIONS = {"throttled": 5, "smart_send_time": 24}
"""Over how many hours a campaign is sent, by its strategy; the others go out at once."""


class CampaignMessages(Messages):
    """The messages of all campaigns that were sent."""

    types = ("campaign",)

    def found(self, parent: Row) -> Iterator[Message]:
        """Yield the messages of a campaign."""
        attributes = load_object(parent.attributes)
        if not attributes.get("send_time"):
            return
        channel = str(parent.value("messages.channel"))
        for link in each(self.world.related(parent, "campaign-messages")):
            yield self.message(parent, link.id, channel, _sends(attributes))

    def cells(self, message: Message, keys: Keys, question: Question) -> Iterator[Cell]:
        """Yield the counts of a message, send by send."""
        sends = message.moments
        recipients = VOLUME * (1 + (message.key & 63)) // len(sends)
        found: list[Cell] = []
        for number, at in enumerate(sends):
            if at <= question.now:
                final = final_counts(keys, number, recipients, email=message.email)
                found.append(Cell(at, counts_by(final, at, at, question.now)))
        for day, added in self.late.days_of(message.id).items():
            found.append(Cell(question.calendar.day_start(day), changed(NOTHING, added)))
        yield from sorted(found, key=lambda cell: cell.first)


def _sends(attributes: JsonObject) -> list[int]:
    first = micros(str(attributes["send_time"]))
    strategy = attributes["send_strategy"]
    method = strategy["method"] if isinstance(strategy, dict) else ""
    return [first + hour * _HOUR for hour in range(PORTIONS.get(str(method), 1))]
