"""All streams, in the order of their names, and the scopes that they can use.

To register a stream, write its class: each public class in a module of `streams/` or `reports/` is
a stream, except kinds of streams (`…Stream`), shared declarations (`Of…`), and a class that
replaces another under the other's `name`.
"""

from collections.abc import Iterable, Iterator, Sequence
from importlib import import_module
from pkgutil import iter_modules
from typing import Final

from airbyte_cdk.sources.utils import casing

from source_klaviyo import reports, streams
from source_klaviyo.errors import ConfigError
from source_klaviyo.streams.kinds.base import KlaviyoStream
from source_klaviyo.suggestion import did_you_mean_or


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


def stream_name(stream: type[KlaviyoStream]) -> str:
    """Return the name of a stream in catalogs."""
    return casing.camel_to_snake(stream.__name__)


def streams_named(names: Sequence[str]) -> dict[str, type[KlaviyoStream]]:
    """Return the streams of these names, all without any. Raises ConfigError for unknown names.

    >>> list(streams_named(["tags"]))
    ['tags']
    """
    known = {stream_name(stream): stream for stream in STREAMS}
    if unknown := [name for name in names if name not in known]:
        raise ConfigError(
            f"There is no stream {', '.join(unknown)}."
            f"{did_you_mean_or(unknown, known, 'There are')}"
        )
    return {name: known[name] for name in names or known}


def enriching_scopes(stream: type[KlaviyoStream]) -> list[str]:
    """Return the scopes without which records have null for included resources."""
    found = {scope for _, scope in stream.include_scopes if scope not in stream.scopes}
    return sorted(found)


def scopes_of(streams: Iterable[type[KlaviyoStream]] = STREAMS) -> list[str]:
    """Return all scopes that these streams can use, in order."""
    needed = {scope for stream in streams for scope in stream.scopes}
    return sorted(needed | {scope for stream in streams for scope in enriching_scopes(stream)})
