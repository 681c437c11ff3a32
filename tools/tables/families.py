"""Which streams stand on one page: those of Klaviyo's families that belong together."""

from typing import Final

from source_klaviyo.registry import STREAMS, stream_name
from source_klaviyo.reports.report_stream import ReportStream
from source_klaviyo.streams.kinds.base import KlaviyoStream

_PAGES: Final = {
    "account": ("accounts", "billing_usage", "brands", "tracking_settings"),
    "bulk jobs": ("bulk_jobs",),
    "campaigns": ("campaigns",),
    "catalogs": ("catalogs", "coupons", "reviews"),
    "custom objects": ("custom_objects",),
    "events": ("events", "metrics"),
    "flows": ("flows",),
    "forms": ("forms",),
    "lists and segments": ("lists", "segments"),
    "omnichannel campaigns": ("omnichannel_campaigns",),
    "profiles": ("profiles", "push_tokens"),
    "tags": ("tags",),
    "templates": ("templates", "images", "translations", "web_feeds"),
    "text messaging and webhooks": ("text_messaging", "webhooks"),
}
"""By the page's name: the modules of `streams/`. Reports are a page of their own."""

Family = tuple[type[KlaviyoStream], ...]


def families() -> dict[str, Family]:
    """Return the streams of each page; raises LookupError for a stream without one."""
    page_of = {module: page for page, modules in _PAGES.items() for module in modules}
    found: dict[str, list[type[KlaviyoStream]]] = {page: [] for page in [*_PAGES, "reports"]}
    for stream in STREAMS:
        module = stream.__module__.rpartition(".")[2]
        page = "reports" if issubclass(stream, ReportStream) else page_of.get(module)
        if page is None:
            raise LookupError(f"tools/tables/families.py lacks {module}, of {stream_name(stream)}")
        found[page].append(stream)
    return {page: tuple(streams) for page, streams in sorted(found.items())}
