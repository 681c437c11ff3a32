"""The sandbox as tests and benchmarks use it."""

import dataclasses
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self

from klaviyo_sandbox.change_rules import Change, ChangeRule
from klaviyo_sandbox.control_client import ControlClient
from klaviyo_sandbox.faults import Fault
from klaviyo_sandbox.oauth.rules import CLIENT_ID, CLIENT_SECRET, OAuthRules
from klaviyo_sandbox.process import Process
from klaviyo_sandbox.quirks import Quirks
from klaviyo_sandbox.report_control import ReportControl
from klaviyo_sandbox.settings import Settings
from klaviyo_sandbox.spec import REVISIONS, load_spec
from klaviyo_sandbox.web.log import Entry

AGGREGATES = "/api/metric-aggregates"
_PLENTY = 100_000
"""Requests a second: more than any client sends."""

Touched = dict[str, dict[str, list[str]]]
"""Per resource type, the ids per kind of change."""
Document = dict[str, Any]
"""A JSON:API resource, for tests to dig into."""


@dataclass(frozen=True, slots=True)
class Health:
    """The sandbox's time, and how many resources of each type it holds."""

    now: str
    sizes: dict[str, int]


@dataclass(frozen=True, slots=True)
class Tokens:
    """What the app gets when it is installed."""

    access_token: str
    refresh_token: str
    expires_in: float


@dataclass(frozen=True, slots=True)
class Hits:
    """A fault in force, and how many requests it has hit."""

    fault: Fault
    hits: int


@dataclass(frozen=True, slots=True)
class Count:
    """What an endpoint was asked."""

    requests: int
    bytes: int
    statuses: dict[int, int]
    """Replies per HTTP status; 0 stands for no reply."""


