"""A JSON:API answer, parsed once, its resources kept as the bytes that came."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Protocol, cast

import msgspec

from source_klaviyo.errors import UnreadableAnswer
from source_klaviyo.protocol import Page, Record, Scalar


class Identifier(msgspec.Struct, frozen=True):
    """A resource identifier object, as relationships hold them."""

    type: str
    id: str


class _Links(msgspec.Struct):
    next: str | None = None


class _Relationship(msgspec.Struct):
    data: list[Identifier] | Identifier | None = None


class _Document(msgspec.Struct):
    data: list[msgspec.Raw] | None
    included: list[msgspec.Raw] = []
    links: _Links = msgspec.field(default_factory=_Links)


class _Head(Protocol):
    """The few parts of a resource that reading it needs."""

    id: str
    attributes: object
    relationships: object


def second(value: str) -> int:
    """Return the second since 1970 of a datetime as Klaviyo writes it, fractions cut off.

    Klaviyo writes most datetimes as `2026-09-04T13:38:55+00:00`, some with microseconds and a
    few with a space for the `T` (api.md section 2); one without an offset is in UTC.
    Raises ValueError for anything else.
    """
    moment = datetime.fromisoformat(value)
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return int(moment.timestamp() // 1)


@dataclass(slots=True)
class DocumentReader:
    """Turns answers into records: each resource plus its cursor and its included resources on top.

    `cursor` is the attribute that is copied to the top of the record. `joins` maps a relationship
    to the key on top of the record under which its included resources are put: a list where the
    relationship is to-many, an object or null where it is to-one.

    A record is the resource's own bytes with the additions spliced in before its last brace, so
    that its contents are neither parsed nor changed (numbers keep their digits, keys their order).
    """

    cursor: str | None = None
    joins: Mapping[str, str] = field(default_factory=dict)
    _documents: msgspec.json.Decoder[_Document] = field(init=False)
    _heads: msgspec.json.Decoder[_Head] = field(init=False)
    _included: msgspec.json.Decoder[Identifier] = field(init=False)

    def __post_init__(self) -> None:
        attributes = msgspec.defstruct(
            "Attributes", [("cursor", str | None, None)], rename={"cursor": self.cursor or "-"}
        )
        relationships = msgspec.defstruct(
            "Relationships",
            [
                (key, _Relationship, msgspec.field(default_factory=_Relationship))
                for key in self.joins.values()
            ],
            rename={key: name for name, key in self.joins.items()},
        )
        head = msgspec.defstruct(
            "Head",
            [
                ("id", str),
                ("attributes", attributes, msgspec.field(default_factory=attributes)),
                ("relationships", relationships, msgspec.field(default_factory=relationships)),
            ],
        )
        self._documents = msgspec.json.Decoder(_Document)
        self._heads = cast("msgspec.json.Decoder[_Head]", msgspec.json.Decoder(head))
        self._included = msgspec.json.Decoder(Identifier)

    def read(self, body: bytes, marks: Mapping[str, Scalar]) -> Page:
        """Return the resources of the answer `body`, each with the members `marks` on top.

        Raises UnreadableAnswer where it is not a JSON:API document in UTF-8.
        """
        try:
            return self._read(body, msgspec.json.encode(marks)[1:-1])
        except ValueError as unreadable:  # msgspec's and Python's decoding errors are such
            raise UnreadableAnswer(str(unreadable)) from unreadable

    def _read(self, body: bytes, marks: bytes) -> Page:
        if not body.isascii():
            body.decode()  # what is passed through unparsed must not corrupt the output
        if b"\n" in body or b"\r" in body:
            # JSON strings escape theirs, so these are layout; and a message is one line.
            body = body.replace(b"\n", b" ").replace(b"\r", b" ")
        document = self._documents.decode(body)
        included = {self._included.decode(raw): bytes(raw) for raw in document.included}
        records: list[Record] = []
        instants: list[int | None] = []
        for raw in document.data or ():
            head = self._heads.decode(raw)
            additions = [b"," + marks] if marks else []
            if self.cursor:
                value: str | None = getattr(head.attributes, "cursor")  # noqa: B009  a made struct
                instants.append(None if value is None else second(value))
                additions.append(_member(self.cursor, _cursor_value(value)))
            for key in self.joins.values():
                relationship: _Relationship = getattr(head.relationships, key)
                additions.append(_member(key, _joined(relationship, included)))
            records.append((memoryview(raw)[:-1], b"".join([*additions, b"}"])))
        return Page(records, instants, document.links.next)


def _member(key: str, value: bytes) -> bytes:
    return b',"%b":%b' % (key.encode(), value)


def _cursor_value(value: str | None) -> bytes:
    if value is None:
        return b"null"
    return b'"%b"' % value.replace(" ", "T").encode()


def _joined(relationship: _Relationship, included: Mapping[Identifier, bytes]) -> bytes:
    match relationship.data:
        case None:
            return b"null"
        case Identifier() as identifier:
            return _resource(identifier, included)
        case identifiers:
            return b"[%b]" % b",".join(_resources(identifiers, included))


def _resources(
    identifiers: Iterable[Identifier], included: Mapping[Identifier, bytes]
) -> Iterable[bytes]:
    return (_resource(identifier, included) for identifier in identifiers)


def _resource(identifier: Identifier, included: Mapping[Identifier, bytes]) -> bytes:
    return included.get(identifier) or msgspec.json.encode(identifier)
