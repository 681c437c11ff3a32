"""The program `source-klaviyo`: arguments in, protocol messages on stdout."""

import argparse
import logging
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from airbyte_cdk.entrypoint import AirbyteEntrypoint
from airbyte_cdk.logger import AirbyteLogFormatter
from airbyte_cdk.models import ConnectorSpecification
from airbyte_cdk.utils.traced_exception import AirbyteTracedException

from source_klaviyo import memory
from source_klaviyo.config import Config
from source_klaviyo.source import SourceKlaviyo
from source_klaviyo.sync.messages import message_line

_FAILED = 1


class Entrypoint(AirbyteEntrypoint):
    """The CDK's entry point, with this source's own check of the configuration."""

    def __init__(self, source: SourceKlaviyo) -> None:
        super().__init__(source)
        self._klaviyo = source

    @staticmethod
    def validate_connection(
        source_spec: ConnectorSpecification,  # noqa: ARG004
        config: Mapping[str, Any],
    ) -> None:
        """Raise ConfigError for a configuration that cannot be used.

        The CDK's own check would quote values, secrets among them.
        """
        Config.parse(config)

    def chunks(self, arguments: argparse.Namespace) -> Iterator[bytes]:
        """Yield what the command prints, in chunks of whole lines.

        The CDK handles a message at a time; `read` hands out pages.
        """
        if arguments.command != "read":
            for line in self.run(arguments):
                yield f"{line}\n".encode()
            return
        config = self._klaviyo.read_config(arguments.config)
        specification = self._klaviyo.spec(self.logger)
        self.set_up_secret_filter(config, specification.connectionSpecification)
        catalog = self._klaviyo.read_catalog(arguments.catalog)
        state = self._klaviyo.read_state(arguments.state)
        yield from self._klaviyo.lines(config, catalog, state)


class Stdout(logging.Handler):
    """The only writer of stdout: whole lines, from whichever thread."""

    def __init__(self) -> None:
        super().__init__()
        self._stdout = sys.stdout.buffer
        self._writing = threading.Lock()
        self.setFormatter(AirbyteLogFormatter())

    def write(self, lines: bytes) -> None:
        """Write whole lines and push them through to the reader."""
        with self._writing:
            self._stdout.write(lines)
            self._stdout.flush()

    def emit(self, record: logging.LogRecord) -> None:
        """Write a log record as a LOG message; what fails here must not end the sync."""
        try:
            self.write(f"{self.format(record)}\n".encode())
        except OSError:
            return  # nobody reads any more, which `run` is about to find out


def run(arguments: Sequence[str] | None = None) -> None:
    """Run the connector with command line `arguments`; exits with 1 where it failed."""
    stdout = Stdout()
    source = SourceKlaviyo(emit=lambda message: stdout.write(message_line(message)))
    entrypoint = Entrypoint(source)
    logging.getLogger().handlers = [stdout]
    parsed = entrypoint.parse_args(list(sys.argv[1:] if arguments is None else arguments))
    if parsed.command is None:
        entrypoint.parse_args(["--help"])
    memory.tune()
    try:
        for chunk in entrypoint.chunks(parsed):
            stdout.write(chunk)
    except BrokenPipeError:
        # Nobody reads any more; Python's own flush at exit would complain once again.
        sys.stdout = None
        sys.exit(_FAILED)
    except Exception as failure:  # noqa: BLE001  every end of the program is a message
        stdout.write(message_line(_traced(failure).as_sanitized_airbyte_message()))
        sys.exit(_FAILED)


def _traced(failure: Exception) -> AirbyteTracedException:
    if isinstance(failure, AirbyteTracedException):
        return failure
    return AirbyteTracedException.from_exception(
        failure, message=f"The connector met a defect of its own: {failure!r}"
    )
