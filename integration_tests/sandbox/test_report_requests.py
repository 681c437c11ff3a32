"""The requests that reports answer, and those that they refuse."""

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest

from integration_tests.sandbox.reader import Answer, Reader
from klaviyo_sandbox import Sandbox, Settings
from klaviyo_sandbox.spec import NEWEST

from .conftest import reader_of
from .report_tools import NOW, REPORTS, TODAY, asking, between, last, pages, results

DAY = timedelta(days=1)
PAGED = sorted(name for name, report in REPORTS.items() if report.page_cursor)
SIZE = 4
Ask = Callable[..., Answer]


@pytest.fixture
def flows(reporter: Reader, reporting: Sandbox) -> Ask:
    """Ask for the series of flows, some attributes changed."""
    return lambda **changes: reporter.report(
        "flow-series", **asking("flow-series", reporting, **changes)
    )


def refused(answer: Answer, attribute: str, word: str = "") -> None:
    assert answer.status == 400, answer.text
    assert answer.error["code"] == "invalid"
    assert answer.error["source"]["pointer"] == f"/data/attributes/{attribute}"
    assert word in answer.error["detail"]


@pytest.mark.parametrize("name", sorted(REPORTS))
def test_every_report_answers_what_it_was_asked(
    name: str, reporter: Reader, reporting: Sandbox
) -> None:
    report = REPORTS[name]
    asked = asking(name, reporting)
    answer = reporter.report(name, **asked)
    data = answer.document["data"]
    assert data["type"] == report.type
    assert set(data["attributes"]) == set(report.attributes)
    assert (answer.links.keys() == {"self"}) != bool(report.page_cursor)
    newest = Reader(reporting.url, f"Klaviyo-API-Key {reporting.key}", NEWEST)
    assert newest.report(name, **asked).document["data"]["attributes"] == data["attributes"]
    for attribute in report.required:
        less = {key: value for key, value in asked.items() if key != attribute}
        refused(reporter.report(name, **less), attribute, attribute)


@pytest.mark.parametrize("name", sorted(REPORTS))
def test_every_report_wants_its_scope(name: str, own_reporting: Sandbox) -> None:
    (scope,) = REPORTS[name].scopes
    own_reporting.access.add_key("pk_one", [scope])
    own_reporting.access.add_key("pk_other", ["accounts:read"])
    asked = asking(name, own_reporting)
    one, other = (
        Reader(own_reporting.url, f"Klaviyo-API-Key pk_{key}").report(name, **asked)
        for key in ("one", "other")
    )
    assert (one.status, other.status) == (200, 403)
    assert scope in other.error["detail"]


def test_documents_that_are_none(reporter: Reader, reporting: Sandbox) -> None:
    path = "/api/form-values-reports"
    attributes = asking("form-values", reporting)
    right = {"data": {"type": "form-values-report", "attributes": attributes}}
    wrong = {"data": {"type": "form-values", "attributes": attributes}}
    assert reporter.post(path, right).status == 200
    assert reporter.post(path, right, {"Content-Type": "text/plain"}).status == 415
    assert reporter.post(f"{path}?page_cursor=x", right).status == 400
    assert reporter.post(path, b"{").status == 400
    assert reporter.post(path, b"[]").error["source"] == {"pointer": "/data"}
    assert reporter.post(path, wrong).error["source"] == {"pointer": "/data/type"}
    assert reporter.get(path).headers["Allow"] == "POST"
    assert reporter.post("/api/forms", right).status == 405


