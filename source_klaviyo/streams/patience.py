"""Requests repeated until they succeed, outside of a sync; the sync engine waits by itself."""

import logging
import time
from collections.abc import Callable, Iterator
from typing import Final, TypeVar

from airbyte_cdk.models import FailureType

from source_klaviyo.api import backoff
from source_klaviyo.errors import PageLost, RequestFailed, StreamFailed, Throttled
from source_klaviyo.protocol import Collection, ItemRequest, Page, PageRequest

logger = logging.getLogger("airbyte")

_TRIES: Final = 1 + backoff.MOST_RETRIES
_TRIES_OF_REFUSALS: Final = 1 + backoff.MOST_DOUBTS
_WORTH_A_LINE: Final = 5.0

T = TypeVar("T")


def patiently(
    collection: Collection, request: PageRequest | ItemRequest, *, tries: int = _TRIES
) -> Page:
    """Fetch a page, or an item of the first view, through waits for quota and passing faults.

    Raises StreamFailed after so many `tries`.
    """
    is_page = isinstance(request, PageRequest)
    quota = collection.quota if is_page else collection.item_quota(0)
    attempt = 0
    while True:
        while pause := quota.reserve():
            if pause > _WORTH_A_LINE:
                logger.info("Waiting %.0f s for the quota of %s", pause, collection.name)
            time.sleep(pause)
        try:
            if isinstance(request, PageRequest):
                return collection.fetch(request)
            return collection.fetch_item({0: request})
        except Throttled as fault:
            pause = fault.pause
        except PageLost as lost:
            raise StreamFailed(str(lost), FailureType.transient_error) from lost
        except RequestFailed as fault:
            attempt += 1
            if attempt == (min(tries, _TRIES_OF_REFUSALS) if fault.ends_as else tries):
                ending = fault.ends_as or StreamFailed(str(fault), FailureType.transient_error)
                raise ending from fault
            pause = backoff.pause(attempt - 1, fault.retry_after)
            logger.info("Trying again in %.1f s: %s", pause, fault)
        time.sleep(pause)


def each_page(
    collection: Collection,
    request: PageRequest | None,
    read: Callable[[Page], T],
    *,
    tries: int = _TRIES,
) -> Iterator[T]:
    """Yield `read(page)` for a page and all pages after it. `read` must copy: pages are released.

    Raises StreamFailed after so many `tries` of the same request.
    """
    while request:
        page = patiently(collection, request, tries=tries)
        found = read(page)
        page.release()
        yield found
        request = request.following(page)
