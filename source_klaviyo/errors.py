"""Every error that the connector raises on purpose, and its meaning for the catcher.

A single request can end in Throttled, RequestFailed, PageTooLarge, PageSizeRefused, PageLost,
ParentGone, PartitionRefused, QuotaSpent, ParameterRefused or another StreamFailed.
"""

from collections.abc import Sequence

from airbyte_cdk.models import FailureType
from airbyte_cdk.utils.traced_exception import AirbyteTracedException


class ConfigError(AirbyteTracedException):
    """The user's configuration, catalog or state cannot be used; `advice` says what to change.

    >>> ConfigError("start_date: must not lie in the future").failure_type.name
    'config_error'
    """

    def __init__(self, advice: str) -> None:
        super().__init__(
            internal_message=advice, message=advice, failure_type=FailureType.config_error
        )


class StreamFailed(AirbyteTracedException):
    """The end of a stream in this sync; other streams may go on.

    `advice` is the sentence for the user. `failure_type` is config_error if the user can mend the
    cause, transient_error if time may, else system_error.
    """

    def __init__(self, advice: str, failure_type: FailureType) -> None:
        super().__init__(internal_message=advice, message=advice, failure_type=failure_type)


class CredentialsRefused(StreamFailed):
    """Klaviyo does not know these credentials; no stream can be read."""

    def __init__(self, advice: str) -> None:
        super().__init__(advice, FailureType.config_error)


class ScopeMissing(StreamFailed):
    """The credentials are good, but lack a scope for this collection or a part of the request.

    `detail` is Klaviyo's message.
    """

    def __init__(self, advice: str, detail: str = "") -> None:
        super().__init__(advice, FailureType.config_error)
        self.detail = detail


class ParameterRefused(StreamFailed):
    """Klaviyo refuses the request as sent; `parameter` is the name of the cause, if given.

    `pointer` is the cause's place in the request's body, `detail` Klaviyo's message. A request with
    fewer parts may succeed.
    """

    def __init__(
        self, advice: str, parameter: str | None, pointer: str | None = None, detail: str = ""
    ) -> None:
        super().__init__(advice, FailureType.system_error)
        self.parameter = parameter
        self.pointer = pointer
        self.detail = detail


class NotFound(StreamFailed):
    """Klaviyo has nothing at this address."""

    def __init__(self, advice: str) -> None:
        super().__init__(advice, FailureType.system_error)


class ParentGone(StreamFailed):
    """The parent of the requested resources has been deleted since the listing."""

    def __init__(self, advice: str) -> None:
        super().__init__(advice, FailureType.system_error)


class ListingNotWhole(StreamFailed):
    """A listing of ids lacks existing rows: no deletes are derived from it."""

    def __init__(self, advice: str) -> None:
        super().__init__(advice, FailureType.transient_error)


class PartitionRefused(StreamFailed):
    """Klaviyo does not serve this partition of a collection, for a reason in the partition alone.

    A refusal without a stated reason, such as a 404 in an incident, is not `is_sure`.
    """

    def __init__(self, advice: str, *, is_sure: bool = True) -> None:
        super().__init__(advice, FailureType.config_error)
        self.is_sure = is_sure


class QuotaSpent(StreamFailed):
    """The quota of a day is used up; Klaviyo grants more in `pause` seconds."""

    def __init__(self, advice: str, pause: float) -> None:
        super().__init__(advice, FailureType.transient_error)
        self.pause = pause


class RetriesExhausted(StreamFailed):
    """A request has met passing faults again and again; a request with fewer parts may succeed."""

    def __init__(self, advice: str) -> None:
        super().__init__(advice, FailureType.transient_error)


class UnreadableAnswer(Exception):  # noqa: N818
    """An answer is not the expected JSON:API document."""


class Throttled(Exception):  # noqa: N818  what it asks for says more than "Error"
    """The rate limiter refused the request; the same request may be sent in `pause` seconds.

    Throttling is no fault, and does not count against the bound of retries.
    """

    def __init__(self, reason: str, pause: float) -> None:
        super().__init__(reason)
        self.pause = pause


class RequestFailed(Exception):  # noqa: N818
    """The request met a fault that may pass: the same request may succeed later.

    `retry_after` is Klaviyo's requested wait in seconds, None without any. `by_size` means that a
    smaller page may succeed at once (a server error, a timeout). `ends_as` is the failure if the
    fault does not pass, if there is more to say than `reason`.
    """

    def __init__(
        self,
        reason: str,
        *,
        retry_after: float | None = None,
        by_size: bool = False,
        ends_as: StreamFailed | None = None,
    ) -> None:
        super().__init__(reason)
        self.ends_as = ends_as
        self.retry_after = retry_after
        self.by_size = by_size


class PageTooLarge(Exception):  # noqa: N818
    """An answer is larger than memory allows; reading ended after `size` bytes."""

    def __init__(self, reason: str, size: int) -> None:
        super().__init__(reason)
        self.size = size


class PageSizeRefused(StreamFailed):
    """Klaviyo does not serve pages of this size; `numbers` are the numbers in its message.

    `altogether` means that the endpoint has no `page[size]`.
    """

    def __init__(
        self, advice: str, numbers: Sequence[int] = (), *, altogether: bool = False
    ) -> None:
        super().__init__(advice, FailureType.system_error)
        self.numbers = numbers
        self.altogether = altogether


class PageLost(Exception):  # noqa: N818
    """The page cursor is dead: the rest of the window has to be requested anew."""


def failure_of(fault: Exception, name: str) -> AirbyteTracedException:
    """Return the final failure for `fault`, after the last try for `name`.

    >>> failure_of(PageLost("no such cursor"), "events").message
    'Klaviyo rejects the page cursors that it gave for events: no such cursor'
    """
    match fault:
        case RequestFailed():
            return fault.ends_as or RetriesExhausted(str(fault))
        case AirbyteTracedException():
            return fault
        case PageTooLarge():
            return StreamFailed(str(fault), FailureType.system_error)
        case PageLost():
            advice = f"Klaviyo rejects the page cursors that it gave for {name}: {fault}"
            return StreamFailed(advice, FailureType.transient_error)
    message = f"Reading {name} met a defect of the connector: {fault!r}"
    return AirbyteTracedException.from_exception(fault, message=message)
