"""The rate limits of the sandbox."""

from dataclasses import dataclass

from klaviyo_sandbox.control_client import ControlClient
from klaviyo_sandbox.spec import REVISIONS, load_spec

_AGGREGATES = "/api/metric-aggregates"
_PLENTY = 100_000
"""Requests a second: more than any client sends."""


@dataclass(frozen=True, slots=True)
class LimitControl:
    """The sandbox's rate limits; a part of `Sandbox`, as `limits`."""

    _control: ControlClient

    def turn_on(self) -> None:
        """Enforce the limits, and forget all counts."""
        self._control.send("limiter.enforce", enabled=True)

    def turn_off(self) -> None:
        """Enforce and show no limits."""
        self._control.send("limiter.enforce", enabled=False)

    def override(self, path: str, burst: int, steady: int, daily: int = 0) -> None:
        """Let the endpoint at `path` take `burst` requests a second and `steady` a minute.

        `path` is a template such as `/api/lists/{id}`. `daily` is the limit of a day, if not 0.
        """
        windows = {1: burst, 60: steady} | ({86_400: daily} if daily else {})
        self._control.send("limiter.override", path=path, windows=windows)

    def override_reports(self, burst: int, steady: int, daily: int = 225) -> None:
        """Do the same for each report with a daily limit."""
        for path, report in load_spec().reports.items():
            if max(report.windows) > 60:
                self.override(path, burst, steady, daily)

    def grant_plenty(self) -> None:
        """Give every endpoint limits that no client reaches. Replies state them.

        Parameters keep limits of their own, such as `additional-fields[list]`.
        """
        for path in {path for name in REVISIONS for path in load_spec(name).endpoints}:
            self.override(path, _PLENTY, 60 * _PLENTY)
        self.override(_AGGREGATES, _PLENTY, 60 * _PLENTY)
        self.override_reports(_PLENTY, 60 * _PLENTY, 60 * _PLENTY)
