"""Streams that Klaviyo can sort by their cursor, but not filter by it."""

from source_klaviyo.protocol import Partition, Window
from source_klaviyo.streams.windowed import WindowedStream


class NewestFirstStream(WindowedStream):
    """A collection that is read from its newest row down to where the last sync began.

    Rows that change while it is read move to pages that are read already; the next sync, which
    begins where this one did, finds them.
    """

    ordered = False
    newest_first = True

    def query(self, partition: Partition, window: Window) -> dict[str, str]:
        """Return the parameters of a first request, newest first."""
        parameters = super().query(partition, window)
        return {**parameters, "sort": f"-{parameters['sort']}"}

    def bounds(self, window: Window) -> list[str]:
        """Return no filter: there is none."""
        del window
        return []
