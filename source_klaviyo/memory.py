"""Keeps the process small: pages are few, large and short-lived."""

import ctypes
import gc

_MALLOC_TRIM_THRESHOLD = -1
_MALLOC_TOP_PAD = -2
_MALLOC_MMAP_THRESHOLD = -3
_MALLOC_ARENA_MAX = -8
_MIB = 1024 * 1024
_GC_THRESHOLD = 200_000


def tune() -> None:
    """Set up Python's and the C library's memory management for reading pages.

    Call it before threads are started. What the imports made lives for ever and records make no
    cycles, so there is little to collect.

    glibc would keep an arena for each worker thread, hundreds of megabytes in all, or, with a low
    threshold, ask the system for every page's memory anew, which then has to fault it in. One arena
    from which pages are served again and again is as small as the latter and half as expensive.
    """
    gc.freeze()
    gc.set_threshold(_GC_THRESHOLD)
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (AttributeError, OSError):
        return  # not glibc, and so without its arenas
    mallopt(_MALLOC_ARENA_MAX, 1)
    mallopt(_MALLOC_MMAP_THRESHOLD, 32 * _MIB)
    mallopt(_MALLOC_TRIM_THRESHOLD, 64 * _MIB)
    mallopt(_MALLOC_TOP_PAD, 16 * _MIB)
