"""Pages of campaign and flow reports."""

from collections.abc import Iterator

import pytest

from integration_tests.sandbox.reader import Reader
from klaviyo_sandbox import Sandbox, Settings

from .conftest import reader_of
from .report_tools import NOW, REPORTS, asking, last, pages, results

PAGED = sorted(name for name, report in REPORTS.items() if report.page_cursor)
WHOLE = sorted(REPORTS.keys() - PAGED)
SIZE = 4


@pytest.fixture(scope="module")
def paged() -> Iterator[Sandbox]:
    settings = Settings(events=50, profiles=100, now=NOW, limits=False, report_page_size=SIZE)
    with Sandbox.start(settings) as sandbox:
        yield sandbox


@pytest.fixture
def reader(paged: Sandbox) -> Reader:
    return reader_of(paged)


def asked(name: str, sandbox: Sandbox) -> dict[str, object]:
    days = 60 if REPORTS[name].intervals else 300
    return asking(name, sandbox, timeframe=last(days), statistics=["recipients"])


@pytest.mark.parametrize("name", PAGED)
def test_pages_hold_every_row_once(name: str, reader: Reader, paged: Sandbox) -> None:
    found = [results(page) for page in pages(reader, name, asked(name, paged))]
    assert len(found) > 3
    assert {len(rows) for rows in found[:-1]} == {SIZE}
    assert 1 <= len(found[-1]) <= SIZE
    everything = [row for rows in found for row in rows]
    keys = [str(row["groupings"]) for row in everything]
    assert len(set(keys)) == len(keys)
    by_truth = paged.reports.rows(
        name,
        str(last(60 if REPORTS[name].intervals else 300)["start"])[:10],
        "2026-11-23",
        conversion_metric_id=str(asked(name, paged)["conversion_metric_id"]),
    )
    assert set(keys) == {str(row.groupings) for row in by_truth}


@pytest.mark.parametrize("name", WHOLE)
def test_forms_and_segments_have_one_page(name: str, reader: Reader, paged: Sandbox) -> None:
    answer = reader.report(name, **asking(name, paged, timeframe=last(60)))
    assert len(results(answer)) > SIZE
    assert answer.links.keys() == {"self"}


def test_a_cursor_is_good_for_its_question_only(reader: Reader, paged: Sandbox) -> None:
    attributes = asked("flow-values", paged)
    first = next(pages(reader, "flow-values", attributes))
    following = str(first.links["next"])
    assert "page_cursor=" in following
    other = attributes | {"statistics": ["opens"]}
    for cursor, sent, status in (
        (following, attributes, 200),
        (following, other, 400),
        ("/api/flow-values-reports?page_cursor=bm9uZQ", attributes, 400),
    ):
        document = {"data": {"type": "flow-values-report", "attributes": sent}}
        assert reader.post(cursor, document).status == status


def test_rows_may_change_while_pages_are_read(reader: Reader, paged: Sandbox) -> None:
    attributes = asked("flow-values", paged)
    walk = pages(reader, "flow-values", attributes)
    first = results(next(walk))
    gone = first[0]["groupings"]["flow_id"]
    paged.delete("flow", [gone])
    rest = [str(row["groupings"]) for page in walk for row in results(page)]
    now = [
        str(row["groupings"])
        for page in pages(reader, "flow-values", attributes)
        for row in results(page)
    ]
    assert set(now) - {str(row["groupings"]) for row in first} == set(rest)
