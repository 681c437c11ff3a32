"""Where a stream stands in a sync, at one moment."""

from dataclasses import dataclass

from source_klaviyo.sync.cutting import pages_left
from source_klaviyo.sync.reader import Reader

_MINUTE = 60.0


@dataclass(frozen=True, slots=True)
class Status:
    """What people are told of a stream.

    `complete_up_to` is a second since 1970, `minutes_of_quota` what the requests made take at the
    rate that the quota grants for long, `seconds_left` an estimate; each is None where nothing
    tells.
    """

    requests: int
    retries: int
    throttled: int
    waits_for: str
    minutes_of_quota: float
    complete_up_to: int | None
    seconds_left: float | None


def status(reader: Reader, elapsed: float) -> Status:
    """Return where `reader` stands after so many seconds; call it under the scheduler's lock."""
    tally, horizon, chains = reader.tally, reader.horizon(), list(reader.chains())
    requests = tally.requests.total()
    minutes = (made / quota.per_minute for quota, made in tally.requests.items())
    reached, left = None, None
    if reader.readable.cursor_attribute:
        position = min((chain.position for chain in chains), default=0)
        reached = position if 0 < position < horizon else None
    if requests and (reader.readable.cursor_attribute or reader.readable.roots):
        pages = sum(max(1.0, pages_left(chain, horizon)) for chain in chains)
        left = max(pages * elapsed / requests, pages * _MINUTE / max(1, reader.per_minute))
    return Status(
        requests,
        tally.retries,
        tally.throttled,
        reader.waits_for,
        max(minutes, default=0.0),
        reached,
        left,
    )
