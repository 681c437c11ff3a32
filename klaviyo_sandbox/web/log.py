"""The log of requests."""

import json
from collections import Counter, defaultdict, deque
from dataclasses import dataclass

KEPT = 200_000
"""The number of requests in the log, the last of all."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One request and its outcome."""

    method: str
    path: str
    query: str
    revision: str
    """The revision that it asked for; empty where it named none."""
    status: int
    """0: no reply was sent."""
    at: float
    """When it was answered, in seconds since 1970; the sandbox's clock does not count here."""
    endpoint: str
    """The endpoint's path template, such as `/api/lists/{id}`; the path itself if there is none."""
    body: str
    """The body of a POST to the API. Those to OAuth hold secrets, and are not kept."""

    @property
    def asked(self) -> dict[str, object]:
        """The attributes in the body of a request for a report."""
        data = json.loads(self.body)["data"]
        attributes: dict[str, object] = data["attributes"]
        return attributes


@dataclass(frozen=True, slots=True)
class Count:
    """The requests to an endpoint."""

    requests: int
    statuses: dict[int, int]
    """Replies per HTTP status; 0 stands for no reply."""


class RequestLog:
    """The last requests."""

    def __init__(self) -> None:
        """Start empty."""
        self._entries: deque[Entry] = deque(maxlen=KEPT)

    def add(self, entry: Entry) -> None:
        """Remember a request."""
        self._entries.append(entry)

    def requests(self) -> list[Entry]:
        """Return the requests made, oldest first; control calls are not among them."""
        return list(self._entries)

    def counts(self) -> dict[str, Count]:
        """Return the counts of each endpoint, by path template."""
        statuses: dict[str, Counter[int]] = defaultdict(Counter)
        for entry in self._entries:
            statuses[entry.endpoint][entry.status] += 1
        return {
            endpoint: Count(found.total(), dict(found))
            for endpoint, found in sorted(statuses.items())
        }

    def reset(self) -> None:
        """Forget the requests made so far."""
        self._entries.clear()
