"""Sandboxes that are ready to be measured against."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks import ceiling
from benchmarks.connector import Connector
from benchmarks.pages import EVENTS, PROFILES
from klaviyo_sandbox import Sandbox, Settings
from klaviyo_sandbox.spec import load_spec

_SPEC = load_spec()
ENDPOINTS = _SPEC.endpoints
REAL_LATENCY_MS = 300.0


@dataclass(frozen=True, slots=True)
class Shop:
    """A sandbox, the connector for it, and a folder that goes when the sandbox goes."""

    sandbox: Sandbox
    connector: Connector
    folder: Path

    def resource_streams(self) -> list[str]:
        """Return the streams but reports: those have two calls a minute, and years to read."""
        return [
            name
            for name in self.connector.streams()
            if f"/api/{name.replace('_', '-')}" not in _SPEC.reports
        ]


@contextmanager
def open_shop(settings: Settings, *, limits: bool) -> Iterator[Shop]:
    """Start a sandbox; with `limits` it has Klaviyo's, without it has some that do not bind."""
    with (
        tempfile.TemporaryDirectory(prefix="klaviyo-benchmark-") as name,
        Sandbox.start(settings) as sandbox,
    ):
        if not limits:
            sandbox.limits.grant_plenty()
        _warm(sandbox, settings)
        folder = Path(name)
        yield Shop(sandbox, Connector(sandbox, folder), folder)


def _warm(sandbox: Sandbox, settings: Settings) -> None:
    """Read all pages once, as the first answer costs the sandbox more; forget the requests."""
    sandbox.set_latency(0)
    sandbox.limits.turn_off()
    for pages in (EVENTS, PROFILES):
        ceiling.addresses(sandbox, pages)
    sandbox.set_latency(settings.latency_ms)
    sandbox.limits.turn_on()
    sandbox.log.reset()
