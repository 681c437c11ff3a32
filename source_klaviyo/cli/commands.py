"""The commands `check`, `discover` and `read`, by means of the CDK."""

import logging
from argparse import Namespace
from collections.abc import Iterator

from airbyte_cdk.entrypoint import AirbyteEntrypoint
from airbyte_cdk.logger import AirbyteLogFormatter, is_platform_debug_log_enabled
from airbyte_cdk.models import AirbyteLogMessage, AirbyteMessage, Level, Type
from airbyte_cdk.utils.traced_exception import AirbyteTracedException

from source_klaviyo.cli import inputs, memory
from source_klaviyo.cli.stdout import Stdout, StdoutLost
from source_klaviyo.cli.stop import Stop
from source_klaviyo.cli.terminal import Terminal
from source_klaviyo.source import SourceKlaviyo
from source_klaviyo.sync.output.messages import message_line


class Commands:
    """The commands that need the source; they yield chunks of whole lines."""

    def __init__(
        self, options: Namespace, stop: Stop, stdout: Stdout, terminal: Terminal | None
    ) -> None:
        self._options = options
        self._stop = stop
        self._terminal = terminal
        self._logger = logging.getLogger("airbyte")
        logging.getLogger().handlers = [_Logs(stdout, terminal)]
        # The CDK logs about a memory monitor, which works only in the CDK's own `read`.
        self._logger.setLevel(logging.WARNING)
        # New tokens have to be kept before they are used, whatever else waits to be written.
        self._source = SourceKlaviyo(lambda message: stdout.write(message_line(message)))
        AirbyteEntrypoint(self._source)  # sets up the CDK's report of uncaught exceptions
        wordy = options.debug or is_platform_debug_log_enabled()
        self._logger.setLevel(logging.DEBUG if wordy else logging.INFO)

    def run(self) -> Iterator[bytes]:
        """Yield the command's output. Raises AirbyteTracedException if the command fails."""
        config = inputs.read_config(self._options.config)
        match self._options.command:
            case "check":
                status = self._source.check(self._logger, config)
                self._say(status.message)
                yield message_line(
                    AirbyteMessage(type=Type.CONNECTION_STATUS, connectionStatus=status)
                )
            case "discover":
                catalog = self._source.discover(self._logger, config)
                self._say(f"{len(catalog.streams)} streams")
                yield message_line(AirbyteMessage(type=Type.CATALOG, catalog=catalog))
            case _:
                yield from self._read(config)

    def _read(self, config: inputs.Json) -> Iterator[bytes]:
        catalog = inputs.read_catalog(self._options.catalog)
        catalog = inputs.only(catalog, self._options.streams)
        states = inputs.read_states(self._options.state)
        memory.tune()
        self._stop.graceful = True
        watch = self._terminal.watch if self._terminal else None
        yield from self._source.lines(config, catalog, states, self._stop.asked, watch)

    def _say(self, text: str | None) -> None:
        if self._terminal and text:
            self._terminal.say(text)


def as_traced(failure: Exception) -> AirbyteTracedException:
    """Return the failure of a command with a sentence for people."""
    if isinstance(failure, AirbyteTracedException):
        return failure
    return AirbyteTracedException.from_exception(
        failure, message=f"The connector met a defect of its own: {failure!r}"
    )


class _Logs(logging.Handler):
    """Log handler for LOG messages, and for warnings on the terminal.

    A failing log message must not end the sync.
    """

    def __init__(self, stdout: Stdout, terminal: Terminal | None) -> None:
        super().__init__()
        self._stdout = stdout
        self._terminal = terminal

    def emit(self, record: logging.LogRecord) -> None:
        level = AirbyteLogFormatter.level_mapping.get(record.levelno, Level.INFO)
        if self._terminal and record.levelno >= logging.WARNING:
            self._terminal.say(self.format(record))
        log = AirbyteLogMessage(level=level, message=self.format(record))
        try:
            self._stdout.write(message_line(AirbyteMessage(type=Type.LOG, log=log)))
        except StdoutLost:
            return  # the writer of the messages meets the same error
