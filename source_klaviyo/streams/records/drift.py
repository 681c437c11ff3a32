"""Attributes that Klaviyo sends and no schema has: a sync reports them to maintainers first."""

import logging
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from functools import cached_property
from typing import Any, Final

import msgspec

from source_klaviyo.protocol import Record

logger = logging.getLogger("airbyte")

Schema = Mapping[str, Any]

_RECORDS: Final = msgspec.json.Decoder(float_hook=str)
"""Decoder for numbers of any size; only names are compared."""


class Drift:
    """Comparison of a stream's records with its schema, by a record of each page.

    Objects that the schema leaves open (custom properties) are not compared.
    """

    def __init__(self, stream: str, load: Callable[[], Schema]) -> None:
        self._stream = stream
        self._load = load
        self.unknown: set[str] = set()

    @cached_property
    def _schema(self) -> Schema:
        return self._load()

    def look_at(self, record: Record) -> None:
        """Note the members of `record` that the schema lacks.

        A record that cannot be decoded is passed over, and written all the same.
        """
        with suppress(ValueError, RecursionError):  # msgspec's decoding errors are ValueErrors
            self._compare(_RECORDS.decode(b"".join(record)), self._schema, self._stream)

    def _compare(self, value: object, schema: Schema, path: str) -> None:
        if isinstance(value, list):
            for each in value[:3]:
                self._compare(each, schema.get("items", {}), path)
        properties = schema.get("properties")
        if not isinstance(value, dict) or not properties:
            return
        for name, below in value.items():
            if name == "links":  # addresses, of no use in a warehouse
                continue
            if name in properties:
                self._compare(below, properties[name], f"{path}.{name}")
            else:
                self.unknown.add(f"{path}.{name}")


def report_drift(drifts: Iterable[Drift]) -> None:
    """Log in a single line the attributes that the schemas lack, if any."""
    unknown = sorted(path for drift in drifts for path in drift.unknown)
    if unknown:
        logger.warning(
            "Klaviyo sends fields that this connector's schemas lack (the records have them all the"
            " same; please tell the maintainers): %s",
            ", ".join(unknown),
        )
