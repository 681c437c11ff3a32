"""Moves the clock of a Python program by `CLOCK_AHEAD` seconds, and of the programs that it starts.

Python imports this by itself where this folder is on PYTHONPATH. Connector and sandbox ask
`time.time` alone for the present. Debian's `faketime` would move every clock there is, but the
sleep of Python 3.11 fails under its version 0.9.10 ("Invalid argument", of clock_nanosleep).
"""

import os
import time

_AHEAD = int(os.environ["CLOCK_AHEAD"])
_time, _time_ns = time.time, time.time_ns

setattr(time, "time", lambda: _time() + _AHEAD)  # noqa: B010  mypy takes it for a constant
setattr(time, "time_ns", lambda: _time_ns() + _AHEAD * 1_000_000_000)  # noqa: B010
