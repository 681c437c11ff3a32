"""All streams, in the order of their names.

A stream is registered by being written: each public class in a module of `streams/` or `reports/`
is a stream, but for the kinds of stream (`…Stream`), what several streams have in common (`Of…`),
and a class that takes the place of another under its `name`.
"""

from collections.abc import Iterator
from importlib import import_module
from pkgutil import iter_modules
from typing import Final

from source_klaviyo import reports, streams
from source_klaviyo.streams.base import KlaviyoStream


def _subclasses(kind: type[KlaviyoStream]) -> Iterator[type[KlaviyoStream]]:
    for subclass in kind.__subclasses__():
        yield subclass
        yield from _subclasses(subclass)


def _is_stream(kind: type[KlaviyoStream]) -> bool:
    is_part = kind.__name__.startswith(("_", "Of")) or kind.__name__.endswith("Stream")
    return not is_part and "name" not in vars(kind)


for _package in (streams, reports):
    for _module in iter_modules(_package.__path__, f"{_package.__name__}."):
        import_module(_module.name)

STREAMS: Final[tuple[type[KlaviyoStream], ...]] = tuple(
    sorted(filter(_is_stream, set(_subclasses(KlaviyoStream))), key=lambda kind: kind.__name__)
)
