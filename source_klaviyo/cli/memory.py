"""Memory settings for a small process: pages are few, large and short-lived."""

import ctypes
import gc

_MALLOC_MMAP_THRESHOLD = -3
_MALLOC_ARENA_MAX = -8
_LARGE = 256 * 1024
_GC_THRESHOLD = 200_000


def tune() -> None:
    """Set up Python's and the C library's memory management for reading pages.

    Call `tune` before threads are started. Objects of imports live for ever and records make no
    cycles, so there is little to collect.

    glibc would raise its threshold for large blocks with the first page, keep hundreds of megabytes
    in an arena for each worker thread, and fragment them over time.
    """
    gc.freeze()
    gc.set_threshold(_GC_THRESHOLD)
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (AttributeError, OSError):
        return  # not glibc, and so without its arenas
    mallopt(_MALLOC_ARENA_MAX, 1)
    mallopt(_MALLOC_MMAP_THRESHOLD, _LARGE)
