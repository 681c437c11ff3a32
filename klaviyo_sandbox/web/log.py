"""What the sandbox was asked."""

import json
from collections import Counter, deque
from dataclasses import dataclass, field

KEPT = 200_000
"""How many of the last requests are kept; the counters count all."""


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
    bytes: int
    body: str
    """The body of a POST to the API. Those to OAuth hold secrets, and are not kept."""

    @property
    def asked(self) -> dict[str, object]:
        """The attributes that the request for a report has in its body."""
        data = json.loads(self.body)["data"]
        attributes: dict[str, object] = data["attributes"]
        return attributes


@dataclass(slots=True)
class RequestLog:
    """Counters and the last requests."""

    entries: deque[Entry] = field(default_factory=lambda: deque(maxlen=KEPT))
    requests: Counter[str] = field(default_factory=Counter)
    statuses: Counter[tuple[str, int]] = field(default_factory=Counter)
    bytes: Counter[str] = field(default_factory=Counter)

    def add(self, entry: Entry) -> None:
        """Remember a request."""
        self.entries.append(entry)
        self.requests[entry.endpoint] += 1
        self.statuses[(entry.endpoint, entry.status)] += 1
        self.bytes[entry.endpoint] += entry.bytes

    def listed(self) -> list[Entry]:
        """Return the last requests, oldest first."""
        return list(self.entries)

    def counts(self) -> dict[str, object]:
        """Return requests, statuses and bytes per endpoint."""
        return {
            endpoint: {
                "requests": count,
                "bytes": self.bytes[endpoint],
                "statuses": {
                    status: number
                    for (asked, status), number in self.statuses.items()
                    if asked == endpoint
                },
            }
            for endpoint, count in sorted(self.requests.items())
        }

    def reset(self) -> None:
        """Forget everything."""
        self.entries.clear()
        self.requests.clear()
        self.statuses.clear()
        self.bytes.clear()
