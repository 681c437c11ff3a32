"""The form of a resource: its attributes, and its relationships with data."""

import functools
from collections.abc import Mapping

import orjson

from klaviyo_sandbox.api.fieldset import Tree, keep
from klaviyo_sandbox.spec import Relation, wire_type
from klaviyo_sandbox.store.json_text import dump, load_exact, load_object
from klaviyo_sandbox.store.row import EventRow, Links, Reference, Row, each
from klaviyo_sandbox.store.world import World

BASE = "https://a.klaviyo.com/api"
"""Resources link to the real host: a shop's records must not depend on the port they were read
from."""
WITH_DATA = frozenset(
    {
        ("campaign", "campaign-messages"),
        ("campaign-message", "campaign"),
        ("campaign-message", "image"),
        ("campaign-message", "template"),
        ("coupon-code", "coupon"),
        ("event", "metric"),
        ("event", "profile"),
        ("flow-action", "flow"),
        ("flow-message", "flow-action"),
        ("flow-message", "template"),
    }
)
"""Relationships that carry `data` unasked; all others only when included. Seen in recordings."""
DATA_ONLY = frozenset({"attribution"})
"""Types that are nothing but relationships: all have `data`; empty ones are left out."""

ABSENT = frozenset(
    {("event", "attributions"), ("mapped-metric", "metric"), ("mapped-metric", "custom-metric")}
)
"""Relationships that are not there at all where nothing is related, though included. Recorded."""
COUNTED = "profile_count"
"""The one attribute that is counted when asked for."""
_ID = b"\x00"
_DATA = b"\x01"


class Shape:
    """Writes resources of one type, all in the same way."""

    def __init__(
        self,
        resource_type: str,
        collection: str,
        relations: Mapping[str, Relation],
        tree: Tree | None = None,
        additional: frozenset[str] = frozenset(),
        included: frozenset[str] = frozenset(),
    ) -> None:
        """`tree`: attributes to keep (None: all), without relationships then (recorded).

        `included`: relationships in the request's `include`.
        """
        self.key = repr((tree, sorted(additional), sorted(included)))
        """Tells this shape from the type's others."""
        self._tree = tree
        self._additional = sorted(additional)
        self._data_only = resource_type in DATA_ONLY
        self._head = b'{"type":' + dump(wire_type(resource_type)) + b',"id":"'
        base = f"{BASE}/{collection}/".encode()
        self._with_data: list[tuple[str, Relation]] = []
        self._sometimes = [name for name in relations if (resource_type, name) in ABSENT]
        self._parts: dict[str, bytes] = {}
        for name, relation in relations.items() if tree is None else ():
            shown = b""
            if (resource_type, name) in WITH_DATA or name in included:
                self._with_data.append((name, relation))
                shown = b'"data":' + _DATA + b","
            wire, here = name.encode(), base + _ID
            links = b'"self":"%b/relationships/%b/","related":"%b/%b/"' % (here, wire, here, wire)
            self._parts[name] = b'"%b":{%b"links":{%b}}' % (wire, shown, links)
        self._links = b'"links":{"self":"' + base + _ID + b'/"}}'
        self._tails: dict[tuple[str, ...], bytes] = {}

    def write(self, row: Row, world: World) -> bytes:
        """Return the resource as JSON text."""
        if not isinstance(row, EventRow):
            return self._write(row, world)
        if row.shape != self.key:
            row.shape = self.key
            row.text = self._write(row, world)
        return row.text

    def _write(self, row: Row, world: World) -> bytes:
        if self._data_only:
            return self._write_data_only(row)
        row_id = _quoted(row.id)
        attributes = self._attributes(row, world)
        shown = b'","attributes":' + attributes + b"," if attributes else b'",'
        missing = tuple(name for name in self._sometimes if not world.related(row, name))
        linkages = tuple(
            _linkage(world.related(row, name), many=relation.many)
            for name, relation in self._with_data
            if name not in missing
        )
        return self._head + row_id + shown + (self._tail(missing) % linkages).replace(_ID, row_id)

    def _tail(self, missing: tuple[str, ...]) -> bytes:
        """Return what follows the attributes, as a template, without the `missing` relations."""
        if missing not in self._tails:
            parts = [part for name, part in self._parts.items() if name not in missing]
            known = b'"relationships":{' + b",".join(parts) + b"}," if parts else b""
            tail = (known + self._links).replace(b"%", b"%%").replace(_DATA, b"%b")
            self._tails[missing] = tail
        return self._tails[missing]

    def _attributes(self, row: Row, world: World) -> bytes:
        text = row.attributes
        extra = {name: row.optional[name] for name in self._additional if name in row.optional}
        if COUNTED in extra:
            extra[COUNTED] = b"%d" % len(world.group(Reference(row.type, row.id)).joined)
        if self._tree is None:
            if not extra:
                return text
            more = b",".join(b'"%b":%b' % (name.encode(), value) for name, value in extra.items())
            return text[:-1] + b"," + more + b"}"
        whole = load_object(text) | {name: load_exact(value) for name, value in extra.items()}
        unlisted: Tree = {name: {} for name in extra if name not in self._tree}
        return dump(keep(whole, self._tree | unlisted))

    def _write_data_only(self, row: Row) -> bytes:
        relationships = {
            name: {"data": {"type": link.type, "id": link.id}}
            for name, link in row.relations.items()
            if isinstance(link, Reference)
        }
        links = {"self": f"{BASE}/{row.type}s/{row.id}/"}
        return orjson.dumps(
            {"type": row.type, "id": row.id, "relationships": relationships, "links": links}
        )


@functools.lru_cache(maxsize=2**18)
def identifier(reference: Reference) -> bytes:
    """Return a resource identifier, `{"type","id"}`."""
    return b'{"type":"%b","id":"%b"}' % (wire_type(reference.type).encode(), _quoted(reference.id))


def _linkage(links: Links, *, many: bool) -> bytes:
    references = each(links)
    if many:
        return b"[" + b",".join(identifier(reference) for reference in references) + b"]"
    return identifier(references[0]) if references else b"null"


def _quoted(row_id: str) -> bytes:
    return dump(row_id)[1:-1]
