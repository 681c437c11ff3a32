"""The commands for people, `login` and `estimate`: they print no protocol messages."""

import errno
import logging
import os
import signal
import sys
from argparse import Namespace
from contextlib import suppress
from typing import NoReturn

from airbyte_cdk.utils.traced_exception import AirbyteTracedException

from source_klaviyo.cli.inputs import read_config
from source_klaviyo.cli.stdout import StdoutLost
from source_klaviyo.estimate.program import run as estimate
from source_klaviyo.login.program import run as login


def _stop(*_: object) -> NoReturn:
    """End at once: threads may wait for Klaviyo for long."""
    os.write(2, b"Stopped; nothing was kept.\n")
    os._exit(1)


def run(options: Namespace) -> None:
    """Run the command of `options`; on failure, exit with 1 and a sentence on stderr.

    Raises StdoutLost.
    """
    signal.signal(signal.SIGINT, _stop)
    warnings = logging.StreamHandler()  # on stderr; the CDK's handler writes JSON to stdout
    warnings.setLevel(logging.WARNING)
    logging.getLogger().handlers = [warnings]
    if sys.stdout is None:
        raise StdoutLost(OSError(errno.EBADF, "it is closed"))
    try:
        if options.command == "login":
            login(options)
        else:
            estimate(options, read_config(options.config) if options.config else None)
    except AirbyteTracedException as failed:
        sys.exit(failed.message)
    except OSError as lost:
        with suppress(OSError):
            sys.stdout.close()  # so that Python does not try again to write the rest
        raise StdoutLost(lost) from lost
