"""Events API: https://developers.klaviyo.com/en/reference/events_api_overview ."""

from collections.abc import Sequence

from source_klaviyo.api.documents.normalize import Form
from source_klaviyo.api.quotas.limits import XL
from source_klaviyo.streams.kinds.included import IncludedStream
from source_klaviyo.streams.kinds.windowed import WindowedStream
from source_klaviyo.streams.records.additions import IncludedAttribute
from source_klaviyo.streams.records.event_keys import EventKeys


class OfEvents(WindowedStream):
    """The declaration that all streams of the collection of events share.

    `datetime` is the client's word, not the time of arrival: events turn up days late, and some lie
    in the future.
    """

    endpoint = "events"
    scopes = ("events:read",)
    limit = XL
    page_size = 1000
    resource = "event"
    cursor_attribute = "datetime"
    bounded_by_start_date = True
    arrives_late = True

    def read_only(self, metric_ids: Sequence[str]) -> None:
        """Read only events of these metrics, each metric with a cursor of its own."""
        self.partitions = tuple({"metric_id": metric_id} for metric_id in metric_ids)

    @property
    def lists_partitions(self) -> bool:
        """Whether state names every partition: metrics may be added to the configuration."""
        return any(self.partitions)


class Events(OfEvents):
    """Events of profiles, with keys to join by at the top of the record.

    The metric's and the profile's id stand in the relationships of every event; the metric's name
    and the attributions only if they are included.
    """

    include = ("metric", "attributions")
    include_scopes = (("metric", "metrics:read"),)
    parameters = (("fields[metric]", "name"),)
    relationship_ids = (("metric", "metric_id"), ("profile", "profile_id"))
    normalize = (("datetime", Form.DATETIME),)
    derived = (EventKeys(),)


class EventsDetailed(OfEvents):
    """Events with their attributions and the name of their metric."""

    include = Events.include
    include_scopes = Events.include_scopes
    parameters = Events.parameters
    relationship_ids = Events.relationship_ids
    normalize = Events.normalize
    additions = (IncludedAttribute("metric", "name"),)


class EventAttributions(IncludedStream, OfEvents):
    """The campaign or flow message to which an event is credited.

    Klaviyo credits events after the fact as well, up to days later.
    """

    relationship = "attributions"
    owner_key = "event_id"
    relationship_ids = (
        ("attributed-event", "attributed_event_id"),
        ("campaign", "campaign_id"),
        ("campaign-message", "campaign_message_id"),
        ("flow", "flow_id"),
        ("flow-message", "flow_message_id"),
        ("flow-message-variation", "flow_message_variation_id"),
    )
    keys = ("event_id", "id")
