"""A JSON:API answer, parsed once, its resources kept as the bytes that came."""

from codecs import getincrementaldecoder
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

import msgspec

from source_klaviyo.api.heads import HeadReader, Heads, Held, HeldIds, Id, Identifier
from source_klaviyo.api.mending import Mender, Mends, mended_datetime
from source_klaviyo.errors import UnreadableAnswer
from source_klaviyo.protocol import Page, Scalar

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
    _additions: bytes = field(init=False)
    _owner: bytes = field(init=False)
    _mender: Mender | None = field(init=False)

    def __post_init__(self) -> None:
        self._heads = HeadReader(self.cursor, list(self.joins), list(self.lifts))
        if self.takes:
            self._heads = HeadReader(self.cursor, [self.takes])
        self._taken_heads = HeadReader(None, [], list(self.lifts))
        cursor_key = [self.cursor_key or self.cursor] if self.cursor else []
        owner_key = [self.owner_key] if self.takes else []
        self._owner = _members([*cursor_key, *owner_key])
        joins = [] if self.takes else self.joins.values()
        own_cursor = [] if self.takes else cursor_key
        self._additions = _members([*own_cursor, *joins, *self.lifts.values()]) + b"}"
        self._mender = Mender(self.mends, self.cursor) if self.mends else None

    def read(self, body: bytes | bytearray, marks: Mapping[str, Scalar | None]) -> Page:
        """Return the resources of a collection's answer, each with the members `marks` on top.

        Raises UnreadableAnswer where it is not a JSON:API document in UTF-8.
        """
        try:
            document = _COLLECTIONS.decode(_sound(body))
            return self._page(document.data or [], document.included, marks, document.links.next)
        except ValueError as unreadable:  # msgspec's and Python's decoding errors are such
            raise UnreadableAnswer(str(unreadable)) from unreadable

    def read_item(self, body: bytes | bytearray, marks: Mapping[str, Scalar | None]) -> Page:
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
        marks: Mapping[str, Scalar | None],
        following: str | None,
    ) -> Page:
        first = b"," + msgspec.json.encode(marks)[1:-1] if marks else b""
        by_identifier = {_IDENTIFIERS.decode(raw): raw for raw in included}
        heads = self._heads.read(resources)
        instants: list[int | None] = []
        if self.cursor:
            instants = [None if cursor is None else second(cursor) for cursor in heads.cursors]
        if self.takes:
            return self._taken(heads, instants, first, by_identifier, following)
        sound = self._mender.mend(resources, heads.cursors) if self._mender else resources
        additions = self._added(heads, first, by_identifier)
        records = [
            (memoryview(raw)[:-1], added) for raw, added in zip(sound, additions, strict=True)
        ]
        return Page(records, instants, following)

    def _added(self, heads: Heads, first: bytes, included: Included) -> Iterable[bytes]:
        """Return what is put on top of each resource, `first` before all else."""
        columns = [
            *([_cursors(heads.cursors)] if self.cursor else []),
            *(_joined(column, included) for column in heads.identifiers),
            *(_ids(column) for column in heads.held_ids),
        ]
        template = first.replace(b"%", b"%%") + self._additions
        if not columns:
            return [template % ()] * len(heads.ids)
        return map(template.__mod__, zip(*columns, strict=True))

    def _taken(
        self,
        heads: Heads,
        instants: Sequence[int | None],
        first: bytes,
        included: Included,
        following: str | None,
    ) -> Page:
        """Return what has been included for the resources, as a page of its own."""
        taken: list[msgspec.Raw] = []
        owners: list[int] = []
        for number, related in enumerate(heads.identifiers[0]):
            if related is None:
                # Asked for by `include`, it is a list, if empty. To take it for none loses rows.
                raise UnreadableAnswer(f"{heads.ids[number]} does not tell its {self.takes}")
            for identifier in _many(related):
                taken.append(_resource(identifier, included))
                owners.append(number)
        cursors = _cursors(heads.cursors) if self.cursor else []
        of_owners = [
            first + self._owner % (*cursors[number : number + 1], msgspec.json.encode(owner))
            for number, owner in enumerate(heads.ids)
        ]
        lifted = [_ids(column) for column in self._taken_heads.read(taken).held_ids]
        rows = zip(*lifted, strict=True) if lifted else [()] * len(taken)
        records = [
            (memoryview(raw)[:-1], of_owners[number] + self._additions % row)
            for raw, number, row in zip(taken, owners, rows, strict=True)
        ]
        return Page(records, [instants[number] for number in owners if instants], following)


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


def _members(keys: Iterable[str]) -> bytes:
    """Return the template of members with these keys, their values left open."""
    return b"".join(b',"%b":%%b' % key.encode() for key in keys)


def _cursors(values: Iterable[str | None]) -> list[bytes]:
    return [
        b"null" if value is None else b'"%b"' % mended_datetime(value).encode() for value in values
    ]


def _ids(column: Iterable[HeldIds]) -> list[bytes | msgspec.Raw]:
    return [held.id if isinstance(held, Id) else _listed_ids(held) for held in column]


def _listed_ids(held: list[Id] | None) -> bytes:
    return b"null" if held is None else b"[%b]" % b",".join(each.id for each in held)


def _many(held: list[Identifier] | Identifier) -> list[Identifier]:
    return [held] if isinstance(held, Identifier) else held


def _joined(column: Iterable[Held], included: Included) -> list[bytes | msgspec.Raw]:
    """Return the resources that a relationship holds, of each resource that has it."""
    return [
        _resources(held, included) if held else b"null" if held is None else b"[]"
        for held in column
    ]


def _resources(held: list[Identifier] | Identifier, included: Included) -> bytes | msgspec.Raw:
    if isinstance(held, Identifier):
        return _resource(held, included)
    return b"[%b]" % b",".join([_resource(identifier, included) for identifier in held])


def _resource(identifier: Identifier, included: Included) -> msgspec.Raw:
    return included.get(identifier) or msgspec.Raw(msgspec.json.encode(identifier))
