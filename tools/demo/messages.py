"""The protocol's messages, as far as the demo looks at them."""

from typing import Any

import msgspec

from tools.demo.failure import DemoError


class Record(msgspec.Struct):
    """One row of a stream."""

    stream: str
    data: dict[str, Any]


class Descriptor(msgspec.Struct):
    """Names a stream."""

    name: str


class StreamState(msgspec.Struct):
    """How far a stream has been read."""

    stream_descriptor: Descriptor
    stream_state: dict[str, Any]


class State(msgspec.Struct):
    """The state of one stream."""

    stream: StreamState


class Log(msgspec.Struct):
    """A line for whoever looks after the sync."""

    level: str
    message: str


class StreamStatus(msgspec.Struct):
    """Where a stream is in its life."""

    stream_descriptor: Descriptor
    status: str


class Failure(msgspec.Struct):
    """Why something failed; the last one of a read is of no stream."""

    message: str
    stream_descriptor: Descriptor | None = None


class Trace(msgspec.Struct):
    """A stream's status or a failure; the time is in milliseconds."""

    emitted_at: float
    stream_status: StreamStatus | None = None
    error: Failure | None = None


class ConnectionStatus(msgspec.Struct):
    """The answer of `check`."""

    status: str
    message: str = ""


class Specification(msgspec.Struct, rename="camel"):
    """The answer of `spec`."""

    connection_specification: dict[str, Any]


class Catalog(msgspec.Struct):
    """The answer of `discover`; the streams are kept as they are."""

    streams: list[dict[str, Any]]


class Message(msgspec.Struct):
    """A line of the connector's output: one of these is set."""

    type: str
    record: Record | None = None
    state: State | None = None
    log: Log | None = None
    trace: Trace | None = None
    spec: Specification | None = None
    catalog: Catalog | None = None
    connection_status: ConnectionStatus | None = msgspec.field(
        default=None, name="connectionStatus"
    )


_DECODER = msgspec.json.Decoder(Message)


def parse(line: bytes) -> Message:
    """Return the message of a line. Raises DemoError for anything else."""
    try:
        return _DECODER.decode(line)
    except msgspec.MsgspecError as strange:
        shown = line[:200].decode(errors="replace")
        raise DemoError(f"source-klaviyo printed what is no message ({strange}): {shown}") from None
