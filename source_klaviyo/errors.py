"""Every error that the connector raises on purpose, and what each of them asks of its catcher."""

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
    """The credentials are good, but not for this collection."""

    def __init__(self, advice: str) -> None:
        super().__init__(advice, FailureType.config_error)


class NotFound(StreamFailed):
    """Klaviyo has nothing at this address."""

    def __init__(self, advice: str) -> None:
        super().__init__(advice, FailureType.system_error)


class UnreadableAnswer(Exception):  # noqa: N818
    """An answer is not the JSON:API document that it should be."""


class RetryLater(Exception):  # noqa: N818  what it asks for says more than "Error"
    """A passing fault: the same request may succeed after a pause.

    `pause` is in seconds. `throttled` tells a refusal by the rate limiter, which is no fault and
    does not count against the bound of retries.
    """

    def __init__(self, reason: str, *, pause: float, throttled: bool = False) -> None:
        super().__init__(reason)
        self.pause = pause
        self.throttled = throttled


class PageLost(Exception):  # noqa: N818
    """Klaviyo no longer knows the page cursor: the rest of the slice has to be asked for anew."""
