"""Accounts of three sizes, for people who do not know theirs in full."""

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Final

from source_klaviyo.estimate.costs import requests_of
from source_klaviyo.streams.kinds.base import KlaviyoStream


def size_names(streams: Iterable[type[KlaviyoStream]]) -> list[str]:
    """Return the names of all sizes that the cost of these streams depends on, in order."""
    wanted = [requests for stream in streams for requests in requests_of(stream)]
    return sorted({size for each in wanted for size in (each.each, each.rows) if size})


_SHAPE: Final[Mapping[str, tuple[int, int, int]]] = {
    "accounts": (1, 1, 1),
    "campaigns": (100, 1_000, 5_000),
    "campaign-messages": (120, 1_200, 6_000),
    "catalog-categories": (20, 100, 500),
    "catalog-category-items": (1_000, 10_000, 100_000),
    "catalog-items": (500, 5_000, 50_000),
    "catalog-variants": (1_500, 20_000, 200_000),
    "coupon-codes": (1_000, 100_000, 1_000_000),
    "coupons": (5, 20, 50),
    "data-sources": (0, 2, 10),
    "events": (200_000, 10_000_000, 100_000_000),
    "flow-actions": (60, 400, 2_000),
    "flow-messages": (60, 400, 2_000),
    "flows": (15, 60, 200),
    "form-versions": (10, 60, 200),
    "forms": (5, 30, 100),
    "global-exclusions": (1_000, 30_000, 300_000),
    "images": (100, 1_000, 5_000),
    "list-profiles": (15_000, 500_000, 5_000_000),
    "lists": (10, 50, 200),
    "metrics": (40, 100, 200),
    "object-records": (0, 10_000, 100_000),
    "object-types": (0, 2, 5),
    "profile-bulk-import-errors": (0, 100, 1_000),
    "profile-bulk-import-jobs": (5, 50, 200),
    "profile-bulk-import-profiles": (5_000, 100_000, 1_000_000),
    "profiles": (10_000, 300_000, 3_000_000),
    "push-tokens": (0, 20_000, 300_000),
    "reviews": (0, 2_000, 20_000),
    "segment-profiles": (20_000, 1_000_000, 10_000_000),
    "segments": (20, 80, 300),
    "tag-groups": (2, 5, 10),
    "tags": (20, 60, 200),
    "template-universal-content": (5, 30, 100),
    "templates": (100, 1_000, 5_000),
    "text-messaging-senders": (1, 3, 10),
    "translations": (0, 20, 200),
    "web-feeds": (0, 3, 10),
}
"""By size: a shop of one person, of a team, of a brand with several shops. The numbers are chosen,
not measured: Klaviyo publishes no such figures."""

ACCOUNTS: Final[Mapping[str, Mapping[str, int]]] = MappingProxyType(
    {
        account: {size: numbers[place] for size, numbers in _SHAPE.items()}
        for place, account in enumerate(("small", "medium", "large"))
    }
)
"""The sizes by account."""
