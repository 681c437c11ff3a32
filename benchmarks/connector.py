"""The connector as a program, pointed at a sandbox."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson

from benchmarks import child, output
from klaviyo_sandbox import Sandbox

MODULE = "source_klaviyo"
_OAUTH_ONLY = frozenset({"webhook_topics", "webhooks"})


class SyncFailedError(RuntimeError):
    """The connector did not end well, so there is nothing to measure."""


@dataclass(frozen=True, slots=True)
class Sync:
    """One run of `read`."""

    seconds: float
    peak_mb: float
    usual_mb: float
    output: output.Output
    path: Path


@dataclass(frozen=True, slots=True)
class Connector:
    """Runs `source-klaviyo` against `sandbox`; its files are in `folder`.

    It is configured as a user would leave it; `settings` are what differs from that.
    """

    sandbox: Sandbox
    folder: Path
    settings: Mapping[str, Any] = field(default_factory=dict)

    def streams(self) -> dict[str, bool]:
        """Return every stream that a private key can read, and whether it has a cursor.

        Raises:
            SyncFailedError: it could not tell.
        """
        path = self.folder / "discover"
        done = child.run(MODULE, ["discover", "--config", self._config()], path)
        if done.code:
            raise SyncFailedError(f"discover: {'; '.join(output.read(path).failures)}")
        with path.open("rb") as lines:
            messages = [orjson.loads(line) for line in lines]
        (catalog,) = (message["catalog"] for message in messages if message["type"] == "CATALOG")
        return {
            stream["name"]: "incremental" in stream["supported_sync_modes"]
            for stream in catalog["streams"]
            if stream["name"] not in _OAUTH_ONLY
        }

    def read(
        self,
        streams: Iterable[str],
        states: Sequence[dict[str, Any]] = (),
        *,
        full_refresh: bool = False,
    ) -> Sync:
        """Sync `streams` (names), from `states` on; `full_refresh` where they have a cursor, too.

        Raises:
            SyncFailedError: it ended with an error.
        """
        path = self.folder / "read"
        known = self.streams()
        incremental = {name: known[name] and not full_refresh for name in streams}
        arguments = ["--config", self._config()]
        arguments += ["--catalog", self._file("catalog", _catalog(incremental))]
        if states:
            arguments += ["--state", self._file("state", list(states))]
        done = child.run(MODULE, ["read", *arguments], path)
        found = output.read(path)
        if done.code:
            raise SyncFailedError("; ".join(found.failures) or f"exit code {done.code}")
        return Sync(done.seconds, done.peak_mb, done.usual_mb, found, path)

    def _config(self) -> str:
        credentials = {"auth_type": "api_key", "api_key": self.sandbox.key}
        config = {
            "credentials": credentials,
            "api_base_url": self.sandbox.url,
            "disable_fetching_predictive_analytics": True,  # it would cut the quota to a fifth
            **self.settings,
        }
        return self._file("config", config)

    def _file(self, name: str, content: object) -> str:
        path = self.folder / f"{name}.json"
        path.write_text(json.dumps(content), encoding="utf-8")
        return str(path)


def _catalog(streams: Mapping[str, bool]) -> dict[str, Any]:
    """Return a catalog of streams, by whether they are read incrementally."""
    return {
        "streams": [
            {
                "stream": {
                    "name": name,
                    "json_schema": {},
                    "supported_sync_modes": ["full_refresh", "incremental"],
                },
                "sync_mode": "incremental" if incremental else "full_refresh",
                "destination_sync_mode": "append_dedup" if incremental else "overwrite",
            }
            for name, incremental in streams.items()
        ]
    }
