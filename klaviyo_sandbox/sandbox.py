"""The sandbox for tests and benchmarks."""

import json
from collections.abc import Iterable
from typing import Any, Self

from klaviyo_sandbox.api.keys import Keys
from klaviyo_sandbox.api.limits import Limiter
from klaviyo_sandbox.change_rules import ChangeRules
from klaviyo_sandbox.control.remote import Remote
from klaviyo_sandbox.control.truth import Truth
from klaviyo_sandbox.faults import FaultBook
from klaviyo_sandbox.oauth.grants import Grants
from klaviyo_sandbox.oauth.rules import CLIENT_ID, CLIENT_SECRET
from klaviyo_sandbox.process import Process
from klaviyo_sandbox.quirks import QuirkBook, Quirks
from klaviyo_sandbox.reports.conversion_metrics import ConversionMetrics
from klaviyo_sandbox.reports.late_changes import LateChanges
from klaviyo_sandbox.reports.truth import ReportTruth
from klaviyo_sandbox.settings import Settings
from klaviyo_sandbox.shop.change import Changes
from klaviyo_sandbox.state import State
from klaviyo_sandbox.store.clock import Clock
from klaviyo_sandbox.web.log import RequestLog

Document = dict[str, Any]
"""A JSON:API resource, for tests to dig into."""


class Access:
    """Private keys and the rights of the OAuth app; a part of `Sandbox`, as `access`."""

    def __init__(self, remote: Remote) -> None:
        """Reach them through `remote`."""
        self.add_key = remote.part(Keys, "keys.").add
        grants = remote.part(Grants, "grants.")
        self.install_app = grants.install
        self.uninstall_app = grants.uninstall
        self.set_oauth = grants.set_rules
        self.secrets = grants.secrets


class Reports:
    """The truth about reports, and late changes; a part of `Sandbox`, as `reports`."""

    def __init__(self, remote: Remote) -> None:
        """Reach them through `remote`."""
        truth = remote.part(ReportTruth, "report_truth.")
        self.rows = truth.rows
        self.aggregates = truth.aggregates
        self.change = remote.part(LateChanges, "reports.late.").add
        metrics = remote.part(ConversionMetrics, "reports.conversion_metrics.")
        self.refuse_conversion_metrics = metrics.refuse


class Sandbox:
    """A Klaviyo on localhost in its own process, with all means to inspect and change the shop.

    Use it in a `with` block; the process ends with it, however the block is left. Most methods are
    those of the classes that `__init__` names, called in the sandbox's process.
    """

    def __init__(self, process: Process) -> None:
        """Take over a running process; `Sandbox.start` is the usual way."""
        self._process = process
        self.url = process.url
        """Base URL, without a trailing slash; stands for `https://a.klaviyo.com`."""
        self.key = process.key
        """A private key with every scope."""
        self.token = process.token
        """An OAuth access token with every scope."""
        self.client_id = CLIENT_ID
        """The OAuth app that there is."""
        self.client_secret = CLIENT_SECRET
        remote = Remote(process.url)
        self.access = Access(remote)
        self.reports = Reports(remote)
        self.limits = remote.part(Limiter, "limiter.")
        """Rate limits."""
        self.log = remote.part(RequestLog, "log.")
        """The requests that clients have made."""
        self._truth = remote.part(Truth, "truth.")
        self.ids = self._truth.ids
        self.members = self._truth.members
        self.related = self._truth.related
        self.sizes = self._truth.sizes
        self.now = self._truth.now
        changes = remote.part(Changes, "changes.")
        self.add = changes.add
        self.update = changes.update
        self.archive = changes.hide
        self.delete = changes.delete
        self.put = changes.put
        rules = remote.part(ChangeRules, "change_rules.")
        self.change_while_read = rules.add
        self.clear_changes = rules.clear
        faults = remote.part(FaultBook, "faults.")
        self.fail = faults.add
        self.clear_faults = faults.clear
        self.faults = faults.listed
        self._quirks = remote.part(QuirkBook, "quirks.")
        self.advance = remote.part(Clock, "clock.").advance
        state = remote.part(State, "")
        self.set_latency = state.set_latency
        self.day_passes = state.day_passes

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

    def documents(
        self, resource_type: str, ids: Iterable[str] = (), *, additional: Iterable[str] = ()
    ) -> list[Document]:
        """Return the resources of a type, or those with `ids`; all relationships have `data`.

        `additional` names attributes behind `additional-fields`.
        """
        text = self._truth.documents(resource_type, list(ids), list(additional))
        # Custom properties may hold integers beyond 64 bit, which only the standard parser keeps.
        found: list[Document] = json.loads(bytes(text))
        return found

    def set_quirks(self, *quirks: Quirks) -> None:
        """Put quirks in force, instead of those before; without arguments, no quirks."""
        self._quirks.replace(quirks)
