"""Declared attributes, brought into the form that Klaviyo documents.

Other connectors have seen datetimes with a space for the `T` or without an offset; coordinates are
documented as strings or numbers; a boolean is "True" in an example of Klaviyo's guide. Custom
properties are never touched.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from enum import Enum
from typing import Annotated, Any

import msgspec


class Form(Enum):
    """The documented form of a value."""

    DATETIME = "an RFC 3339 datetime"
    NUMBER = "a number"
    BOOLEAN = "true or false"


Normalization = tuple[tuple[str, Form], ...]
"""Attributes, nested as `a.b`, also through lists, and their documented form."""

_Tree = Mapping[str, "_Tree | Form"]

_DATETIME = re.compile(r"(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d:\d\d(?:\.\d+)?)(Z|[+-]\d\d:\d\d)?")
_NUMBER = re.compile(r"-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?")
_PLAIN: Mapping[Form, Any] = {
    Form.DATETIME: Annotated[
        str, msgspec.Meta(pattern=r"^\d{4}-\d\d-\d\dT[\d:.]+(Z|[+-]\d\d:\d\d)$")
    ],
    Form.NUMBER: float,
    Form.BOOLEAN: bool,
}
"""The types of values in their documented form."""
_ANY: Mapping[Form, Any] = {
    Form.DATETIME: str,
    Form.NUMBER: str | float,
    Form.BOOLEAN: str | bool,
}
"""The types of values in any form."""


def normalized_datetime(text: str) -> str:
    """Return a datetime in the form of RFC 3339, in UTC if it has no offset.

    Any other text is returned unchanged.

    >>> normalized_datetime("2026-09-04 13:38:55")
    '2026-09-04T13:38:55+00:00'
    """
    if text[10:11] == "T" and (text[-1] == "Z" or text[-6] in "+-"):
        return text
    parts = _DATETIME.fullmatch(text)
    return f"{parts[1]}T{parts[2]}{parts[3] or '+00:00'}" if parts else text


def normalized_number(text: str) -> str | None:
    """Return the JSON number in `text`, digit for digit, None for any other text.

    >>> normalized_number(" 59.90 "), normalized_number("12 EUR")
    ('59.90', None)
    """
    return text.strip() if _NUMBER.fullmatch(text.strip()) else None


class Normalizer:
    """Declared attributes of resources, brought into their documented form.

    A resource is decoded to see whether it deviates, and only the declared attributes; a resource
    without a deviation is passed on as sent.

    >>> latitude = Normalizer((("location.latitude", Form.NUMBER),))
    >>> raw = msgspec.Raw(b'{"attributes":{"location":{"latitude":"48.10"}}}')
    >>> bytes(latitude.normalize([raw], [None])[0])
    b'{"attributes":{"location":{"latitude":48.10}}}'
    """

    def __init__(self, declared: Normalization, cursor: str | None = None) -> None:
        # The cursor has been decoded already; most streams declare nothing else.
        self._cursor = (cursor, Form.DATETIME) in declared
        beyond = [(path, form) for path, form in declared if path != cursor]
        self._tree: _Tree = {"attributes": _tree(declared)}
        self._declared = msgspec.json.Decoder(_struct(self._tree, _ANY))
        self._sound: msgspec.json.Decoder[Any] | None = None
        if beyond:
            self._sound = msgspec.json.Decoder(_struct({"attributes": _tree(beyond)}, _PLAIN))

    def normalize(
        self, resources: Sequence[msgspec.Raw], cursors: Iterable[str | None]
    ) -> Sequence[msgspec.Raw]:
        """Return `resources`, whose cursors are known, with declared attributes normalized."""
        off = [False] * len(resources)
        if self._cursor:
            off = [text is not None and normalized_datetime(text) is not text for text in cursors]
        if self._sound is None and not any(off):
            return resources
        return [
            self._normalized(raw) if known or self._deviates(raw) else raw
            for raw, known in zip(resources, off, strict=True)
        ]

    def _normalized(self, resource: msgspec.Raw) -> msgspec.Raw:
        return msgspec.Raw(self._replaced(bytes(resource)) or _normalized(resource, self._tree))

    def _deviates(self, resource: msgspec.Raw) -> bool:
        """Whether `resource` deviates anywhere but in the cursor."""
        if self._sound is None:
            return False
        try:
            self._sound.decode(resource)
        except msgspec.ValidationError:
            return True
        return False

    def _replaced(self, resource: bytes) -> bytes | None:
        """Return `resource` with the deviating values replaced in place.

        None if such a value also stands elsewhere in the resource, so that only a full decode can
        tell the places apart, or if an attribute has another shape than documented.
        """
        try:
            declared = self._declared.decode(resource)
        except msgspec.ValidationError:
            return None
        if b"\\u00" in resource or b"\\/" in resource:
            return None  # the same value may be escaped in another way
        deviating = Counter(_deviating(declared, self._tree))
        for (text, form), times in deviating.items():
            value = msgspec.json.encode(text)
            if resource.count(value) != times:
                return None
            resource = resource.replace(value, _FORMS[form](msgspec.Raw(value)))
        return resource


def _deviating(declared: Any, tree: _Tree) -> Iterator[tuple[str, Form]]:  # noqa: ANN401
    """Yield the texts in a decoded resource that need another form, each with the form."""
    for name, below in zip(declared.__struct_fields__, tree.values(), strict=True):
        value = getattr(declared, name)
        if isinstance(below, Form):
            if isinstance(value, str) and _is_off(value, below):
                yield value, below
        elif value is not None:
            for each in value if isinstance(value, list) else (value,):
                yield from _deviating(each, below)


def _is_off(text: str, form: Form) -> bool:
    return form is not Form.DATETIME or normalized_datetime(text) is not text


def _tree(declared: Iterable[tuple[str, Form]]) -> _Tree:
    tree: dict[str, Any] = {}
    for path, form in declared:
        *above, last = path.split(".")
        node = tree
        for step in above:
            node = node.setdefault(step, {})
        node[last] = form
    return tree


def _struct(tree: _Tree, values: Mapping[Form, Any]) -> type[msgspec.Struct]:
    """Return the type of an object whose declared members have the types `values`."""
    keys = {f"m{number}": name for number, name in enumerate(tree)}
    fields = [(key, _type(tree[name], values), None) for key, name in keys.items()]
    return msgspec.defstruct("Declared", fields, rename=keys, gc=False)


def _type(below: "_Tree | Form", values: Mapping[Form, Any]) -> Any:  # noqa: ANN401  made at run time
    if isinstance(below, Form):
        return values[below] | None
    struct = _struct(below, values)
    return struct | list[struct] | None  # type: ignore[valid-type]


def _normalized(value: msgspec.Raw, below: "_Tree | Form") -> bytes:
    """Return `value` normalized; all members except the declared keep their bytes."""
    if isinstance(below, Form):
        return _FORMS[below](value)
    try:
        if bytes(value).startswith(b"["):
            parts = msgspec.json.decode(value, type=list[msgspec.Raw])
            return msgspec.json.encode([msgspec.Raw(_normalized(part, below)) for part in parts])
        members = msgspec.json.decode(value, type=dict[str, msgspec.Raw])
    except msgspec.ValidationError:
        return bytes(value)  # null, or of another shape than documented
    for name in below.keys() & members.keys():
        members[name] = msgspec.Raw(_normalized(members[name], below[name]))
    return msgspec.json.encode(members)


def _text(value: msgspec.Raw) -> str | None:
    return msgspec.json.decode(value) if bytes(value).startswith(b'"') else None


def _as_datetime(value: msgspec.Raw) -> bytes:
    text = _text(value)
    return bytes(value) if text is None else msgspec.json.encode(normalized_datetime(text))


def _as_number(value: msgspec.Raw) -> bytes:
    text = _text(value)
    return bytes(value) if text is None else (normalized_number(text) or "null").encode()


def _as_boolean(value: msgspec.Raw) -> bytes:
    text = _text(value)
    if text is None:
        return bytes(value)
    return text.lower().encode() if text.lower() in {"true", "false"} else b"null"


_FORMS: Mapping[Form, Callable[[msgspec.Raw], bytes]] = {
    Form.DATETIME: _as_datetime,
    Form.NUMBER: _as_number,
    Form.BOOLEAN: _as_boolean,
}
