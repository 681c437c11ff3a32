"""Klaviyo's statistics of campaigns and flows, from what they are counted from.

Source: the specification's names; the formulas are those of Klaviyo's help centre.
"""

from collections.abc import Callable

from klaviyo_sandbox.reports.message_counts import MessageCounts
from klaviyo_sandbox.reports.statistic import Number

CENTS = 100
CENTS_A_SEGMENT = 1.5


def _rate(part: float, whole: float) -> float:
    return part / whole if whole else 0.0


def _delivered(counts: MessageCounts) -> int:
    return counts.recipients - counts.bounced - counts.failed


def _revenue(counts: MessageCounts) -> float:
    return counts.conversion_cents / CENTS


def _spend(counts: MessageCounts) -> float:
    return counts.message_segment_count_sum * CENTS_A_SEGMENT / CENTS


def _return(counts: MessageCounts) -> Number:
    """Return revenue per spend; null without any spend, as there is no such number."""
    spend = _spend(counts)
    return _revenue(counts) / spend if spend else None


STATISTICS: dict[str, Callable[[MessageCounts], Number]] = {
    "average_order_value": lambda c: _rate(_revenue(c), c.conversions),
    "bounce_rate": lambda c: _rate(c.bounced, c.recipients),
    "bounced": lambda c: c.bounced,
    "bounced_or_failed": lambda c: c.bounced + c.failed,
    "bounced_or_failed_rate": lambda c: _rate(c.bounced + c.failed, c.recipients),
    "click_rate": lambda c: _rate(c.clicks_unique, _delivered(c)),
    "click_to_open_rate": lambda c: _rate(c.clicks_unique, c.opens_unique),
    "clicks": lambda c: c.clicks,
    "clicks_unique": lambda c: c.clicks_unique,
    "conversion_rate": lambda c: _rate(c.conversion_uniques, _delivered(c)),
    "conversion_uniques": lambda c: c.conversion_uniques,
    "conversion_value": _revenue,
    "conversions": lambda c: c.conversions,
    "delivered": _delivered,
    "delivery_rate": lambda c: _rate(_delivered(c), c.recipients),
    "failed": lambda c: c.failed,
    "failed_rate": lambda c: _rate(c.failed, c.recipients),
    "message_segment_count_sum": lambda c: c.message_segment_count_sum,
    "open_rate": lambda c: _rate(c.opens_unique, _delivered(c)),
    "opens": lambda c: c.opens,
    "opens_unique": lambda c: c.opens_unique,
    "recipients": lambda c: c.recipients,
    "revenue_per_recipient": lambda c: _rate(_revenue(c), c.recipients),
    "spam_complaint_rate": lambda c: _rate(c.spam_complaints, _delivered(c)),
    "spam_complaints": lambda c: c.spam_complaints,
    "text_message_credit_usage_amount": lambda c: c.message_segment_count_sum,
    "text_message_roi": _return,
    "text_message_spend": _spend,
    "unsubscribe_rate": lambda c: _rate(c.unsubscribe_uniques, _delivered(c)),
    "unsubscribe_uniques": lambda c: c.unsubscribe_uniques,
    "unsubscribes": lambda c: c.unsubscribes,
}
