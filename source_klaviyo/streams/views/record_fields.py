"""Members that a record gets at its top level, as JSON templates."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import msgspec

from source_klaviyo.api.documents.normalize import normalized_datetime
from source_klaviyo.api.documents.resource_fields import HeldIds, Id
from source_klaviyo.api.partition import Partition, Scalar
from source_klaviyo.streams.records.derived import Derived


@dataclass(frozen=True, slots=True)
class RecordFields:
    """The members that a record gets at its top level, by key.

    `cursor` is the key of the cursor; `joins` maps relationships to the keys of their included
    resources (a list if to-many, an object or null if to-one), `ids` to the keys of their ids;
    `partition` maps filters of the partition to keys. `constants` are members of all records,
    `derived` are columns derived from the resource.

    >>> RecordFields(partition={"messages.channel": "channel"}).fixed({"messages.channel": "sms"})
    b',"channel":"sms"'
    """

    cursor: str | None = None
    joins: Mapping[str, str] = field(default_factory=dict)
    ids: Mapping[str, str] = field(default_factory=dict)
    partition: Mapping[str, str] = field(default_factory=dict)
    constants: Mapping[str, Scalar] = field(default_factory=dict)
    derived: Sequence[Derived] = ()

    def fixed(self, partition: Partition) -> bytes:
        """Return the members that all records of `partition` get, each after a comma."""
        shown = dict(self.constants)
        shown |= {key: partition[name] for name, key in self.partition.items() if name in partition}
        return b"," + msgspec.json.encode(shown)[1:-1] if shown else b""


def members(keys: Iterable[str]) -> bytes:
    """Return the template of members with these keys, their values left open.

    >>> members(["metric_id", "profile_id"]) % (b'"M1"', b"null")
    b',"metric_id":"M1","profile_id":null'
    """
    return b"".join(b',"%b":%%b' % key.encode() for key in keys)


def cursor_values(values: Iterable[str | None]) -> list[bytes]:
    """Return cursor values as JSON, datetimes in the form of records.

    >>> cursor_values(["2026-11-30 08:00:00+00:00", None])
    [b'"2026-11-30T08:00:00+00:00"', b'null']
    """
    return [
        b"null" if value is None else msgspec.json.encode(normalized_datetime(value))
        for value in values
    ]


def id_values(column: Iterable[HeldIds]) -> list[bytes]:
    """Return the related ids of each row as JSON: an id, a list of ids, or null."""
    return [_encode(held.id) if isinstance(held, Id) else _listed_ids(held) for held in column]


def _listed_ids(held: list[Id] | msgspec.UnsetType | None) -> bytes:
    return _encode([each.id for each in held]) if isinstance(held, list) else b"null"


_encode: Final = msgspec.json.Encoder().encode
