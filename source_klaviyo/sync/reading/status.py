"""The status of a collection in a sync, at a moment."""

from dataclasses import dataclass

from source_klaviyo.sync.reading.collection_reader import CollectionReader
from source_klaviyo.sync.reading.splitting import pages_left

_MINUTE = 60.0


@dataclass(frozen=True, slots=True)
class Status:
    """The status of a collection, for people.

    `complete_up_to` is a second since 1970, `minutes_of_quota` the minutes that the requests take
    at the quota's steady rate, `seconds_left` an estimate; each is None if unknown.
    """

    requests: int
    retries: int
    throttled: int
    waits_for: str
    minutes_of_quota: float
    complete_up_to: int | None
    seconds_left: float | None


def status(reader: CollectionReader, elapsed: float) -> Status:
    """Return the status of `reader` after so many seconds; call under the scheduler's lock."""
    tally, horizon, readers = reader.tally, reader.horizon(), list(reader.tasks.readers())
    requests = tally.requests.total()
    minutes = (made / quota.per_minute for quota, made in tally.requests.items())
    reached, left = None, None
    collection = reader.job.collection
    if collection.has_cursor:
        position = min((each.place.at for each in readers), default=0)
        reached = position if 0 < position < horizon else None
    if requests and (collection.has_cursor or reader.is_child):
        pages = sum(max(1.0, pages_left(each, horizon)) for each in readers)
        pages += reader.tasks_left() - len(readers)
        left = max(pages * elapsed / requests, pages * _MINUTE / max(1, reader.tasks.per_minute))
    return Status(
        requests,
        tally.retries,
        tally.throttled,
        reader.tasks.waits_for,
        max(minutes, default=0.0),
        reached,
        left,
    )
