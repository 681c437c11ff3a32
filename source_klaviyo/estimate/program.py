"""`source-klaviyo estimate`: prints the time of a first sync."""

import sys
from argparse import Namespace
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from source_klaviyo.access import account_of
from source_klaviyo.config import Config
from source_klaviyo.estimate import table
from source_klaviyo.estimate.accounts import ACCOUNTS, size_names
from source_klaviyo.estimate.duration import estimate
from source_klaviyo.estimate.survey import Size, Survey
from source_klaviyo.registry import streams_named
from source_klaviyo.source import SourceKlaviyo, without_predictions
from source_klaviyo.streams.kinds.base import KlaviyoStream

_GIVEN: Final = "given"
_ASSUMED: Final = "assumed"


def run(options: Namespace, raw: Mapping[str, Any] | None) -> None:
    """Print the estimate; `raw` is the configuration, None without sign-in.

    Raises ConfigError, StreamFailed, or OSError if stdout cannot be written.
    """
    for line in _estimate(options, raw):
        print(line, flush=True)  # noqa: T201  what the command is for


def _estimate(options: Namespace, raw: Mapping[str, Any] | None) -> Iterator[str]:
    config = Config.parse(raw) if raw is not None else Config.model_construct()
    streams = selected(options.streams, config)
    names = size_names(streams.values())
    sizes = {name: Size(rows, _ASSUMED) for name, rows in ACCOUNTS[options.account].items()}
    given: dict[str, int | None] = {
        name: getattr(options, name.replace("-", "_")) for name in names
    }
    if raw is not None:
        bound = _bound(raw)
        account_of(bound)
        survey = Survey(bound, _say)
        sizes |= survey.sizes(name for name in names if given[name] is None)
    sizes |= {name: Size(rows, _GIVEN) for name, rows in given.items() if rows is not None}
    for name in names:
        yield f"{sizes[name].rows:>13,} {name} ({sizes[name].known})"
    yield ""
    rows = {name: sizes[name].rows for name in names}
    yield from table.lines(*estimate(streams, rows, config.quota_share))


def selected(names: Sequence[str], config: Config) -> Mapping[str, type[KlaviyoStream]]:
    """Return the streams of these names, or all. Raises ConfigError for unknown names."""
    chosen = streams_named(names)
    instead = without_predictions(config, chosen)
    return {name: instead.get(stream, stream) for name, stream in chosen.items()}


def _bound(raw: Mapping[str, Any]) -> list[KlaviyoStream]:
    """Return every stream, signed in. New access tokens are forgotten: the refresh token stays."""
    source = SourceKlaviyo(lambda _: None)
    return [stream for stream in source.streams(raw) if isinstance(stream, KlaviyoStream)]


def _say(text: str) -> None:
    sys.stderr.write(f"{text}\n")
