"""The streams by what their records are: resources of Klaviyo, or rows of a report."""

from typing import Final, TypeVar

from source_klaviyo.api.auth import api_key
from source_klaviyo.api.client import Client
from source_klaviyo.registry import STREAMS
from source_klaviyo.reports.report_stream import ReportStream
from source_klaviyo.streams.kinds.base import KlaviyoStream

REPORTS: Final[list[type[ReportStream]]] = [
    stream for stream in STREAMS if issubclass(stream, ReportStream)
]
OF_RESOURCES: Final[list[type[KlaviyoStream]]] = [
    stream for stream in STREAMS if not issubclass(stream, ReportStream)
]


Kind = TypeVar("Kind", bound=KlaviyoStream)


def made(kind: type[Kind]) -> Kind:
    """Return a stream of that kind, of an account that nobody asks."""
    return kind(Client("https://a.klaviyo.com", api_key("pk")))
