"""Rows out of the answers of reports: a row for each group and day, or each group and period.

Numbers are passed on as sent, so that they keep their digits.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final
from urllib.parse import parse_qs, urlsplit

import msgspec

from source_klaviyo.api.documents.document import Parts, decoded
from source_klaviyo.api.documents.json_parts import elements, members
from source_klaviyo.errors import UnreadableAnswer
from source_klaviyo.protocol import Window
from source_klaviyo.reports.days import Timezone, day_of

_CURSORS: Final = ("page_cursor", "page[cursor]")
_NULL: Final = msgspec.Raw(b"null")
_PARTS: Final = ("groupings", "statistics")

Values = Sequence[msgspec.Raw]


@dataclass(frozen=True, slots=True)
class Group:
    """The rows of a group: its name as JSON members, and a column for each statistic.

    A column has a value for each day of the answer; a shorter column has null for the other days.
    """

    named: Sequence[msgspec.Raw]
    columns: Sequence[Values]

    def row(self, number: int) -> Iterator[msgspec.Raw]:
        """Yield the statistics of a day by its number."""
        for column in self.columns:
            yield column[number] if number < len(column) else _NULL


@dataclass(frozen=True, slots=True)
class Answer:
    """A decoded answer: its days, its groups, and the cursor of the next page."""

    days: Sequence[int]
    groups: Iterator[Group]
    next: str | None


class _Links(msgspec.Struct):
    next: str | None = None


class _Attributes(msgspec.Struct):
    results: list[msgspec.Raw] = []
    date_times: list[str] = []
    dates: list[str] = []
    data: list[msgspec.Raw] = []


class _Data(msgspec.Struct):
    attributes: _Attributes
    links: _Links | None = None


class _Document(Parts):
    data: _Data
    links: _Links | None = None


_DOCUMENTS: Final = msgspec.json.Decoder(_Document)


@dataclass(frozen=True, slots=True)
class Wanted:
    """The groupings, statistics, days and timezone of a request for a report."""

    groupings: Sequence[str]
    statistics: Sequence[str]
    window: Window
    timezone: Timezone


def series(body: bytes | bytearray, wanted: Wanted) -> Answer:
    """Return the answer of a series report: a value for each day."""
    document = _document(body)
    attributes = document.data.attributes

    def groups() -> Iterator[Group]:
        for group in _objects(attributes.results):
            groupings, statistics = (members(group.get(key)) for key in _PARTS)
            yield Group(
                [groupings.get(name, _NULL) for name in wanted.groupings],
                [elements(statistics.get(name)) for name in wanted.statistics],
            )

    return Answer(_days(attributes.date_times, wanted.timezone), groups(), _next(document))


def values(body: bytes | bytearray, wanted: Wanted) -> Answer:
    """Return the answer of a values report: a value for the whole window, put on its first day."""
    document = _document(body)

    def groups() -> Iterator[Group]:
        for group in _objects(document.data.attributes.results):
            groupings, statistics = (members(group.get(key)) for key in _PARTS)
            yield Group(
                [groupings.get(name, _NULL) for name in wanted.groupings],
                [[statistics.get(name, _NULL)] for name in wanted.statistics],
            )

    return Answer([wanted.window.lo], groups(), _next(document))


def aggregates(body: bytes | bytearray, wanted: Wanted) -> Answer:
    """Return the answer of metric aggregates: a value for each day."""
    document = _document(body)
    attributes = document.data.attributes

    def groups() -> Iterator[Group]:
        for group in _objects(attributes.data):
            dimensions = elements(group.get("dimensions"))
            measurements = members(group.get("measurements"))
            if len(dimensions) < len(wanted.groupings):
                raise UnreadableAnswer("a group lacks dimensions")
            yield Group(
                dimensions[: len(wanted.groupings)],
                [elements(measurements.get(name)) for name in wanted.statistics],
            )

    return Answer(_days(attributes.dates, wanted.timezone), groups(), _next(document))


def _objects(groups: Sequence[msgspec.Raw]) -> Iterator[Mapping[str, msgspec.Raw]]:
    """Yield the members of each group; entries of another type are left out."""
    return filter(None, map(members, groups))


def next_cursor(body: bytes | bytearray) -> str | None:
    """Return the cursor of the page after an answer. Raises UnreadableAnswer."""
    return _next(_document(body))


def _document(body: bytes | bytearray) -> _Document:
    document, _ = decoded(_DOCUMENTS, body)
    return document


def _next(document: _Document) -> str | None:
    places = (document.links, document.data.links)
    address = next((each.next for each in places if each and each.next), None)
    if address is None:
        return None
    parameters = parse_qs(urlsplit(address).query)
    found = next((parameters[name][0] for name in _CURSORS if name in parameters), None)
    if found is None:
        raise UnreadableAnswer("the link to the next page has no page cursor")
    return found


def _days(texts: Sequence[str], timezone: Timezone) -> list[int]:
    try:
        return [_day(text, timezone) for text in texts]
    except (ValueError, OverflowError) as strange:  # OverflowError: a day after the year 9999
        raise UnreadableAnswer(f"a day is not a datetime: {strange}") from strange


def _day(text: str, timezone: Timezone) -> int:
    """Return the day of a datetime.

    Klaviyo does not document whether the datetime is the account's midnight labelled as UTC, or the
    moment of the account's midnight: a midnight is taken for a date, any other time for a moment.
    """
    moment = datetime.fromisoformat(text)
    if moment.time() == datetime.min.time():
        return day_of(text[:10])
    return timezone.day_at((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp())
