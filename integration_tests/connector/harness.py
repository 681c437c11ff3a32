"""Runs the real program, and takes apart what it prints."""

import json
from collections import ChainMap, Counter, defaultdict
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Final

import orjson

from integration_tests.connector.program import Program

Json = dict[str, Any]

RESOURCES: Final[Mapping[str, str]] = {
    "accounts": "account",
    "campaigns": "campaign",
    "email_templates": "template",
    "events": "event",
    "flows": "flow",
    "lists": "list",
    "metrics": "metric",
    "profiles": "profile",
    "segments": "segment",
}
"""The streams that are read here, and the type of their records."""

CURSORS: Final[Mapping[str, str]] = {
    "campaigns": "updated_at",
    "email_templates": "updated",
    "events": "datetime",
    "flows": "updated",
    "lists": "updated",
    "profiles": "updated",
    "segments": "updated",
}
"""Those of them with a cursor, and what it is."""


@dataclass(frozen=True)
class Output:
    """What a run of the program left behind."""

    code: int
    stdout: bytes
    stderr: bytes

    @cached_property
    def messages(self) -> list[Json]:
        """All messages; half a line at the end, which a kill may leave, is none."""
        return [orjson.loads(line) for line in self.stdout.split(b"\n")[:-1]]

    def exact_records(self, stream: str) -> list[Json]:
        """Return the records of a stream with numbers of any size as they are; it is slow."""
        head = b'{"type":"RECORD","record":{"stream":"%b"' % stream.encode()
        lines = (line for line in self.stdout.split(b"\n") if line.startswith(head))
        return [json.loads(line)["record"]["data"] for line in lines]

    def of_type(self, kind: str) -> list[Json]:
        """Return the messages of one type."""
        return [message for message in self.messages if message["type"] == kind]

    @cached_property
    def records(self) -> dict[str, list[Json]]:
        """The records of every stream, in their order; none of a stream that had none."""
        found = defaultdict[str, list[Json]](list)
        for message in self.of_type("RECORD"):
            found[message["record"]["stream"]].append(message["record"]["data"])
        return found

    @cached_property
    def states(self) -> dict[str, Json]:
        """The last state of every stream."""
        found: dict[str, Json] = {}
        for message in self.of_type("STATE"):
            found[message["state"]["stream"]["stream_descriptor"]["name"]] = message["state"]
        return found

    def ids(self, stream: str) -> list[str]:
        """Return the ids of a stream's records, in their order."""
        return [record["id"] for record in self.records[stream]]

    @property
    def failures(self) -> list[Json]:
        """The error traces; the last one is about the whole sync."""
        traces = (message["trace"] for message in self.of_type("TRACE"))
        return [trace["error"] for trace in traces if trace["type"] == "ERROR"]

    def failure_of(self, stream: str) -> Json:
        """Return the one error trace about a stream."""
        (failure,) = (
            failure
            for failure in self.failures
            if (failure.get("stream_descriptor") or {}).get("name") == stream
        )
        return failure

    def statuses(self, stream: str) -> list[str]:
        """Return what the program said of a stream's life."""
        traces = (message["trace"] for message in self.of_type("TRACE"))
        told = (trace["stream_status"] for trace in traces if trace["type"] == "STREAM_STATUS")
        return [
            status["status"] for status in told if status["stream_descriptor"]["name"] == stream
        ]

    @property
    def connection(self) -> Json:
        """What `check` decided."""
        (message,) = self.of_type("CONNECTION_STATUS")
        status: Json = message["connectionStatus"]
        return status

    @property
    def shown(self) -> bytes:
        """What people see of it: a CONTROL message hands secrets on to the platform."""
        lines = self.stdout.split(b"\n")
        return b"\n".join(line for line in lines if b'"type":"CONTROL"' not in line) + self.stderr

    @property
    def counted(self) -> Counter[str]:
        """How many records of each stream the states count."""
        found: Counter[str] = Counter()
        for message in self.of_type("STATE"):
            name = message["state"]["stream"]["stream_descriptor"]["name"]
            found[name] += int(message["state"]["sourceStats"]["recordCount"])
        return +found

    @property
    def controls(self) -> list[Json]:
        """The messages that hand over a changed configuration."""
        lines = [line for line in self.stdout.split(b"\n") if b'"type":"CONTROL"' in line]
        return [orjson.loads(line) for line in lines]

    @property
    def logs(self) -> list[str]:
        """The texts for people."""
        return [message["log"]["message"] for message in self.of_type("LOG")]


