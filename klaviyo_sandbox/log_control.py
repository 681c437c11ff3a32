"""The log of the sandbox's requests."""

from dataclasses import dataclass

from klaviyo_sandbox.control_client import ControlClient
from klaviyo_sandbox.web.log import Entry


@dataclass(frozen=True, slots=True)
class Count:
    """The requests to an endpoint."""

    requests: int
    statuses: dict[int, int]
    """Replies per HTTP status; 0 stands for no reply."""


@dataclass(frozen=True, slots=True)
class LogControl:
    """The requests of clients; a part of `Sandbox`, as `log`."""

    _control: ControlClient

    def requests(self) -> list[Entry]:
        """Return the requests made, oldest first; control calls are not among them."""
        return self._control.ask(list[Entry], "log.listed")

    def counts(self) -> dict[str, Count]:
        """Return the counts of each endpoint, by path template."""
        return self._control.ask(dict[str, Count], "log.counts")

    def reset(self) -> None:
        """Forget the requests made so far."""
        self._control.send("log.reset")
