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


class RequestLog:
    """The last requests."""

    def __init__(self) -> None:
        """Start empty."""
        self._entries: deque[Entry] = deque(maxlen=KEPT)

    def add(self, entry: Entry) -> None:
        """Remember a request."""
        self._entries.append(entry)

    def listed(self) -> list[Entry]:
        """Return the requests, oldest first."""
        return list(self._entries)

    def counts(self) -> dict[str, object]:
        """Return the number of requests and of each status per endpoint."""
        statuses: dict[str, Counter[int]] = defaultdict(Counter)
        for entry in self._entries:
            statuses[entry.endpoint][entry.status] += 1
        return {
            endpoint: {"requests": found.total(), "statuses": found}
            for endpoint, found in sorted(statuses.items())
        }

    def reset(self) -> None:
        """Forget everything."""
        self._entries.clear()