def last_states(*attempts: Output) -> list[Json]:
    """Return the last state of each stream, as a platform would hand it to the next attempt."""
    return list(ChainMap(*(attempt.states for attempt in reversed(attempts))).values())


def state_of(stream: str, blob: object) -> Json:
    """Return a state message, as a platform has kept it."""
    held = {"stream_descriptor": {"name": stream}, "stream_state": blob}
    return {"type": "STREAM", "stream": held}


def catalog(
    streams: Iterable[str] = RESOURCES,
    mode: str = "incremental",
    destination: str = "append_dedup",
    cursors: Container[str] = CURSORS,
) -> Json:
    """Return a catalog of `streams`; those without one of `cursors` are always read whole."""
    return {
        "streams": [
            {
                "stream": {
                    "name": stream,
                    "json_schema": {},
                    "supported_sync_modes": ["full_refresh", "incremental"],
                },
                "sync_mode": mode if stream in cursors else "full_refresh",
                "destination_sync_mode": destination if stream in cursors else "overwrite",
            }
            for stream in streams
        ]
    }


def incremental(*streams: str) -> Json:
    """Return a catalog of `streams` that have cursors."""
    return catalog(streams, cursors=streams)


def key(private: str) -> Json:
    """Return credentials with a private key."""
    return {"auth_type": "api_key", "api_key": private}


@dataclass(frozen=True)
class Connector:
    """`source-klaviyo` with a configuration; its files are written into `folder`."""

    folder: Path
    config: Json

    def spec(self) -> Output:
        return self.run("spec")

    def check(self) -> Output:
        return self.run("check", "--config", self.file("config", self.config))

    def discover(self) -> Output:
        return self.run("discover", "--config", self.file("config", self.config))

    def read(
        self, catalog: object, state: Sequence[Json] | Json = (), kill_after: int | None = None
    ) -> Output:
        """Run a sync; with `kill_after` it gets a SIGKILL once so many lines have come."""
        arguments = [
            *("read", "--config", self.file("config", self.config)),
            *("--catalog", self.file("catalog", catalog)),
            *(("--state", self.file("state", state)) if state else ()),
        ]
        return self.run(*arguments) if kill_after is None else self._killed(arguments, kill_after)

    def file(self, name: str, content: object) -> str:
        """Write `content` as JSON; return the file's path."""
        path = self.folder / f"{name}.json"
        path.write_text(json.dumps(content), encoding="utf-8")
        return str(path)

    def run(self, *arguments: str) -> Output:
        """Run the program to its end."""
        with Program(arguments, self.folder / "stderr") as program:
            printed = program.read_all()
            output = Output(program.wait(), printed, program.stderr)
        return self._without_secrets(output)

    def _killed(self, arguments: Sequence[str], lines: int) -> Output:
        with Program(arguments, self.folder / "stderr") as program:
            printed = program.read_until(b"\n", lines)
            program.kill()
            printed += program.read_all()
            output = Output(program.wait(), printed, program.stderr)
        return self._without_secrets(output)

    def _without_secrets(self, output: Output) -> Output:
        """Return `output`; whatever a run is about, no secret is in it."""
        configs = [message["control"]["connectorConfig"]["config"] for message in output.controls]
        for secret in {secret for config in (self.config, *configs) for secret in _secrets(config)}:
            assert secret.encode() not in output.shown
        return output


def _secrets(config: Json) -> list[str]:
    places = [config, config.get("credentials")]
    found = (
        place.get(name)
        for place in places
        if isinstance(place, dict)
        for name in ("api_key", "client_secret", "refresh_token", "access_token")
    )
    return [secret for secret in found if isinstance(secret, str) and secret]
