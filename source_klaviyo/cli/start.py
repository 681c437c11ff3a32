"""The program's start. This module imports nothing slow."""

import signal
import warnings


def main() -> None:
    """Run `source-klaviyo`; a signal during imports leaves no traceback."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    warnings.simplefilter("ignore")  # of the libraries; PYTHONWARNINGS=error makes errors of them
    from source_klaviyo.cli.run import run  # noqa: PLC0415

    run()