class Sandbox:
    """A Klaviyo on localhost in its own process, with everything to look into it and to change it.

    Use it in a `with` block; the process ends with it, however the block is left.
    """

    def __init__(self, process: Process) -> None:
        """Take over a running process; `Sandbox.start` is the usual way."""
        self._process = process
        self._control = ControlClient(process.url)
        self.reports = ReportControl(self._control)
        """The truth about reports, and late changes of their numbers."""
        self.url = process.url
        """Base URL, without a trailing slash; stands for `https://a.klaviyo.com`."""
        self.key = process.key
        """A private key with every scope."""
        self.token = process.token
        """An OAuth access token with every scope."""
        self.client_id = CLIENT_ID
        """The OAuth app that there is."""
        self.client_secret = CLIENT_SECRET

    @classmethod
    def start(cls, settings: Settings | None = None) -> Self:
        """Start a sandbox and wait until it answers.

        Raises:
            StartError: it did not come up.
        """
        return cls(Process(settings or Settings()))

    def stop(self) -> None:
        """End the process."""
        self._process.stop()

    def __enter__(self) -> Self:
        """Return the sandbox itself."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """End the process."""
        self.stop()

    def ids(self, resource_type: str, *, hidden: bool | None = None) -> set[str]:
        """All ids of a type.

        With `hidden`, only those hidden by default (archived), or only the others.
        """
        query = {"type": resource_type} | (
            {} if hidden is None else {"hidden": str(hidden).lower()}
        )
        return set(self._control.ask(list[str], "ids", query))

    def documents(
        self, resource_type: str, ids: Iterable[str] = (), *, additional: Iterable[str] = ()
    ) -> list[Document]:
        """Full resources of a type (only `ids`, if given), all relationships with `data`.

        `additional` names attributes that only `additional-fields` shows.
        """
        body = {"type": resource_type, "ids": list(ids), "additional": list(additional)}
        # the standard parser keeps integers beyond 64 bit, which custom properties may hold
        found: list[Document] = json.loads(self._control.send("documents", body))
        return found

    def members(self, group_type: str, group_id: str) -> dict[str, str]:
        """Who is in a `list` or `segment`: profile id to `joined_group_at`."""
        return self._control.ask(dict[str, str], "members", {"type": group_type, "id": group_id})

    def related(self, resource_type: str, resource_id: str, name: str) -> list[str]:
        """Ids a resource points at under a relationship."""
        query = {"type": resource_type, "id": resource_id, "name": name}
        return self._control.ask(list[str], "related", query)

    def sizes(self) -> dict[str, int]:
        """How many resources of each type there are."""
        return self._control.ask(Health, "health").sizes

    def now(self) -> str:
        """Return the sandbox's time, RFC 3339."""
        return self._control.ask(Health, "health").now

    def add(self, resource_type: str, count: int = 1, *, days_ago: float = 0.0) -> list[str]:
        """Add new resources; their ids.

        `days_ago` makes events late (or, negative, ahead of now).
        """
        body = {"type": resource_type, "count": count, "days_ago": days_ago}
        return self._control.tell(list[str], "add", body)

    def update(
        self, resource_type: str, ids: Iterable[str], attributes: Mapping[str, object] | None = None
    ) -> list[str]:
        """Change resources now: `updated` moves, `attributes` take their new values."""
        body = {"type": resource_type, "ids": list(ids), "attributes": dict(attributes or {})}
        return self._control.tell(list[str], "update", body)

    def archive(self, resource_type: str, ids: Iterable[str]) -> list[str]:
        """Archive campaigns or flows, hide images."""
        body = {"type": resource_type, "ids": list(ids)}
        return self._control.tell(list[str], "archive", body)

    def delete(self, resource_type: str, ids: Iterable[str]) -> list[str]:
        """Delete resources without a trace."""
        body = {"type": resource_type, "ids": list(ids)}
        return self._control.tell(list[str], "delete", body)

    def put(self, document: Mapping[str, object]) -> str:
        """Add or replace a resource exactly as given; its id.

        Besides the JSON:API members, `facts` may give values that are filtered on but not shown,
        such
        as `{"messages.channel": "email"}` of a campaign.
        """
        return self._control.tell(str, "put", document)

    def join(self, group_type: str, group_id: str, profile_ids: Iterable[str]) -> None:
        """Let profiles join a `list` or `segment` now."""
        self._control.send("join", {"type": group_type, "id": group_id, "ids": list(profile_ids)})

    def leave(self, group_type: str, group_id: str, profile_ids: Iterable[str]) -> None:
        """Let profiles leave a `list` or `segment`."""
        self._control.send("leave", {"type": group_type, "id": group_id, "ids": list(profile_ids)})

    def day_passes(self) -> Touched:
        """Make a believable mix of changes; return the ids touched, per type and kind of change."""
        return self._control.tell(Touched, "day_passes", {})

    def fail(self, fault: Fault) -> None:
        """Make requests fail."""
        self._control.send("fail", dataclasses.asdict(fault))

    def clear_faults(self) -> None:
        """Stop failing."""
        self._control.send("clear_faults", {})

    def faults(self) -> list[tuple[Fault, int]]:
        """Return the faults in force, and how many requests each has hit."""
        found = self._control.ask(list[Hits], "faults")
        return [(rule.fault, rule.hits) for rule in found]

    def set_quirks(self, *quirks: Quirks) -> None:
        """Let the API differ from what is known of Klaviyo's; without arguments: no more."""
        self._control.send("set_quirks", {"quirks": [dataclasses.asdict(one) for one in quirks]})

    def change_while_read(
        self,
        path: str,
        every: int,
        type: str,  # noqa: A002  # Klaviyo's own word
        rows: int,
        change: Change = "update",
        times: int | None = None,
    ) -> None:
        """After every so many requests to a path (a shell pattern), change random resources.

        `archive` and `unarchive` move them without a new `updated`; `join` lets profiles join
        random groups of the type `list` or `segment`.
        """
        rule = ChangeRule(path, every, type, rows, change, times)
        self._control.send("change_while_read", dataclasses.asdict(rule))

    def clear_changes(self) -> list[list[str]]:
        """Drop all those rules; the ids that each has changed (or added, or let join) so far."""
        return self._control.tell(list[list[str]], "clear_changes", {})

    def add_key(self, name: str, scopes: Iterable[str], *, oauth: bool = False) -> None:
        """Create a private key (or an access token) with these scopes only."""
        self._control.send("add_key", {"name": name, "scopes": list(scopes), "oauth": oauth})

    def revoke_key(self, name: str) -> None:
        """Make a key or token unknown."""
        self._control.send("revoke_key", {"name": name})

    def install_app(self, scopes: Iterable[str] | None = None) -> Tokens:
        """Return tokens as if the account's owner had allowed `scopes`; None: everything."""
        body = {"scopes": None if scopes is None else list(scopes)}
        return self._control.tell(Tokens, "install_app", body)

    def uninstall_app(self) -> None:
        """Take back all that the app was allowed."""
        self._control.send("uninstall_app", {})

    def set_oauth(self, rules: OAuthRules) -> None:
        """Let OAuth behave by other rules; the list of lifetimes starts anew."""
        self._control.send("set_oauth", dataclasses.asdict(rules))

    def secrets(self) -> list[str]:
        """Return the OAuth codes and tokens that are known, which no client may show."""
        return self._control.ask(list[str], "secrets")

    def requests(self) -> list[Entry]:
        """Return the requests made, oldest first; control calls are not among them."""
        return self._control.ask(list[Entry], "requests")

    def counts(self) -> dict[str, Count]:
        """Return what each endpoint was asked, by path template."""
        return self._control.ask(dict[str, Count], "counts")

    def reset_requests(self) -> None:
        """Forget the requests made so far."""
        self._control.send("reset_requests", {})

    def set_limits(self, on: bool) -> None:  # noqa: FBT001
        """Enforce rate limits or not; starts counting anew."""
        self._control.send("set_limits", {"on": on})

    def override_limit(
        self, path: str, burst: int, steady: int, daily: int = 0, day_seconds: int = 86_400
    ) -> None:
        """Give an endpoint (by path template) other limits: requests per second and per minute.

        With `daily`, a day's as well; a test may let the day be shorter, but more than a minute.
        """
        body = {"path": path, "burst": burst, "steady": steady}
        day = {"daily": daily, "day_seconds": day_seconds}
        self._control.send("override_limit", body | day)

    def override_report_limits(
        self, burst: int, steady: int, daily: int = 225, day_seconds: int = 86_400
    ) -> None:
        """Give all reports with a daily limit other limits."""
        for path, report in load_spec().reports.items():
            if max(report.windows) > 60:
                self.override_limit(path, burst, steady, daily, day_seconds)

    def grant_plenty(self) -> None:
        """Give every endpoint limits that do not bind; replies state them, so clients can learn."""
        for path in {path for name in REVISIONS for path in load_spec(name).endpoints}:
            self.override_limit(path, _PLENTY, 60 * _PLENTY)
        self.override_limit(AGGREGATES, _PLENTY, 60 * _PLENTY)
        self.override_report_limits(_PLENTY, 60 * _PLENTY, 60 * _PLENTY)

    def set_latency(self, ms: float, jitter_ms: float = 0.0) -> None:
        """Wait before each reply, and up to `jitter_ms` more at random."""
        self._control.send("set_latency", {"ms": ms, "jitter_ms": jitter_ms})

    def set_gzip(self, on: bool) -> None:  # noqa: FBT001
        """Compress replies for clients that ask, or not."""
        self._control.send("set_gzip", {"on": on})

    def set_clock_skew(self, seconds: float) -> None:
        """Make the `Date` header wrong by so many seconds."""
        self._control.send("set_clock_skew", {"seconds": seconds})

    def warm(self, query: str) -> int:
        """Have all events written as this query on `/api/events` wants them; how many there are.

        The first read of each event costs the server about twice what later ones do. A benchmark
        that
        is to measure its client calls this first, with the query the client will send.
        """
        return self._control.tell(int, "warm", {"query": query})

    def advance(self, seconds: float) -> str:
        """Move the sandbox's clock forward; its new time."""
        return self._control.tell(str, "advance", {"seconds": seconds})
