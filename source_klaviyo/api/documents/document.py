"""A JSON:API answer, parsed once; its resources stay the bytes that Klaviyo sent."""

from codecs import getincrementaldecoder
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Final, TypeVar
from urllib.parse import urlsplit

import msgspec

from source_klaviyo.api.documents.error_document import ErrorDocument
from source_klaviyo.api.documents.json_parts import MEMBERS, members
from source_klaviyo.api.documents.repair import repaired
from source_klaviyo.api.documents.resource_fields import (
    Fields,
    FieldsReader,
    Identifier,
    identifier,
)
from source_klaviyo.errors import UnreadableAnswer

_Other = dict[str, msgspec.Raw] | str | float | bool | None
"""JSON other than a list."""
_Anything = list[msgspec.Raw] | _Other


class Parts(msgspec.Struct, kw_only=True):
    """The parts of an answer that are decoded. With `errors`, nothing else counts."""

    errors: list[msgspec.Raw] | None = None


class _Links(msgspec.Struct):
    """The links to other pages. Klaviyo's specification requires `self` alone."""

    own: _Anything | msgspec.UnsetType = msgspec.field(default=msgspec.UNSET, name="self")
    next: str | msgspec.UnsetType | None = msgspec.UNSET


class _Collection(Parts):
    data: list[msgspec.Raw]
    included: _Anything = None
    links: _Links | list[msgspec.Raw] | str | float | bool | None = None


class _Item(Parts):
    data: msgspec.Raw
    included: _Anything = None


_PIECE: Final = 4096
_COLLECTIONS: Final = msgspec.json.Decoder(_Collection)
_ITEMS: Final = msgspec.json.Decoder(_Item)

Included = Mapping[Identifier, msgspec.Raw]
_T = TypeVar("_T", bound=Parts)


