"""The commands for people, `login` and `estimate`: they print no protocol messages."""

import logging
import signal
import sys
from argparse import Namespace

from airbyte_cdk.utils.traced_exception import AirbyteTracedException

from source_klaviyo.cli.inputs import read_config
from source_klaviyo.estimate.program import run as estimate
from source_klaviyo.login.program import run as login


def run(options: Namespace) -> None:
    """Run the command of `options`; on failure, exit with 1 and a sentence on stderr."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    warnings = logging.StreamHandler()  # on stderr; the CDK's handler writes JSON to stdout
    warnings.setLevel(logging.WARNING)
    logging.getLogger().handlers = [warnings]
    try:
        if options.command == "login":
            login(options)
        else:
            estimate(options, read_config(options.config) if options.config else None)
    except AirbyteTracedException as failed:
        sys.exit(failed.message)
    except KeyboardInterrupt:
        sys.exit("Stopped; nothing was kept.")
