"""The programs as they are started. Nothing is imported here that takes time."""

import signal
import warnings


def source() -> None:
    """Run `source-klaviyo`."""
    _begin()
    from source_klaviyo.run import run  # noqa: PLC0415

    run()


def estimate() -> None:
    """Run `source-klaviyo-estimate`."""
    _begin()
    from source_klaviyo.estimate.program import run  # noqa: PLC0415

    signal.signal(signal.SIGINT, signal.default_int_handler)
    run()


def login() -> None:
    """Run `source-klaviyo-login`."""
    _begin()
    from source_klaviyo.login.program import run  # noqa: PLC0415

    signal.signal(signal.SIGINT, signal.default_int_handler)
    run()


def _begin() -> None:
    """See to it that no import ends in a traceback."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    warnings.simplefilter("ignore")  # of the libraries; PYTHONWARNINGS=error makes errors of them
