"""What the reports take, and how they refuse everything else."""

from collections.abc import Callable

import pytest

from integration_tests.sandbox.reader import Answer, Reader
from klaviyo_sandbox import Sandbox
from klaviyo_sandbox.spec import NEWEST

from .report_tools import REPORTS, asking, between, metric_id, results

Ask = Callable[..., Answer]


@pytest.fixture
def flows(reporter: Reader, reporting: Sandbox) -> Ask:
    """Ask for the series of flows, some attributes changed."""
    return lambda **changes: reporter.report(
        "flow-series", **asking("flow-series", reporting, **changes)
    )


def refused(answer: Answer, attribute: str, *words: str) -> None:
    assert answer.status == 400, answer.text
    assert answer.error["code"] == "invalid"
    assert answer.error["source"]["pointer"] == f"/data/attributes/{attribute}"
    for word in words:
        assert word in answer.error["detail"]


@pytest.mark.parametrize("name", sorted(REPORTS))
def test_every_report_answers(name: str, reporter: Reader, reporting: Sandbox) -> None:
    answer = reporter.report(name, **asking(name, reporting))
    assert answer.status == 200
    data = answer.document["data"]
    assert data["type"] == f"{name}-report"
    assert set(data["attributes"]) == set(REPORTS[name].attributes)
    assert answer.headers["X-Klaviyo-API-Revision"] == "2026-07-15"
    again = reporter.report(name, **asking(name, reporting)).document["data"]
    assert again["id"] != data["id"]
    assert again["attributes"] == data["attributes"]


@pytest.mark.parametrize("name", sorted(REPORTS))
def test_what_is_required(name: str, reporter: Reader, reporting: Sandbox) -> None:
    for attribute in REPORTS[name].required:
        asked = asking(name, reporting)
        del asked[attribute]
        refused(reporter.report(name, **asked), attribute, attribute)


def test_documents_that_are_none(reporter: Reader, reporting: Sandbox) -> None:
    path = "/api/form-values-reports"
    attributes = asking("form-values", reporting)
    assert reporter.post(path, b"{").status == 400
    assert reporter.post(path, b"[]").error["source"] == {"pointer": "/data"}
    wrong = {"data": {"type": "form-values", "attributes": attributes}}
    assert reporter.post(path, wrong).error["source"] == {"pointer": "/data/type"}
    right = {"data": {"type": "form-values-report", "attributes": attributes}}
    assert reporter.post(path, right).status == 200
    assert reporter.post(path, right, {"Content-Type": "text/plain"}).status == 415
    assert reporter.get(path).status == 405
    assert reporter.get(path).headers["Allow"] == "POST"
    assert reporter.post("/api/forms", right).status == 405


def test_unknown_names(flows: Ask) -> None:
    refused(flows(statistics=["opens", "applause"]), "statistics", "applause")
    refused(flows(statistics="opens"), "statistics", "list")
    refused(flows(interval="day"), "interval", "day")
    refused(flows(colour="red"), "colour", "colour")
    refused(flows(filter='equals(flow_id,"x")'), "filter", "sandbox")
    refused(flows(conversion_metric_id="nobody"), "conversion_metric_id", "nobody")


def test_a_segment_report_takes_no_groups_and_no_metric(
    reporter: Reader, reporting: Sandbox
) -> None:
    for attribute in ("group_by", "conversion_metric_id", "interval"):
        asked = asking("segment-values", reporting, **{attribute: "x"})
        refused(reporter.report("segment-values", **asked), attribute)


def test_groups(flows: Ask, reporter: Reader, reporting: Sandbox) -> None:
    refused(flows(group_by=["flow_id"]), "group_by", "flow_message_id")
    refused(flows(group_by=["flow_id", "flow_message_id", "form_id"]), "group_by", "form_id")
    for name in ("form-values", "form-series"):
        asked = asking(name, reporting, group_by=["form_version_id"])
        refused(reporter.report(name, **asked), "group_by", "form_id")


def test_metrics_that_nobody_converts_by(flows: Ask, reporting: Sandbox) -> None:
    answer = flows(conversion_metric_id=metric_id(reporting, "Received Email"))
    refused(answer, "conversion_metric_id", "does not support querying for values data")


def test_a_metric_can_be_made_ineligible(changing: Sandbox) -> None:
    reader = Reader(changing.url, f"Klaviyo-API-Key {changing.key}")
    orders = metric_id(changing, "Placed Order")
    asked = asking("campaign-values", changing)
    changing.reports.refuse_conversion_metrics([orders])
    refused(reader.report("campaign-values", **asked), "conversion_metric_id", orders)
    changing.reports.refuse_conversion_metrics([])
    assert reader.report("campaign-values", **asked).status == 200


def test_unknown_parameters(reporter: Reader, reporting: Sandbox) -> None:
    path = "/api/form-series-reports"
    asked = {"type": "form-series-report", "attributes": asking("form-series", reporting)}
    for query in ("fields[form-series-report]=names", "page_cursor=x", "sort=date"):
        assert reporter.post(f"{path}?{query}", {"data": asked}).status == 400


def test_scopes(changing: Sandbox) -> None:
    for name, report in REPORTS.items():
        assert len(report.scopes) == 1
        changing.access.add_key(f"pk_{name}", report.scopes)
        changing.access.add_key(f"pk_no_{name}", ["accounts:read"])
        asked = asking(name, changing)
        allowed = Reader(changing.url, f"Klaviyo-API-Key pk_{name}")
        other = Reader(changing.url, f"Klaviyo-API-Key pk_no_{name}")
        assert allowed.report(name, **asked).status == 200
        assert other.report(name, **asked).status == 403
        assert report.scopes[0] in other.report(name, **asked).error["detail"]


def test_requests_are_kept_with_what_they_asked(changing: Sandbox) -> None:
    reader = Reader(changing.url, f"Klaviyo-API-Key {changing.key}")
    frame = between("2026-11-01", "2026-11-02")
    reader.report("form-values", **asking("form-values", changing, timeframe=frame))
    (request,) = changing.log.requests()
    assert request.endpoint == "/api/form-values-reports"
    assert request.asked["timeframe"] == frame
    assert changing.log.counts()["/api/form-values-reports"].statuses == {200: 1}


def test_the_newest_revision_answers_the_same(reporting: Sandbox, reporter: Reader) -> None:
    newest = Reader(reporting.url, f"Klaviyo-API-Key {reporting.key}", NEWEST)
    for name in REPORTS:
        asked = asking(name, reporting)
        answer = newest.report(name, **asked)
        assert answer.headers["X-Klaviyo-API-Revision"] == NEWEST
        assert results(answer) == results(reporter.report(name, **asked))
