"""The counts of a message's day or send."""

from typing import NamedTuple

from klaviyo_sandbox.reports.numbers import mix

DAY = 86_400_000_000
REACTION = 2 * DAY
"""The time of opens and clicks after a send."""
CONVERSION_WINDOW = 5 * DAY
"""The time of conversions after a send: Klaviyo's default attribution window."""


class MessageCounts(NamedTuple):
    """The counts behind all statistics of campaigns and flows."""

    recipients: int
    bounced: int
    failed: int
    opens: int
    opens_unique: int
    clicks: int
    clicks_unique: int
    spam_complaints: int
    unsubscribes: int
    unsubscribe_uniques: int
    conversions: int
    conversion_uniques: int
    conversion_cents: int
    message_segment_count_sum: int


UNIQUES = frozenset(
    MessageCounts._fields.index(name)
    for name in ("opens_unique", "clicks_unique", "unsubscribe_uniques", "conversion_uniques")
)
NOTHING = MessageCounts(*[0] * len(MessageCounts._fields))


class Keys(NamedTuple):
    """The seeds of a message's numbers."""

    message: int
    conversions: int
    """Another one for each conversion metric."""


def final_counts(keys: Keys, number: int, recipients: int, *, email: bool) -> MessageCounts:
    """Return the counts of the send or day `number` in the end."""
    drawn, bought = mix(keys.message, number), mix(keys.conversions, number)
    bounced = recipients * (drawn & 15) // 400
    failed = recipients * (drawn >> 4 & 7) // 400
    delivered = recipients - bounced - failed
    opened = delivered * (30 + (drawn >> 7 & 31)) // 100 if email else 0
    clicked = (opened if email else delivered) * (5 + (drawn >> 12 & 15)) // 100
    left = delivered * (drawn >> 16 & 7) // 500
    buyers = delivered * (1 + (bought & 15)) // 200
    orders = buyers + buyers * (bought >> 4 & 7) // 10
    return MessageCounts(
        recipients=recipients,
        bounced=bounced,
        failed=failed,
        opens=opened * (100 + (drawn >> 19 & 63)) // 100,
        opens_unique=opened,
        clicks=clicked * (100 + (drawn >> 25 & 63)) // 100,
        clicks_unique=clicked,
        spam_complaints=delivered * (drawn >> 31 & 3) // 1_000,
        unsubscribes=left + left * (drawn >> 33 & 3) // 10,
        unsubscribe_uniques=left,
        conversions=orders,
        conversion_uniques=buyers,
        conversion_cents=orders * (1_500 + (bought >> 7 & 8_191)),
        message_segment_count_sum=0 if email else recipients * (1 + (keys.message >> 40 & 1)),
    )


def counts_by(final: MessageCounts, first: int, end: int, now: int) -> MessageCounts:
    """Return the part of the `final` counts by `now`, for sends between `first` and `end`.

    Messages go out evenly; opens and clicks come in over two more days, conversions over five.
    """
    if now >= end + CONVERSION_WINDOW:
        return final
    since = now - first
    sent, sending = min(since, end - first), end - first
    reacted, reacting = min(since, sending + REACTION), sending + REACTION
    bought, buying = since, sending + CONVERSION_WINDOW
    part = [count * reacted // reacting for count in final]
    for place in _SENT:
        part[place] = final[place] if not sending else final[place] * sent // sending
    for place in _BOUGHT:
        part[place] = final[place] * bought // buying
    return MessageCounts._make(part)


_SENT = [
    MessageCounts._fields.index(name)
    for name in ("recipients", "bounced", "failed", "message_segment_count_sum")
]
_BOUGHT = [
    MessageCounts._fields.index(name)
    for name in ("conversions", "conversion_uniques", "conversion_cents")
]
