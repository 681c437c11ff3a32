"""The messages of campaigns: all that happens to one belongs to its send."""

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
from klaviyo_sandbox.reports.numbers import key_of
from klaviyo_sandbox.reports.question import Question
from klaviyo_sandbox.reports.tag_names import tags_of
from klaviyo_sandbox.reports.tally import Cell
from klaviyo_sandbox.store.json_text import JsonObject, load_object
from klaviyo_sandbox.store.moment import MICROS, micros
from klaviyo_sandbox.store.row import Reference, Row, each
from klaviyo_sandbox.store.world import World

VOLUME = 40
"""Recipients of the smallest campaign."""
_HOUR = 3_600 * MICROS
PORTIONS = {"throttled": 5, "smart_send_time": 24}
"""Over how many hours a campaign is sent, by its strategy; the others go out at once."""


class CampaignMessages:
    """The messages of all campaigns that were sent."""

    def __init__(self, world: World, late: LateChanges, seed: int) -> None:
        """Take them from `world`; `late` changes their past."""
        self._world = world
        self._late = late
        self._seed = seed
        self._versions: list[int] = []
        self._messages: list[Message] = []
        self._sends: dict[str, list[int]] = {}

    def messages(self) -> Sequence[Message]:
        """Return them in the order of their ids."""
        versions = [self._world.table(name).version for name in ("campaign", "tag")]
        if versions != self._versions:
            self._sends.clear()
            campaigns = self._world.table("campaign")
            found = [message for campaign in campaigns for message in self._of(campaign)]
            self._messages = sorted(found, key=lambda message: message.id)
            self._versions = versions
        return self._messages

    def _of(self, campaign: Row) -> Iterator[Message]:
        attributes = load_object(campaign.attributes)
        if not attributes.get("send_time"):
            return
        channel = str(campaign.value("messages.channel"))
        for link in each(self._world.related(campaign, "campaign-messages")):
            self._sends[link.id] = _sends(attributes)
            yield Message(
                link.id,
                {
                    "campaign_id": campaign.id,
                    "campaign_message_id": link.id,
                    "campaign_message_name": attributes["name"],
                    "send_channel": CHANNELS.get(channel, channel),
                    "text_message_format": "sms" if channel == "sms" else None,
                    "group": None,
                    "group_name": None,
                    **tags_of(self._world, Reference("campaign", campaign.id)),
                },
                channel,
                key_of(self._seed, link.id),
            )

    def cells(self, message: Message, keys: Keys, question: Question) -> Iterator[Cell]:
        """Yield what happened to one of them, send by send."""
        sends = self._sends[message.id]
        recipients = VOLUME * (1 + (message.key & 63)) // len(sends)
        found = [
            Cell(
                at,
                counts_by(
                    final_counts(keys, number, recipients, email=message.email),
                    at,
                    at,
                    question.now,
                ),
            )
            for number, at in enumerate(sends)
            if at <= question.now
        ]
        for day, added in self._late.days_of(message.id).items():
            start = question.calendar.day_start(day)
            counts = MessageCounts._make(changed(NOTHING, MessageCounts._fields, added))
            found.append(Cell(start, counts))
        yield from sorted(found, key=lambda cell: cell.first)


def _sends(attributes: JsonObject) -> list[int]:
    first = micros(str(attributes["send_time"]))
    strategy = attributes["send_strategy"]
    method = strategy["method"] if isinstance(strategy, dict) else ""
    return [first + hour * _HOUR for hour in range(PORTIONS.get(str(method), 1))]