def test_unknown_names_and_groups(flows: Ask, reporter: Reader, reporting: Sandbox) -> None:
    refused(flows(statistics=["opens", "applause"]), "statistics", "applause")
    refused(flows(statistics="opens"), "statistics", "list")
    refused(flows(interval="day"), "interval", "day")
    refused(flows(colour="red"), "colour", "colour")
    refused(flows(filter='equals(flow_id,"x")'), "filter", "sandbox")
    refused(flows(conversion_metric_id="nobody"), "conversion_metric_id", "nobody")
    refused(flows(group_by=["flow_id"]), "group_by", "flow_message_id")
    refused(flows(group_by=["flow_id", "flow_message_id", "form_id"]), "group_by", "form_id")
    refused(flows(group_by=["flow_id", "flow_message_id", "tag_id"]), "group_by", "sandbox")
    asked = asking("form-values", reporting, group_by=["form_version_id"])
    refused(reporter.report("form-values", **asked), "group_by", "form_id")


@pytest.mark.parametrize(
    ("name", "first", "end", "status"),
    [
        ("form-series", TODAY - 59 * DAY, TODAY, 200),
        ("form-series", TODAY - 60 * DAY, TODAY, 400),
        ("form-values", "2024-01-01", "2024-12-31", 200),
        ("form-values", "2023-03-01", "2024-02-29", 200),
        ("form-values", "2023-03-01", "2024-03-01", 400),
        ("form-values", "2026-11-02", "2026-11-01", 400),
        ("segment-values", "2023-05-31", "2023-06-20", 400),
        ("segment-series", "2023-06-01", "2023-06-20", 200),
    ],
)
def test_how_long_timeframes_may_be(
    name: str, first: str, end: str, status: int, reporter: Reader, reporting: Sandbox
) -> None:
    asked = asking(name, reporting, timeframe=between(first, end))
    assert reporter.report(name, **asked).status == status


@pytest.mark.parametrize("frame", [{"key": "last_7_days"}, {"start": "2026-11-01"}, "today"])
def test_timeframes_that_are_none(frame: object, flows: Ask) -> None:
    refused(flows(timeframe=frame), "timeframe")


def test_timeframes_are_whole_days_and_offsets_are_ignored(flows: Ask) -> None:
    plain = flows(timeframe=between("2026-10-24", "2026-10-26"))
    dates = plain.document["data"]["attributes"]["date_times"]
    assert dates == [f"2026-10-{day}T00:00:00+00:00" for day in (24, 25, 26)]
    for offset in ("", "Z", "-11:00", "+14:00"):
        frame = {"start": f"2026-10-24T00:00:00{offset}", "end": f"2026-10-26T00:00:00{offset}"}
        assert results(flows(timeframe=frame)) == results(plain)


@pytest.fixture(scope="module")
def paged() -> Iterator[Sandbox]:
    settings = Settings(events=50, profiles=100, now=NOW, limits=False, report_page_size=SIZE)
    with Sandbox.start(settings) as sandbox:
        yield sandbox


@pytest.mark.parametrize("name", PAGED)
def test_pages_hold_every_row_once(name: str, paged: Sandbox) -> None:
    asked = asking(name, paged, timeframe=last(60), statistics=["recipients"])
    found = [results(page) for page in pages(reader_of(paged), name, asked)]
    assert {len(rows) for rows in found[:-1]} == {SIZE}
    keys = [str(row["groupings"]) for rows in found for row in rows]
    assert len(set(keys)) == len(keys) > SIZE
    metric = str(asked["conversion_metric_id"])
    start, yesterday = str(TODAY - 60 * DAY), str(TODAY - DAY)
    truth = paged.reports.rows(name, start, yesterday, conversion_metric_id=metric)
    assert set(keys) == {str(row.groupings) for row in truth}


def test_a_cursor_is_good_for_its_question_only(paged: Sandbox) -> None:
    reader = reader_of(paged)
    attributes = asking("flow-values", paged)
    following = str(next(pages(reader, "flow-values", attributes)).links["next"])
    for cursor, sent, status in (
        (following, attributes, 200),
        (following, attributes | {"statistics": ["opens"]}, 400),
        ("/api/flow-values-reports?page_cursor=bm9uZQ", attributes, 400),
    ):
        document = {"data": {"type": "flow-values-report", "attributes": sent}}
        assert reader.post(cursor, document).status == status
