"""Input files of commands: a platform's files, and earlier output of the program."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import orjson
from airbyte_cdk.models import (
    AirbyteStateMessage,
    AirbyteStateMessageSerializer,
    ConfiguredAirbyteCatalog,
    ConfiguredAirbyteCatalogSerializer,
)

from source_klaviyo.errors import ConfigError
from source_klaviyo.masking import mask_config
from source_klaviyo.suggestion import did_you_mean_or

Json = dict[str, Any]


def read_config(path: str) -> Json:
    """Return a configuration, and mask its secrets from then on. Raises ConfigError."""
    config = _json(path, "configuration")
    mask_config(config)
    if not isinstance(config, dict):
        raise ConfigError(f"The configuration in {path} is not a JSON object.")
    return config


def read_catalog(path: str) -> ConfiguredAirbyteCatalog:
    """Return a configured catalog, from a file of one or from the output of `discover`.

    From `discover`, every stream is selected: incremental if the stream has a cursor, else full
    refresh. Raises ConfigError.
    """
    printed = list(_printed(path, "catalog", "CATALOG"))
    raw = _all_of(printed[-1]["catalog"]) if printed else _json(path, "catalog")
    try:
        return ConfiguredAirbyteCatalogSerializer.load(raw)
    except Exception as invalid:
        raise ConfigError(
            f"The catalog in {path} is neither a configured catalog nor what `discover` prints:"
            f" {_line(invalid)}"
        ) from invalid


def only(catalog: ConfiguredAirbyteCatalog, names: Sequence[str]) -> ConfiguredAirbyteCatalog:
    """Return the named streams of `catalog`, all if no name is given. Raises ConfigError."""
    known = [configured.stream.name for configured in catalog.streams]
    if unknown := sorted({*names} - {*known}):
        raise ConfigError(
            f"--streams has names that the catalog lacks: {', '.join(unknown)}."
            f"{did_you_mean_or(unknown, known, 'It has')}"
        )
    return ConfiguredAirbyteCatalog(
        streams=[found for found in catalog.streams if not names or found.stream.name in names]
    )


def read_states(paths: Iterable[str]) -> list[AirbyteStateMessage]:
    """Return the states of all files, for each stream the last. Raises ConfigError.

    A file is a list of states, or the output of `read`.
    """
    states: dict[object, AirbyteStateMessage] = {}
    for path in paths:
        for raw in _states(path):
            try:
                state = AirbyteStateMessageSerializer.load(raw)
            except Exception as invalid:
                raise _no_states(path, _line(invalid)) from invalid
            if state.stream is None:
                raise _no_states(path, "one is not of a stream")
            descriptor = state.stream.stream_descriptor
            states[descriptor.name, descriptor.namespace] = state
    return list(states.values())


def _states(path: str) -> list[Json]:
    printed = [message["state"] for message in _printed(path, "state", "STATE")]
    messages = (message for kind in ("LOG", "TRACE") for message in _printed(path, "state", kind))
    if printed or not Path(path).stat().st_size or any(messages):
        return printed  # empty, if the read ended before its first state
    raw = _json(path, "state")
    if raw and not isinstance(raw, list):
        raise _no_states(path, "it is not a list")
    return raw or []


def _no_states(path: str, why: str) -> ConfigError:
    return ConfigError(
        f"The state in {path} is neither a list of stream states nor what `read` prints: {why}."
    )


def _all_of(catalog: Mapping[str, Any]) -> Json:
    """Return a configured catalog with all streams of a discovered catalog."""
    return {"streams": [_selected(stream) for stream in catalog["streams"]]}


def _selected(stream: Json) -> Json:
    incremental = "incremental" in stream["supported_sync_modes"]
    return {
        "stream": stream,
        "sync_mode": "incremental" if incremental else "full_refresh",
        "destination_sync_mode": "append_dedup" if incremental else "overwrite",
        "cursor_field": stream.get("default_cursor_field", []),
        "primary_key": stream.get("source_defined_primary_key", []),
    }


def _printed(path: str, what: str, kind: str) -> Iterator[Json]:
    """Yield the messages of a type in a file of printed lines; nothing from other files.

    Half a line, which a kill may leave, is skipped.
    """
    word = f'"{kind}"'.encode()
    try:
        with Path(path).open("rb") as lines:
            for line in lines:
                if word not in line:
                    continue
                try:
                    message = orjson.loads(line)
                except orjson.JSONDecodeError:
                    continue
                if isinstance(message, dict) and message.get("type") == kind:
                    yield message
    except OSError as missing:
        raise _unreadable(path, what, missing) from missing


def _json(path: str, what: str) -> Any:  # noqa: ANN401  its callers check what is in it
    try:
        return json.loads(Path(path).read_text(encoding="utf-8-sig"))
    except OSError as missing:
        raise _unreadable(path, what, missing) from missing
    except ValueError as garbage:
        raise ConfigError(f"The {what} {path} is not JSON: {garbage}.") from garbage


def _unreadable(path: str, what: str, missing: OSError) -> ConfigError:
    return ConfigError(f"The {what} {path} cannot be read: {missing.strerror}.")


def _line(error: Exception) -> str:
    """Return an error's text on a single line; the CDK's validation writes several."""
    return " ".join(str(error).split())
