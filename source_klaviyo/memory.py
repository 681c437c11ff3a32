"""Keeps the process small: pages are few, large and short-lived."""

import ctypes
import gc

_MALLOC_MMAP_THRESHOLD = -3
_LARGE = 256 * 1024
_GC_THRESHOLD = 200_000


def tune() -> None:
    """Set up Python's and the C library's memory management for reading pages.

    What the imports made lives for ever and records make no cycles, so there is little to collect.
    Large blocks go back to the system when they are freed: glibc would raise its threshold for
    that with the first page, and keep hundreds of megabytes in the arenas of the worker threads.
    """
    gc.freeze()
    gc.set_threshold(_GC_THRESHOLD)
    try:
        ctypes.CDLL(None).mallopt(_MALLOC_MMAP_THRESHOLD, _LARGE)
    except (AttributeError, OSError):
        return  # not glibc, and so without its arenas
