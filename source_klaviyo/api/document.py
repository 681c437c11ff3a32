"""A JSON:API answer, parsed once, its resources kept as the bytes that came."""

from codecs import getincrementaldecoder
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

import msgspec

from source_klaviyo.api.heads import Head, HeadReader, Identifier, Related
from source_klaviyo.api.mending import Mender, Mends, mended_datetime
from source_klaviyo.errors import UnreadableAnswer
from source_klaviyo.protocol import Page, Record, Scalar

_IDENTIFIERS = msgspec.json.Decoder(Identifier)


class _Links(msgspec.Struct):
    next: str | None = None


class _Collection(msgspec.Struct):
    data: list[msgspec.Raw] | None
    included: list[msgspec.Raw] = []
    links: _Links = msgspec.field(default_factory=_Links)


class _Item(msgspec.Struct):
    data: msgspec.Raw
    included: list[msgspec.Raw] = []


_PIECE = 4096

_COLLECTIONS = msgspec.json.Decoder(_Collection)
_ITEMS = msgspec.json.Decoder(_Item)

Included = Mapping[Identifier, msgspec.Raw]


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
    """Turns answers into records: the resources, each with some members put on top.

    `cursor` is the attribute that is copied to the top, under `cursor_key` if that is given.
    `joins` maps a relationship to the key under which its included resources are put: a list where
    it is to-many, an object or null where it is to-one. `lifts` maps a relationship to the key
    under which its id is put, or the list of its ids. `mends` are attributes of the resource that
    are put right where they deviate.

    With `takes` the records are not the resources themselves but those included for that
    relationship, with the resource's cursor and, under `owner_key`, its id; `lifts` are then
    those of the included resource.

    A record is the resource's own bytes with the additions spliced in before its last brace, so
    that its contents are neither parsed nor changed (numbers keep their digits, keys their order).
    """

    cursor: str | None = None
    joins: Mapping[str, str] = field(default_factory=dict)
    lifts: Mapping[str, str] = field(default_factory=dict)
    takes: str | None = None
    owner_key: str = ""
    cursor_key: str | None = None
    mends: Mends = ()
    _heads: HeadReader = field(init=False)
    _taken_heads: HeadReader = field(init=False)
    _joins: list[bytes] = field(init=False)
    _lifts: list[bytes] = field(init=False)
    _cursor_key: bytes = field(init=False)
    _mender: Mender | None = field(init=False)

    def __post_init__(self) -> None:
        relationships = [self.takes] if self.takes else [*self.joins, *self.lifts]
        self._heads = HeadReader(self.cursor, relationships)
        self._taken_heads = HeadReader(None, list(self.lifts))
        self._joins = [_key(key) for key in self.joins.values()]
        self._lifts = [_key(key) for key in self.lifts.values()]
        self._cursor_key = _key(self.cursor_key or self.cursor or "")
        self._mender = Mender(self.mends, self.cursor) if self.mends else None

    def read(self, body: bytes | bytearray, marks: Mapping[str, Scalar]) -> Page:
        """Return the resources of a collection's answer, each with the members `marks` on top.

        Raises UnreadableAnswer where it is not a JSON:API document in UTF-8.
        """
        try:
            document = _COLLECTIONS.decode(_sound(body))
            return self._page(document.data or [], document.included, marks, document.links.next)
        except ValueError as unreadable:  # msgspec's and Python's decoding errors are such
            raise UnreadableAnswer(str(unreadable)) from unreadable

    def read_item(self, body: bytes | bytearray, marks: Mapping[str, Scalar]) -> Page:
        """Return the one resource of an item's answer; otherwise like `read`."""
        try:
            document = _ITEMS.decode(_sound(body))
            return self._page([document.data], document.included, marks, None)
        except ValueError as unreadable:
            raise UnreadableAnswer(str(unreadable)) from unreadable

    def _page(
        self,
        resources: list[msgspec.Raw],
        included: list[msgspec.Raw],
        marks: Mapping[str, Scalar],
        following: str | None,
    ) -> Page:
        first = b"," + msgspec.json.encode(marks)[1:-1] if marks else b""
        by_identifier = {_IDENTIFIERS.decode(raw): raw for raw in included}
        records: list[Record] = []
        instants: list[int | None] = []
        for raw in resources:
            head = self._heads.read(raw)
            made = len(records)
            if self.takes:
                records += self._taken(head, first, by_identifier)
            elif self._mender:
                sound = self._mender.mend(raw, head[1])
                records.append(self._whole(sound, head, first, by_identifier))
            else:
                records.append(self._whole(raw, head, first, by_identifier))
            if self.cursor:
                instant = None if head[1] is None else second(head[1])
                instants += [instant] * (len(records) - made)
        return Page(records, instants, following)

    def _whole(self, raw: msgspec.Raw, head: Head, first: bytes, included: Included) -> Record:
        _, cursor, related = head
        parts: list[bytes | memoryview] = [first, self._cursor_member(cursor)]
        for key, held in zip(self._joins, related, strict=False):
            parts.append(key)
            parts += _joined(held, included)
        for key, held in zip(self._lifts, related[len(self._joins) :], strict=True):
            parts += (key, _id(held))
        parts.append(b"}")
        return memoryview(raw)[:-1], b"".join(parts)

    def _taken(self, head: Head, first: bytes, included: Included) -> Iterator[Record]:
        owner, cursor, (related,) = head
        if related is None:
            # Asked for by `include`, it is a list, if empty. Taking it for none would lose rows.
            raise UnreadableAnswer(f"{owner} does not tell its {self.takes}")
        first = b"".join(
            [first, self._cursor_member(cursor), _key(self.owner_key), msgspec.json.encode(owner)]
        )
        for identifier in _many(related):
            raw = included.get(identifier) or msgspec.Raw(msgspec.json.encode(identifier))
            _, _, lifted = self._taken_heads.read(raw)
            parts = [first]
            for key, held in zip(self._lifts, lifted, strict=True):
                parts += (key, _id(held))
            parts.append(b"}")
            yield memoryview(raw)[:-1], b"".join(parts)

    def _cursor_member(self, value: str | None) -> bytes:
        if not self.cursor:
            return b""
        if value is None:
            return self._cursor_key + b"null"
        return b'%b"%b"' % (self._cursor_key, mended_datetime(value).encode())


