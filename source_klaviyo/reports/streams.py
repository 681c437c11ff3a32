"""Reporting API: https://developers.klaviyo.com/en/reference/reporting_api_overview .

The numbers that Klaviyo computes for its own screens.
"""

from typing import Final

from source_klaviyo.reports import answer as answers
from source_klaviyo.reports.answer import Answer, Wanted
from source_klaviyo.reports.days import Period, day_of
from source_klaviyo.reports.report_stream import ReportStream

MESSAGE_STATISTICS: Final = (
    "average_order_value",
    "bounce_rate",
    "bounced",
    "bounced_or_failed",
    "bounced_or_failed_rate",
    "click_rate",
    "click_to_open_rate",
    "clicks",
    "clicks_unique",
    "conversion_rate",
    "conversion_uniques",
    "conversion_value",
    "conversions",
    "delivered",
    "delivery_rate",
    "failed",
    "failed_rate",
    "message_segment_count_sum",
    "open_rate",
    "opens",
    "opens_unique",
    "recipients",
    "revenue_per_recipient",
    "spam_complaint_rate",
    "spam_complaints",
    "text_message_credit_usage_amount",
    "text_message_roi",
    "text_message_spend",
    "unsubscribe_rate",
    "unsubscribe_uniques",
    "unsubscribes",
)
FORM_STATISTICS: Final = (
    "closed_form",
    "closed_form_uniques",
    "qualified_form",
    "qualified_form_uniques",
    "submit_rate",
    "submits",
    "submitted_form_step",
    "submitted_form_step_uniques",
    "viewed_form",
    "viewed_form_step",
    "viewed_form_step_uniques",
    "viewed_form_uniques",
)
SEGMENT_STATISTICS: Final = (
    "members_added",
    "members_removed",
    "net_members_changed",
    "total_members",
)
FIRST_DAY_OF_SEGMENTS: Final = day_of("2023-06-01")

_MONTHS: Final = Period()
_SIXTY_DAYS: Final = Period(60)


class _SeriesReport(ReportStream):
    """A report with a row per day."""

    period = _SIXTY_DAYS

    def answer(self, body: bytes | bytearray, wanted: Wanted) -> Answer:
        """Return the decoded answer; see answer.py."""
        return answers.series(body, wanted)


class _ValuesReport(ReportStream):
    """A report with a row per month, or the part of it since `start_date`.

    Klaviyo counts the uniques of a month: the uniques of its days do not add up to them.
    """

    period = _MONTHS

    def answer(self, body: bytes | bytearray, wanted: Wanted) -> Answer:
        """Return the decoded answer; see answer.py."""
        return answers.values(body, wanted)


class CampaignValuesReports(_ValuesReport):
    """The results of campaign messages, by the month of sending.

    Klaviyo has no such report by day: results of a campaign count for the day of its sending.
    """

    endpoint = "campaign-values-reports"
    scopes = ("campaigns:read", "metrics:read")
    metric_key = "conversion_metric_id"
    groupings = ("campaign_id", "campaign_message_id", "send_channel", "variation")
    statistics = MESSAGE_STATISTICS


class FlowSeriesReports(_SeriesReport):
    """The results of flow messages, by the day of sending."""

    endpoint = "flow-series-reports"
    scopes = ("flows:read", "metrics:read")
    metric_key = "conversion_metric_id"
    groupings = ("flow_id", "flow_message_id", "send_channel", "variation")
    statistics = MESSAGE_STATISTICS


class FlowValuesReports(_ValuesReport):
    """The results of flow messages, by the month of sending."""

    endpoint = "flow-values-reports"
    scopes = ("flows:read", "metrics:read")
    metric_key = "conversion_metric_id"
    groupings = ("flow_id", "flow_message_id", "send_channel", "variation")
    statistics = MESSAGE_STATISTICS


class FormSeriesReports(_SeriesReport):
    """Views, closings and submissions of forms, by day."""

    endpoint = "form-series-reports"
    scopes = ("forms:read",)
    groupings = ("form_id", "form_version_id")
    statistics = FORM_STATISTICS


class FormValuesReports(_ValuesReport):
    """Views, closings and submissions of forms, by month."""

    endpoint = "form-values-reports"
    scopes = ("forms:read",)
    groupings = ("form_id", "form_version_id")
    statistics = FORM_STATISTICS


class SegmentSeriesReports(_SeriesReport):
    """Members of segments: total, added and removed, by day, from June 2023 on."""

    endpoint = "segment-series-reports"
    scopes = ("segments:read",)
    groupings = ("segment_id",)
    is_grouped_on_request = False
    statistics = SEGMENT_STATISTICS
    first_day_ever = FIRST_DAY_OF_SEGMENTS


class SegmentValuesReports(_ValuesReport):
    """Members of segments: total, added and removed, by month, from June 2023 on."""

    endpoint = "segment-values-reports"
    scopes = ("segments:read",)
    groupings = ("segment_id",)
    is_grouped_on_request = False
    statistics = SEGMENT_STATISTICS
    first_day_ever = FIRST_DAY_OF_SEGMENTS
