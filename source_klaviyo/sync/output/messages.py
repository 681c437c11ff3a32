"""Protocol messages as lines of JSON; a page's records at once, without decoding."""

import time
from collections.abc import Sequence
from typing import Any, Final

import orjson
from airbyte_cdk.models import (
    AirbyteMessage,
    AirbyteMessageSerializer,
    AirbyteStreamStatus,
    AirbyteStreamStatusReason,
    AirbyteStreamStatusReasonType,
    StreamDescriptor,
)
from airbyte_cdk.utils.stream_status_utils import as_airbyte_message
from airbyte_cdk.utils.traced_exception import AirbyteTracedException
from airbyte_protocol_dataclasses.models import AirbyteStreamStatusRateLimitedReason

from source_klaviyo.masking import masked
from source_klaviyo.protocol import Record
from source_klaviyo.sync.state.stream_state import StreamState

_TEXTS: Final = frozenset({"message", "internal_message", "stack_trace"})


def record_lines(stream: StreamDescriptor, records: Sequence[Record]) -> bytes:
    """Return a RECORD line for each of `records`, which have no line breaks.

    >>> tags = StreamDescriptor(name="tags")
    >>> record_lines(tags, [(b'{"id":"T1"', b"}")])[:64]
    b'{"type":"RECORD","record":{"stream":"tags","data":{"id":"T1"},"e'
    """
    head = b'{"type":"RECORD","record":{"stream":%b,' % orjson.dumps(stream.name)
    if stream.namespace:
        head += b'"namespace":%b,' % orjson.dumps(stream.namespace)
    head += b'"data":'
    tail = b',"emitted_at":%d}}\n' % (time.time_ns() // 1_000_000)
    parts: list[bytes | memoryview] = []
    for piece, rest in records:
        parts += (head, piece, rest, tail)
    return b"".join(parts)


def state_line(stream: StreamDescriptor, state: StreamState, records: int) -> bytes:
    """Return a STATE line of `stream`; `records` is the number since the state before."""
    descriptor = {"name": stream.name}
    if stream.namespace:
        descriptor["namespace"] = stream.namespace
    return orjson.dumps(
        {
            "type": "STATE",
            "state": {
                "type": "STREAM",
                "stream": {"stream_descriptor": descriptor, "stream_state": state},
                "sourceStats": {"recordCount": float(records)},
            },
        },
        option=orjson.OPT_APPEND_NEWLINE,
    )


def status_line(stream: StreamDescriptor, status: AirbyteStreamStatus) -> bytes:
    """Return the TRACE line with the status of `stream`."""
    return message_line(as_airbyte_message(stream, status))


def rate_limited_line(stream: StreamDescriptor, seconds: float) -> bytes:
    """Return the TRACE line that `stream` waits for quota, for so many seconds."""
    # quota_reset is in milliseconds since 1970, as the CDK's own HTTP client writes it.
    reset = AirbyteStreamStatusRateLimitedReason(int((time.time() + seconds) * 1000))
    reason = AirbyteStreamStatusReason(AirbyteStreamStatusReasonType.RATE_LIMITED, reset)
    return message_line(as_airbyte_message(stream, AirbyteStreamStatus.RUNNING, [reason]))


def failure_line(failure: AirbyteTracedException, stream: StreamDescriptor | None = None) -> bytes:
    """Return the TRACE line with the failure of `stream`, or without a stream of the command.

    A stack trace is added only for a defect of the connector: for an exception that nobody raised
    on purpose, wrapped by `from_exception`.
    """
    message = failure.as_airbyte_message(stream)
    if message.trace and message.trace.error and vars(failure)["_exception"] is None:
        message.trace.error.stack_trace = None
    return message_line(message)


def message_line(message: AirbyteMessage) -> bytes:
    r"""Return any message as a line, with secrets masked in its texts for people.

    Names stay unmasked, and so does the configuration in a CONTROL message, which hands new tokens
    to the platform.

    >>> from airbyte_cdk.models import AirbyteLogMessage, Level, Type
    >>> log = AirbyteLogMessage(level=Level.INFO, message="hello")
    >>> message_line(AirbyteMessage(type=Type.LOG, log=log))
    b'{"type":"LOG","log":{"level":"INFO","message":"hello"}}\n'
    """
    line: dict[str, Any] = AirbyteMessageSerializer.dump(message)
    error = (line.get("trace") or {}).get("error")
    for part in filter(None, (line.get("log"), line.get("connectionStatus"), error)):
        part.update({name: masked(part[name]) for name in _TEXTS & part.keys() if part[name]})
    return orjson.dumps(line, option=orjson.OPT_APPEND_NEWLINE)