def _sound(body: bytes | bytearray) -> bytes | bytearray:
    """Return `body` fit to be passed through unparsed: in UTF-8 and without line breaks."""
    if not body.isascii():
        _check_utf8(body)
    if b"\n" in body or b"\r" in body:
        # JSON strings escape theirs, so these are layout; and a message is one line.
        body = body.replace(b"\n", b" ").replace(b"\r", b" ")
    return body


def _check_utf8(body: bytes | bytearray) -> None:
    """Raise UnicodeDecodeError where `body` is not UTF-8.

    Only the pieces that are not plain ASCII are decoded: one emoji in a page would quadruple it.
    """
    decoder = getincrementaldecoder("utf-8")()
    for start in range(0, len(body), _PIECE):
        piece = body[start : start + _PIECE]
        if not piece.isascii() or decoder.getstate()[0]:
            decoder.decode(piece)
    decoder.decode(b"", final=True)


def _key(name: str) -> bytes:
    return b',"%b":' % name.encode()


def _id(related: Related) -> bytes:
    ids = [held.id for held in related] if isinstance(related, list) else related and related.id
    return msgspec.json.encode(ids)


def _many(related: Related) -> list[Identifier]:
    if related is None:
        return []
    return [related] if isinstance(related, Identifier) else related


def _joined(related: Related, included: Included) -> Iterable[bytes | memoryview]:
    """Return, in pieces, the resources that a relationship holds."""
    if not related:
        return (b"null",) if related is None else (b"[]",)
    if isinstance(related, Identifier):
        return (_resource(related, included),)
    pieces: list[bytes | memoryview] = [b"["]
    for identifier in related:
        pieces += (_resource(identifier, included), b",")
    pieces[-1] = b"]"
    return pieces


def _resource(identifier: Identifier, included: Included) -> bytes | memoryview:
    raw = included.get(identifier)
    return msgspec.json.encode(identifier) if raw is None else memoryview(raw)
