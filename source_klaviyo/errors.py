"""Every error that the connector raises on purpose, and what each of them asks of its catcher.

One request can end in Throttled, RequestFailed, PageTooLarge, PageSizeRefused, PageLost,
ParentGone, PartitionRefused, QuotaSpent, ParameterRefused or another StreamFailed.
"""

from collections.abc import Sequence

from airbyte_cdk.models import FailureType
from airbyte_cdk.utils.traced_exception import AirbyteTracedException


class ConfigError(AirbyteTracedException):
    """The user's configuration, catalog or state cannot be used; `advice` says what to change."""

    def __init__(self, advice: str) -> None:
        super().__init__(
            internal_message=advice, message=advice, failure_type=FailureType.config_error
        )


class StreamFailed(AirbyteTracedException):
    """Nothing more can be read of this stream in this sync; other streams may go on.

    `advice` is the sentence for the user. `failure_type` is config_error where the user can mend
    it, transient_error where time may, else system_error.
    """

    def __init__(self, advice: str, failure_type: FailureType) -> None:
        super().__init__(internal_message=advice, message=advice, failure_type=failure_type)


class CredentialsRefused(StreamFailed):
    """Klaviyo does not know these credentials; nothing at all can be read."""

    def __init__(self, advice: str) -> None:
        super().__init__(advice, FailureType.config_error)


class ScopeMissing(StreamFailed):
    """The credentials are good, but not for this collection, or not for what it was asked for.

    `detail` is what Klaviyo says of it.
    """

    def __init__(self, advice: str, detail: str = "") -> None:
        super().__init__(advice, FailureType.config_error)
        self.detail = detail


class ParameterRefused(StreamFailed):
    """Klaviyo does not accept the request as it is; `parameter` is the one that it names, if any.

    `pointer` is where in the request's body it sees the cause, `detail` what it says. It may accept
    the request with less.
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
    """The parent of what was asked for has been deleted since it was listed."""

    def __init__(self, advice: str) -> None:
        super().__init__(advice, FailureType.system_error)


class ListingNotWhole(StreamFailed):
    """A listing of ids lacks rows that are there: nothing is taken from it."""

    def __init__(self, advice: str) -> None:
        super().__init__(advice, FailureType.transient_error)


class PartitionRefused(StreamFailed):
    """Klaviyo does not serve this partition of a collection, for a reason that lies in it alone.

    A refusal that names no reason, such as a 404 in an incident, is not `is_sure`.
    """

    def __init__(self, advice: str, *, is_sure: bool = True) -> None:
        super().__init__(advice, FailureType.config_error)
        self.is_sure = is_sure


class QuotaSpent(StreamFailed):
    """The quota of a day is used up; there is more in `pause` seconds."""

    def __init__(self, advice: str, pause: float) -> None:
        super().__init__(advice, FailureType.transient_error)
        self.pause = pause


class RetriesExhausted(StreamFailed):
    """A request has met faults that may pass, again and again; it may succeed with less."""

    def __init__(self, advice: str) -> None:
        super().__init__(advice, FailureType.transient_error)


class UnreadableAnswer(Exception):  # noqa: N818
    """An answer is not the JSON:API document that it should be."""


class Throttled(Exception):  # noqa: N818  what it asks for says more than "Error"
    """The rate limiter refused the request; the same may be sent in `pause` seconds.

    It is no fault, and does not count against the bound of retries.
    """

    def __init__(self, reason: str, pause: float) -> None:
        super().__init__(reason)
        self.pause = pause


class RequestFailed(Exception):  # noqa: N818
    """The request met a fault that may pass: the same may succeed when it is sent again.

    `retry_after` is what Klaviyo asked to wait, in seconds, None if it did not. `by_size` tells
    that a smaller page may succeed where this one does not (a server error, a timeout). `ends_as`
    is the failure if the fault does not pass, where there is more to say than that.
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
    """An answer is larger than memory allows; `size` bytes had come when it was given up."""

    def __init__(self, reason: str, size: int) -> None:
        super().__init__(reason)
        self.size = size


class PageSizeRefused(StreamFailed):
    """Klaviyo does not serve pages of this size; `numbers` are those that it names in saying so.

    `altogether` tells that the endpoint takes no `page[size]`.
    """

    def __init__(
        self, advice: str, numbers: Sequence[int] = (), *, altogether: bool = False
    ) -> None:
        super().__init__(advice, FailureType.system_error)
        self.numbers = numbers
        self.altogether = altogether


class PageLost(Exception):  # noqa: N818
    """The page cursor leads nowhere: the rest of the window has to be asked for anew."""


def failure_of(fault: Exception, name: str) -> AirbyteTracedException:
    """Return the failure that `fault` ends as, once nothing more is tried for `name`.

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
