"""Single pages and items, fetched with retries; the sync engine waits by itself."""

from collections.abc import Callable, Iterator
from typing import TypeVar

from source_klaviyo.api.retry import RetryState, retried
from source_klaviyo.protocol import Collection, ItemRequest, Page, PageRequest

T = TypeVar("T")


def patiently(
    collection: Collection, request: PageRequest | ItemRequest, retry: RetryState | None = None
) -> Page:
    """Fetch a page, or an item of the first view, as often as `retry` allows.

    Raises StreamFailed.
    """

    def send() -> Page:
        if isinstance(request, PageRequest):
            return collection.fetch(request)
        return collection.fetch_item({0: request})

    is_page = isinstance(request, PageRequest)
    quota = collection.quota if is_page else collection.item_quota(0)
    return retried(send, collection.name, retry or RetryState(), quota.reserve)


def each_page(
    collection: Collection,
    request: PageRequest | None,
    read: Callable[[Page], T],
    policy: Callable[[], RetryState] = RetryState,
) -> Iterator[T]:
    """Yield `read(page)` for a page and all pages after it. Each page is released after `read`.

    `policy` makes the retry state of each request. Raises StreamFailed.
    """
    while request:
        page = patiently(collection, request, policy())
        found = read(page)
        page.release()
        yield found
        request = request.following(page)
