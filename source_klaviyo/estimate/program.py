"""The program `source-klaviyo-estimate`: how long a first sync takes, on stdout."""

import argparse
import sys
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from airbyte_cdk.models import AirbyteMessage

from source_klaviyo import inputs
from source_klaviyo.config import Config
from source_klaviyo.config.credentials import ApiKeyCredentials
from source_klaviyo.errors import ConfigError, StreamFailed
from source_klaviyo.estimate import table
from source_klaviyo.estimate.accounts import ACCOUNTS, size_names
from source_klaviyo.estimate.duration import estimate
from source_klaviyo.estimate.survey import Size, Survey
from source_klaviyo.scopes import streams_named
from source_klaviyo.source import SourceKlaviyo, without_predictions
from source_klaviyo.stderr import Stderr
from source_klaviyo.streams.base import KlaviyoStream
from source_klaviyo.sync.messages import message_line

_GIVEN: Final = "given"
_ASSUMED: Final = "assumed"


def run(arguments: Sequence[str] | None = None) -> None:
    """Estimate with command line `arguments`; exits with 1 where that failed."""
    Stderr.install()
    options = _parse(arguments)
    try:
        for line in _estimate(options):
            print(line)  # noqa: T201  what the program is for
    except (ConfigError, StreamFailed) as failed:
        sys.exit(failed.message)
    except KeyboardInterrupt:
        sys.exit("Stopped.")


def _estimate(options: argparse.Namespace) -> Iterator[str]:
    raw = inputs.read_config(options.config) if options.config else None
    config = Config.parse(raw) if raw else Config.model_construct()
    streams = selected(options.streams, config, has_account=bool(raw))
    names = size_names(streams.values())
    sizes = {name: Size(rows, _ASSUMED) for name, rows in ACCOUNTS[options.account].items()}
    given: dict[str, int | None] = {
        name: getattr(options, name.replace("-", "_")) for name in names
    }
    if raw:
        survey = Survey(_bound(raw), _say)
        sizes |= survey.sizes(name for name in names if given[name] is None)
    sizes |= {name: Size(rows, _GIVEN) for name, rows in given.items() if rows is not None}
    for name in names:
        yield f"{sizes[name].rows:>13,} {name} ({sizes[name].known})"
    yield ""
    rows = {name: sizes[name].rows for name in names}
    yield from table.lines(*estimate(streams, rows, config.quota_share))


def selected(
    names: Sequence[str], config: Config, *, has_account: bool
) -> Mapping[str, type[KlaviyoStream]]:
    """Return the streams of these names, or all without any. Raises ConfigError for unknown ones.

    Of a known account, those are left out that its key can never read.
    """
    chosen = streams_named(names)
    if not names and has_account and isinstance(config.sign_in, ApiKeyCredentials):
        chosen = {name: stream for name, stream in chosen.items() if not stream.oauth_only}
    instead = without_predictions(config, chosen)
    return {name: instead.get(stream, stream) for name, stream in chosen.items()}


def _bound(raw: inputs.Json) -> list[KlaviyoStream]:
    """Return every stream, signed in. New tokens are printed, as the connector does."""
    source = SourceKlaviyo(_keep)
    return [stream for stream in source.streams(raw) if isinstance(stream, KlaviyoStream)]


def _keep(message: AirbyteMessage) -> None:
    sys.stdout.write(message_line(message).decode())


def _parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="source-klaviyo-estimate",
        description="Tells how long a first sync takes at Klaviyo's quota. The size of the account"
        " is what the options say; with --config, what a few hundred requests find out; and else"
        " that of an account as --account says.",
    )
    parser.add_argument("--config", help="JSON file of the configuration of source-klaviyo")
    parser.add_argument(
        "--account",
        choices=ACCOUNTS,
        default="medium",
        help="what to assume where nothing is known (%(default)s)",
    )
    parser.add_argument(
        "--streams",
        metavar="NAME,NAME",
        type=lambda text: [name for name in text.split(",") if name],
        default=[],
        help="read these streams alone",
    )
    group = parser.add_argument_group("how many there are of")
    for name in ACCOUNTS["medium"]:
        group.add_argument(f"--{name}", metavar="N", type=_number)
    return parser.parse_args(arguments)


def _number(text: str) -> int:
    number = int(text.replace(",", ""))
    if number < 0:
        raise ValueError(text)
    return number


def _say(text: str) -> None:
    sys.stderr.write(f"{text}\n")


if __name__ == "__main__":
    run()
