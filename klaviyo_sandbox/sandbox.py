"""The sandbox for tests and benchmarks."""

import json
from collections.abc import Iterable, Mapping
from typing import Any, Self

from klaviyo_sandbox.access_control import AccessControl
from klaviyo_sandbox.change_rules import Change, ChangeRule
from klaviyo_sandbox.control_client import ControlClient
from klaviyo_sandbox.faults import Fault
from klaviyo_sandbox.limit_control import LimitControl
from klaviyo_sandbox.log_control import LogControl
from klaviyo_sandbox.oauth.rules import CLIENT_ID, CLIENT_SECRET
from klaviyo_sandbox.process import Process
from klaviyo_sandbox.quirks import Quirks
from klaviyo_sandbox.report_control import ReportControl
from klaviyo_sandbox.settings import Settings

Touched = dict[str, dict[str, list[str]]]
"""Per resource type, the ids per kind of change."""
Document = dict[str, Any]
"""A JSON:API resource, for tests to dig into."""


class Sandbox:
    """A Klaviyo on localhost in its own process, with all means to inspect and change the shop.

    Use it in a `with` block; the process ends with it, however the block is left.
    """

    def __init__(self, process: Process) -> None:
        """Take over a running process; `Sandbox.start` is the usual way."""
        self._process = process
        self._control = ControlClient(process.url)
        self.reports = ReportControl(self._control)
        """The truth about reports, and late changes of their numbers."""
        self.limits = LimitControl(self._control)
        """Rate limits."""
        self.access = AccessControl(self._control)
        """Keys, and what the OAuth app is allowed."""
        self.log = LogControl(self._control)
        """The requests that clients have made."""
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
        """Start a sandbox and wait for its address.

        Raises:
            StartError: the process ended.
        """
        return cls(Process(settings or Settings()))

    def stop(self) -> None:
        """End the process."""
        self._process.stop()

    def __enter__(self) -> Self:
        """Return the sandbox itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """End the process."""
        self.stop()

    def ids(self, resource_type: str, *, hidden: bool | None = None) -> set[str]:
        """Return all ids of a type.

        `hidden=True`: only resources hidden by default (archived); `False`: only the others.
        """
        return set(
            self._control.ask(list[str], "truth.ids", resource_type=resource_type, hidden=hidden)
        )

    def documents(
        self, resource_type: str, ids: Iterable[str] = (), *, additional: Iterable[str] = ()
    ) -> list[Document]:
        """Return the resources of a type, or those with `ids`; all relationships have `data`.

        `additional` names attributes behind `additional-fields`.
        """
        text = self._control.send(
            "truth.documents",
            resource_type=resource_type,
            ids=list(ids),
            additional=list(additional),
        )
        # Custom properties may hold integers beyond 64 bit, which only the standard parser keeps.
        found: list[Document] = json.loads(text)
        return found

    def members(self, group_type: str, group_id: str) -> dict[str, str]:
        """Return who is in a `list` or `segment`: `joined_group_at` by profile id."""
        return self._control.ask(dict[str, str], "truth.members", group=(group_type, group_id))

    def related(self, resource_type: str, resource_id: str, name: str) -> list[str]:
        """Return the ids in a resource's relationship `name`."""
        return self._control.ask(
            list[str], "truth.related", resource=(resource_type, resource_id), name=name
        )

    def sizes(self) -> dict[str, int]:
        """Return how many resources of each type there are."""
        return self._control.ask(dict[str, int], "truth.sizes")

    def now(self) -> str:
        """Return the sandbox's time, RFC 3339."""
        return self._control.ask(str, "truth.now")

    def add(self, resource_type: str, count: int = 1, *, days_ago: float = 0.0) -> list[str]:
        """Add `count` new resources; return their ids.

        They happened, or were created, `days_ago`; a negative number puts them into the future.
        """
        return self._control.ask(
            list[str], "changes.add", resource_type=resource_type, count=count, days_ago=days_ago
        )

    def update(
        self, resource_type: str, ids: Iterable[str], attributes: Mapping[str, object] | None = None
    ) -> list[str]:
        """Change resources now: `updated` moves, `attributes` take their new values."""
        return self._control.ask(
            list[str],
            "changes.update",
            resource_type=resource_type,
            ids=list(ids),
            attributes=dict(attributes or {}),
        )

    def archive(self, resource_type: str, ids: Iterable[str]) -> list[str]:
        """Archive campaigns or flows, hide images."""
        return self._control.ask(
            list[str], "changes.hide", resource_type=resource_type, ids=list(ids)
        )

    def delete(self, resource_type: str, ids: Iterable[str]) -> list[str]:
        """Delete resources without a trace."""
        return self._control.ask(
            list[str], "changes.delete", resource_type=resource_type, ids=list(ids)
        )

    def put(self, document: Mapping[str, object]) -> str:
        """Add or replace a resource exactly as given; return its id.

        Besides the JSON:API members, `document` may have `facts`: values for filters alone, such
        as `{"messages.channel": "email"}` of a campaign.
        """
        return self._control.ask(str, "changes.put", document=dict(document))

    def day_passes(self) -> Touched:
        """Let a day pass in the shop; return the ids touched, per type and kind of change."""
        return self._control.ask(Touched, "day_passes")

    def fail(self, fault: Fault) -> None:
        """Make requests fail; see `Fault`."""
        self._control.send("faults.add", fault=fault)

    def clear_faults(self) -> None:
        """Stop failing."""
        self._control.send("faults.clear")

    def faults(self) -> list[tuple[Fault, int]]:
        """Return the faults in force, and how many requests each has hit."""
        return self._control.ask(list[tuple[Fault, int]], "faults.listed")

    def set_quirks(self, *quirks: Quirks) -> None:
        """Put quirks in force, instead of those before; without arguments, no quirks."""
        self._control.send("quirks.replace", rules=quirks)

    def change_while_read(
        self,
        path: str,
        every: int,
        type: str,  # noqa: A002  # Klaviyo's own word
        rows: int,
        change: Change = "update",
        times: int | None = None,
        *,
        moves_updated: bool = False,
    ) -> None:
        """Change `rows` random resources of a `type` after `every` so many requests to `path`.

        `path` is a shell pattern; `times` is the largest number of changes. `archive` and
        `unarchive` leave `updated` alone, unless the change `moves_updated`.
        """
        rule = ChangeRule(path, every, type, rows, change, times, moves_updated)
        self._control.send("change_rules.add", rule=rule)

    def clear_changes(self) -> list[list[str]]:
        """End all such changes; return the changed and added ids of each."""
        return self._control.ask(list[list[str]], "change_rules.clear")

    def set_latency(self, ms: float) -> None:
        """Wait so long before each reply."""
        self._control.send("set_latency", ms=ms)

    def advance(self, seconds: float) -> str:
        """Move the sandbox's clock forward; return its new time, RFC 3339."""
        self._control.send("clock.advance", seconds=seconds)
        return self.now()
