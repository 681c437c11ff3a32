"""Join keys of events: the metric's name, the value, and the message that the event is due to.

Klaviyo credits an event to a campaign or a flow by an attribution, sometimes days later. Events of
messages themselves (received, opened, clicked) name theirs in their own properties:

- `$flow` is the flow, and `$message` the flow's message then. `Campaign Name` is no sign of a
  campaign beside `$flow`: recorded events of flows have both.
- Where `Campaign Name` is set without `$flow`, `$message` is the campaign (Estuary's connector,
  github.com/estuary/connectors/pull/3219). Events of deleted campaigns have no `$message`.
- `$variation` is the variation of an A/B test.

Klaviyo's create-event call names the value of an event and its currency; recorded events have them
as `$value` and `$value_currency`.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

import msgspec

from source_klaviyo.api.documents.document import Document
from source_klaviyo.api.documents.json_parts import text
from source_klaviyo.api.documents.normalize import normalized_number
from source_klaviyo.api.documents.resource_fields import NULL, FieldsReader, Id, Member
from source_klaviyo.streams.records.derived import Column

_TYPES: Final = {
    "metric_name": "string",
    "value": "number",
    "currency": "string",
    "campaign_id": "string",
    "flow_id": "string",
    "message_id": "string",
    "variation_id": "string",
}
_METRICS: Final = FieldsReader("name")
_CREDITED: Final = FieldsReader(
    None,
    ids=("campaign", "flow", "campaign-message", "flow-message", "flow-message-variation"),
)

_NULL: Final = b"null"
_NAMED: Final = b',"metric_name":%b'
_VALUED: Final = b',"value":%b,"currency":%b'
_SENT: Final = b',"campaign_id":%b,"flow_id":%b,"message_id":%b,"variation_id":%b'
# Most events have no value, and many no message: the members for both are made once.
_NAMELESS: Final = _NAMED % _NULL
_WITHOUT_VALUE: Final = _VALUED % (_NULL, _NULL)
_NOT_SENT: Final = _SENT % (_NULL, _NULL, _NULL, _NULL)
_encode: Final = msgspec.json.Encoder().encode


class EventKeys:
    """The join keys of events. A key that is missing, or of an undocumented type, is null."""

    types: Mapping[str, str] = _TYPES
    members: Sequence[Member] = (
        ("event_properties", "$value"),
        ("event_properties", "$value_currency"),
        ("event_properties", "$flow"),
        ("event_properties", "$message"),
        ("event_properties", "Campaign Name"),
        ("event_properties", "$variation"),
    )

    def columns(self, document: Document) -> Sequence[Column]:
        """Return the keys of a page's events; see Derived."""
        values, currencies, *told = (document.fields.members[each] for each in self.members)
        valued = [
            _WITHOUT_VALUE if value is currency is NULL else _valued(value, currency)
            for value, currency in zip(values, currencies, strict=True)
        ]
        sent = [
            _NOT_SENT if flow is message is test is NULL else _own(flow, message, campaign, test)
            for flow, message, campaign, test in zip(*told, strict=True)
        ]
        for row, credited in _credited(document):
            sent[row] = credited
        return [_metric_names(document), valued, sent]


def _metric_names(document: Document) -> Column:
    """Return the names of the included metrics; a metric without a name has null."""
    metrics = _METRICS.read(
        [raw for each, raw in document.included.items() if each.type == "metric"]
    )
    named = zip(metrics.ids, metrics.cursors, strict=True)
    names = {metric: _NAMED % _encode(name or None) for metric, name in named}
    return [
        names.get(held.id, _NAMELESS) if isinstance(held, Id) else _NAMELESS
        for held in document.fields.held_ids["metric"]
    ]


def _valued(value: msgspec.Raw, currency: msgspec.Raw) -> bytes:
    return _VALUED % (_number(value), _text(currency))


def _own(
    flow: msgspec.Raw, message: msgspec.Raw, campaign: msgspec.Raw, variation: msgspec.Raw
) -> bytes:
    """Return the keys of an event's message, from the event's own properties."""
    of_flow, sent, tested = _text(flow), _text(message), _text(variation)
    if of_flow is not _NULL:
        return _SENT % (_NULL, of_flow, sent, tested)
    return _SENT % (_NULL if _text(campaign) is _NULL else sent, _NULL, _NULL, tested)


def _credited(document: Document) -> Iterator[tuple[int, bytes]]:
    """Yield the rows that are credited to a message, each with the message's keys.

    An event has at most a single attribution (observed in a live account); of several, the first
    counts.
    """
    rows, raws = [], []
    for row, held in enumerate(document.fields.identifiers.get("attributions", ())):
        if isinstance(held, list) and held and (raw := document.included.get(held[0])):
            rows.append(row)
            raws.append(raw)
    found = _CREDITED.read(raws).held_ids.values()
    for row, ids in zip(rows, zip(*found, strict=True), strict=True):
        campaign, flow, of_campaign, of_flow, variation = (
            _encode(each.id) if isinstance(each, Id) else _NULL for each in ids
        )
        if campaign is not _NULL or flow is not _NULL:
            message = of_campaign if of_flow is _NULL else of_flow
            yield row, _SENT % (campaign, flow, message, variation)


def _text(value: msgspec.Raw) -> bytes:
    """Return a text that is not empty, null for anything else."""
    if value is NULL:
        return _NULL
    written = bytes(value)
    return written if written.startswith(b'"') and written != b'""' else _NULL


def _number(value: msgspec.Raw) -> bytes:
    """Return a number digit for digit, also a number that a shop sent as a text; else null."""
    if value is NULL:
        return _NULL
    written = bytes(value)
    if written[0] in b"-0123456789":
        return written
    number = normalized_number(text(value) or "")
    return _NULL if number is None else number.encode()
