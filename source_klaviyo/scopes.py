"""Which of Klaviyo's scopes the streams need, and which enrich their records."""

from collections.abc import Iterable, Sequence

from airbyte_cdk.sources.utils import casing

from source_klaviyo.errors import ConfigError
from source_klaviyo.registry import STREAMS
from source_klaviyo.streams.base import KlaviyoStream
from source_klaviyo.suggestion import did_you_mean_or


def stream_name(stream: type[KlaviyoStream]) -> str:
    """Return the name that a stream has in catalogs."""
    return casing.camel_to_snake(stream.__name__)


def streams_named(names: Sequence[str]) -> dict[str, type[KlaviyoStream]]:
    """Return the streams of these names, all without any. Raises ConfigError for unknown ones."""
    known = {stream_name(stream): stream for stream in STREAMS}
    if unknown := [name for name in names if name not in known]:
        raise ConfigError(
            f"There is no stream {', '.join(unknown)}."
            f"{did_you_mean_or(unknown, known, 'There are')}"
        )
    return {name: known[name] for name in names or known}


def enriching_scopes(stream: type[KlaviyoStream]) -> list[str]:
    """Return the scopes without which records are there, with null for what they include."""
    found = {scope for _, scope in stream.include_scopes if scope not in stream.scopes}
    return sorted(found)


def scopes_of(streams: Iterable[type[KlaviyoStream]] = STREAMS) -> list[str]:
    """Return all scopes that these streams can use, in order."""
    needed = {scope for stream in streams for scope in stream.scopes}
    return sorted(needed | {scope for stream in streams for scope in enriching_scopes(stream)})
