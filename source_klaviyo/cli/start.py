"""The program as it is started. Nothing is imported here that takes time."""

import signal
import warnings


def main() -> None:
    """Run `source-klaviyo`; no import ends in a traceback."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    warnings.simplefilter("ignore")  # of the libraries; PYTHONWARNINGS=error makes errors of them
    from source_klaviyo.cli.run import run  # noqa: PLC0415

    run()
