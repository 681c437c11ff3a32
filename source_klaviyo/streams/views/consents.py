"""Consents of profiles, a flat row for each channel and purpose."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

import msgspec

from source_klaviyo.api.documents.document import Document
from source_klaviyo.api.documents.json_parts import elements, id_text, member, members, text
from source_klaviyo.api.documents.normalize import normalized_datetime
from source_klaviyo.api.partition import Partition
from source_klaviyo.protocol import Extract, Record
from source_klaviyo.streams.views.resources import ResourceView

_MOMENT: Final = {"type": ["null", "string"], "format": "date-time"}
_TEXT: Final = {"type": ["null", "string"]}
_KEY: Final = {"type": "string"}
COLUMNS: Final[Mapping[str, Mapping[str, Any]]] = {
    "profile_id": _KEY,
    "channel": _KEY,
    "purpose": _KEY,
    "list_id": _KEY,
    "consent": _TEXT,
    "state": _TEXT,
    "can_receive": {"type": ["null", "boolean"]},
    "reason": _TEXT,
    "method": _TEXT,
    "consent_timestamp": _MOMENT,
    "suppressed_at": _MOMENT,
}
"""The columns of a row and their JSON schemas, without the profile's `updated`."""
_GLOBAL: Final = ""


class ConsentsView(ResourceView):
    """The consents and suppressions in `subscriptions` of profiles, each a row.

    The row of a channel and purpose has the consent (`SUBSCRIBED`), and as its state the same, or
    `SUPPRESSED` if the profile is suppressed for all lists. A suppression for a single list is a
    row of its own; all others have the empty text for `list_id`, as no part of a key may be null.
    """

    passes_resources = False

    def extract(self, document: Document, partition: Partition) -> Extract:
        """Return the rows of each profile; see View."""
        records: list[Record] = []
        owners: list[int] = []
        ends = self._added(document, self._fields.fixed(partition))
        for number, (profile, end) in enumerate(zip(document.resources, ends, strict=True)):
            subscriptions = member(profile, ("attributes", "subscriptions"))
            for row in _rows(document.fields.ids[number], subscriptions):
                records.append((msgspec.json.encode(row)[:-1], end))
                owners.append(number)
        return Extract(records, rows=owners)


def _rows(profile_id: str, subscriptions: msgspec.Raw | None) -> Iterator[dict[str, Any]]:
    for channel, purposes in members(subscriptions).items():
        for purpose, told in members(purposes).items():
            parts = members(told)
            suppressions = elements(parts.get("suppression"))
            if not suppressions and "consent" not in parts:
                continue
            consent = _row(profile_id, channel, purpose, _GLOBAL)
            consent["consent"] = consent["state"] = text(parts.get("consent"))
            consent["can_receive"] = _can_receive(parts)
            consent["method"] = text(parts.get("method"))
            consent["consent_timestamp"] = _moment(parts.get("consent_timestamp"))
            if suppressions:
                latest: dict[str, Any] = max(map(_suppressed, suppressions), key=_when)
                consent |= latest
            yield consent
            for suppression in elements(parts.get("list_suppressions")):
                if list_id := id_text(member(suppression, ("list_id",))):
                    row = _row(profile_id, channel, purpose, list_id)
                    yield row | _suppressed(suppression)


def _row(profile_id: str, channel: str, purpose: str, list_id: str) -> dict[str, Any]:
    return dict.fromkeys(COLUMNS) | {
        "profile_id": profile_id,
        "channel": channel,
        "purpose": purpose,
        "list_id": list_id,
    }


def _suppressed(suppression: msgspec.Raw) -> dict[str, Any]:
    parts = members(suppression)
    return {
        "state": "SUPPRESSED",
        "reason": text(parts.get("reason")),
        "suppressed_at": _moment(parts.get("timestamp")),
    }


def _when(row: dict[str, Any]) -> str:
    return str(row["suppressed_at"] or "")


def _can_receive(parts: Mapping[str, msgspec.Raw]) -> bool | None:
    """Return the value of `can_receive…`, whose full name depends on channel and purpose."""
    told = (value for name, value in parts.items() if name.startswith("can_receive"))
    value = next(told, None)
    return {b"true": True, b"false": False}.get(bytes(value)) if value is not None else None


def _moment(value: msgspec.Raw | None) -> str | None:
    told = text(value)
    return None if told is None else normalized_datetime(told)