def second(value: str) -> int:
    """Return the second since 1970 of a datetime in Klaviyo's forms, fractions cut off.

    Klaviyo writes most datetimes as `2026-09-04T13:38:55+00:00`, some with microseconds and a few
    with a space for the `T`; a datetime without an offset is in UTC. Raises ValueError for anything
    else.

    >>> second("2026-09-04 13:38:55.999")
    1788529135
    """
    moment = datetime.fromisoformat(value)
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return int(moment.timestamp() // 1)


def second_or_none(value: str | None) -> int | None:
    """Return the second of a datetime, or None if `value` is no datetime."""
    try:
        return None if value is None else second(value)
    except ValueError:
        return None


@dataclass(slots=True)
class Document:
    """The resources of an answer, and the fields read of each.

    `next` is the address of the following page, None after the last; `links` says whether the
    answer had any links, `repaired` whether the answer was not quite JSON. `included_raw` are the
    included resources, None if the answer had no list for them. `strange` counts entries of `data`
    that are no resources.
    """

    resources: Sequence[msgspec.Raw]
    fields: Fields
    included_raw: Sequence[msgspec.Raw] | None
    next: str | None
    links: bool
    repaired: bool = False
    strange: int = 0
    _included: Included | None = None

    @property
    def included(self) -> Included:
        """The included resources, by type and id."""
        if self._included is None:
            self._included = {
                name: raw for raw in self.included_raw or () if (name := identifier(raw))
            }
        return self._included

    def without(self, relationships: Collection[str]) -> "Document":
        """Return the document without the `data` of these relationships in its resources.

        The relationships were requested for another view. The rest stays as sent, to the digit.
        """
        return replace(self, resources=[_without(raw, relationships) for raw in self.resources])

    @property
    def cursors(self) -> list[int | None]:
        """The cursors in whole seconds, None for a cursor that is no datetime."""
        try:
            return [None if cursor is None else second(cursor) for cursor in self.fields.cursors]
        except ValueError:
            return [second_or_none(cursor) for cursor in self.fields.cursors]


def _without(raw: msgspec.Raw, relationships: Collection[str]) -> msgspec.Raw:
    resource = MEMBERS.decode(raw)
    try:
        held = MEMBERS.decode(resource["relationships"])
        for name in held.keys() & set(relationships):
            told = MEMBERS.decode(held[name])
            told.pop("data", None)
            held[name] = msgspec.Raw(msgspec.json.encode(told))
    except (KeyError, msgspec.ValidationError):
        return raw  # no relationships, or of another type
    resource["relationships"] = msgspec.Raw(msgspec.json.encode(held))
    return msgspec.Raw(msgspec.json.encode(resource))


class DocumentReader:
    """A decoder of answers; `fields` reads the needed fields of each resource.

    >>> body = b'{"data":[{"type":"tag","id":"T1"}],"links":{"self":"/api/tags","next":null}}'
    >>> page = DocumentReader(FieldsReader(None)).read(body)
    >>> page.fields.ids, page.next
    (('T1',), None)
    """

    def __init__(self, fields: FieldsReader) -> None:
        self._fields = fields

    def read(self, body: bytes | bytearray) -> Document:
        """Return the resources of a collection's answer.

        Raises UnreadableAnswer if the body is no JSON:API document, or has errors.
        """
        found, whole = decoded(_COLLECTIONS, body)
        links = found.links if isinstance(found.links, _Links) else _Links()
        told = not (links.own is links.next is msgspec.UNSET)
        following = _address(links.next or None)
        document = self._document(found.data, found.included, following, links=told)
        document.repaired = not whole
        return document

    def changed(self, document: Document, change: Callable[[msgspec.Raw], msgspec.Raw]) -> Document:
        """Return the document with each of its resources changed."""
        resources = [change(raw) for raw in document.resources]
        return replace(document, resources=resources, fields=self._fields.read(resources))

    def read_item(self, body: bytes | bytearray) -> Document:
        """Return the single resource of an item's answer; otherwise like `read`."""
        found, whole = decoded(_ITEMS, body)
        document = self._document([found.data], found.included, None, links=True)
        if document.strange:
            raise UnreadableAnswer("the answer has no resource")
        document.repaired = not whole
        return document

    def _document(
        self,
        resources: list[msgspec.Raw],
        included: _Anything,
        following: str | None,
        *,
        links: bool,
    ) -> Document:
        came = len(resources)
        try:
            fields = self._fields.read(resources)
            if "" in fields.ids:
                resources = [raw for raw in resources if members(raw)]
                fields = self._fields.read(resources)
        except ValueError as unreadable:  # msgspec's decoding errors are ValueErrors
            raise UnreadableAnswer(str(unreadable)) from unreadable
        raws = included if isinstance(included, list) else None
        strange = came - len(resources)
        return Document(resources, fields, raws, following, links, strange=strange)


def _address(told: str | None) -> str | None:
    try:
        urlsplit(told)
    except ValueError as malformed:
        raise UnreadableAnswer(
            f"the link to the next page is no address: {malformed}"
        ) from malformed
    return told


def decoded(decoder: msgspec.json.Decoder[_T], body: bytes | bytearray) -> tuple[_T, bool]:
    """Return the decoded `body`, and whether it was JSON; near-JSON is repaired.

    Raises UnreadableAnswer if the body cannot be repaired, or has errors.
    """
    found, whole = _decoded(decoder, body)
    if found.errors:
        raise UnreadableAnswer(f"the answer has errors: {ErrorDocument(found.errors).detail}")
    return found, whole


def _decoded(decoder: msgspec.json.Decoder[_T], body: bytes | bytearray) -> tuple[_T, bool]:
    try:
        return decoder.decode(_on_one_line(_checked(body))), True
    except msgspec.ValidationError as other:
        raise UnreadableAnswer(str(other)) from other
    except ValueError as almost:  # as msgspec's and Python's decoding errors are
        try:
            return decoder.decode(_on_one_line(repaired(body))), False
        except ValueError as unreadable:
            raise UnreadableAnswer(str(almost)) from unreadable


def _on_one_line(body: bytes | bytearray) -> bytes | bytearray:
    """Return `body` without line breaks: an Airbyte message is a single line."""
    if b"\n" in body or b"\r" in body:
        # JSON strings escape line breaks: raw line breaks are layout.
        return body.replace(b"\n", b" ").replace(b"\r", b" ")
    return body


def _checked(body: bytes | bytearray) -> bytes | bytearray:
    """Return `body`. Raises UnicodeDecodeError if the body is not UTF-8.

    Only pieces that are not plain ASCII are decoded: a single emoji in a page would quadruple it.
    """
    if body.isascii():
        return body
    decoder = getincrementaldecoder("utf-8")()
    for start in range(0, len(body), _PIECE):
        piece = body[start : start + _PIECE]
        if not piece.isascii() or decoder.getstate()[0]:
            decoder.decode(piece)
    decoder.decode(b"", final=True)
    return body
