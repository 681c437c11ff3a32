"""Klaviyo's statistics of campaigns and flows, worked out from counts.

Source: the specification's names; the formulas are those of Klaviyo's help centre.
"""

from collections.abc import Sequence

from klaviyo_sandbox.reports.message_counts import MessageCounts
from klaviyo_sandbox.reports.question import Number

CENTS = 100
CENTS_A_SEGMENT = 1.5


class Steps:
    """The counts of all steps of a row: a list for each kind of count."""

    def __init__(self, counts: Sequence[MessageCounts]) -> None:
        """Take the counts of each step."""
        columns = zip(*counts, strict=True)
        self.of: dict[str, Sequence[Number]] = dict(
            zip(MessageCounts._fields, columns, strict=True)
        )
        self.of["bounced_or_failed"] = [c.bounced + c.failed for c in counts]
        self.of["delivered"] = [c.recipients - c.bounced - c.failed for c in counts]
        self.of["conversion_value"] = [c.conversion_cents / CENTS for c in counts]
        self.of["text_message_spend"] = [
            c.message_segment_count_sum * CENTS_A_SEGMENT / CENTS for c in counts
        ]
        self.of["text_message_credit_usage_amount"] = self.of["message_segment_count_sum"]

    def rate(self, part: str, whole: str, without: Number = 0.0) -> list[Number]:
        """Return `part` divided by `whole`; `without` where `whole` is 0."""
        pairs = zip(self.of[part], self.of[whole], strict=True)
        return [(one or 0) / other if other else without for one, other in pairs]


_RATES: dict[str, tuple[str, str]] = {
    "average_order_value": ("conversion_value", "conversions"),
    "bounce_rate": ("bounced", "recipients"),
    "bounced_or_failed_rate": ("bounced_or_failed", "recipients"),
    "click_rate": ("clicks_unique", "delivered"),
    "click_to_open_rate": ("clicks_unique", "opens_unique"),
    "conversion_rate": ("conversion_uniques", "delivered"),
    "delivery_rate": ("delivered", "recipients"),
    "failed_rate": ("failed", "recipients"),
    "open_rate": ("opens_unique", "delivered"),
    "revenue_per_recipient": ("conversion_value", "recipients"),
    "spam_complaint_rate": ("spam_complaints", "delivered"),
    "unsubscribe_rate": ("unsubscribe_uniques", "delivered"),
}
_RETURN = "text_message_roi"


def statistic(steps: Steps, name: str) -> Sequence[Number]:
    """Return a statistic's value for each step.

    Rates of nothing are 0; the return of text messages is null without any text message.
    """
    if name == _RETURN:
        return steps.rate("conversion_value", "text_message_spend", None)
    return steps.rate(*_RATES[name]) if name in _RATES else steps.of[name]
