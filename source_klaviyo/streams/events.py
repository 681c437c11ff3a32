"""Events API: https://developers.klaviyo.com/en/reference/events_api_overview ."""

from source_klaviyo.api.limits import XL
from source_klaviyo.streams.windowed import WindowedStream


class Events(WindowedStream):
    """What profiles did, and when.

    The metric's and the profile's id stand in the relationships of every event; the attributions
    are there only when they are included. `datetime` is the client's word, not the time of
    arrival: events turn up days late, and some lie in the future.
    """

    endpoint = "events"
    scopes = ("events:read",)
    limit = XL
    page_size = 1000
    include = ("attributions",)
    lifts = (("metric", "metric_id"), ("profile", "profile_id"))
    cursor_attribute = "datetime"
    bounded_by_start_date = True
    arrives_late = True
