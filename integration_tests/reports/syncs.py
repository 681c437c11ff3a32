"""What the tests of reports have in common: the shop, and what a sync of it has brought."""

import time
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

from klaviyo_sandbox import Sandbox
from source_klaviyo.registry import STREAMS, stream_name
from source_klaviyo.reports.report_stream import ReportStream

Json = dict[str, Any]

SHOP: Final[dict[str, Any]] = {
    "events": 1_500,
    "profiles": 200,
    "campaigns": 24,
    "flows": 8,
    "lists": 3,
    "segments": 4,
    "templates": 3,
    "tags": 4,
    "images": 3,
    "forms": 4,
    "catalog_items": 3,
    "coupon_codes": 3,
    "reviews": 3,
    "object_records": 3,
}

REPORTS: Final[Mapping[str, type[ReportStream]]] = {
    stream_name(stream): stream for stream in STREAMS if issubclass(stream, ReportStream)
}
DAILY_QUOTA: Final = sorted(name for name in REPORTS if name != "metric_aggregates")


def days_ago(days: int) -> str:
    """Return the date in UTC so many days ago."""
    return str(datetime.fromtimestamp(time.time() - days * 86_400, UTC).date())


def calls(sandbox: Sandbox, stream: str) -> int:
    """Return how many calls of a report were served."""
    path = f"/api/{REPORTS[stream].endpoint}"
    return sum(entry.path == path and entry.status == 200 for entry in sandbox.log.requests())


def state_of(states: Mapping[str, Json], stream: str) -> Json:
    """Return what a stream has kept."""
    kept: Json = states[stream]["stream"]["stream_state"]
    return kept
