"""What the tests of reports share."""

from collections.abc import Iterator, Mapping
from datetime import date, timedelta

from integration_tests.sandbox.reader import Answer, Json, Reader
from klaviyo_sandbox import Sandbox
from klaviyo_sandbox.spec import load_spec

NOW = "2026-11-24T12:05:00+00:00"
"""Numbers are counted anew at full hours, so nothing moves while a test runs."""
TODAY = date(2026, 11, 24)
REPORTS = {
    path.removeprefix("/api/").removesuffix("-reports"): report
    for path, report in load_spec().reports.items()
    if not report.by
}
"""By the names that `Sandbox.reports.rows` takes: `flow-series` and so on."""
SERIES = sorted(name for name, report in REPORTS.items() if report.intervals)
COUNTED = {
    "flow": ("recipients", "delivered", "opens", "clicks", "conversions", "conversion_value"),
    "form": ("viewed_form", "submits", "closed_form", "qualified_form"),
    "segment": ("members_added", "members_removed", "net_members_changed"),
}
"""Statistics of which a period's value is the sum of its days'."""


def between(start: date | str, end: date | str) -> dict[str, str]:
    """Return the timeframe from one local day to another, both included."""
    return {"start": f"{start}T00:00:00", "end": f"{end}T23:59:59"}


def last(days: int) -> dict[str, str]:
    """Return the timeframe of so many days until yesterday."""
    return between(TODAY - timedelta(days=days), TODAY - timedelta(days=1))


def asking(name: str, sandbox: Sandbox, **attributes: object) -> dict[str, object]:
    """Return the attributes of a request for all statistics of a report."""
    report = REPORTS[name]
    asked: dict[str, object] = {"statistics": list(report.statistics), "timeframe": last(10)}
    if report.intervals:
        asked["interval"] = "daily"
    if "conversion_metric_id" in report.required:
        asked["conversion_metric_id"] = metric_id(sandbox, "Placed Order")
    return asked | attributes


def metric_id(sandbox: Sandbox, name: str) -> str:
    found = [
        str(one["id"]) for one in sandbox.documents("metric") if one["attributes"]["name"] == name
    ]
    return found[0]


def results(answer: Answer) -> list[Json]:
    """Return the rows of a report's answer."""
    assert answer.status == 200, answer.text
    found: list[Json] = answer.document["data"]["attributes"]["results"]
    return found


def by_key(rows: list[Json]) -> dict[tuple[str, ...], Json]:
    """Return the statistics of each row by the values of its groupings."""
    return {tuple(map(str, row["groupings"].values())): row["statistics"] for row in rows}


def ask(
    reader: Reader, sandbox: Sandbox, name: str, **attributes: object
) -> Mapping[tuple[str, ...], Json]:
    """Return what a report answers to a request for all statistics."""
    return by_key(results(reader.report(name, **asking(name, sandbox, **attributes))))


def pages(reader: Reader, name: str, attributes: Mapping[str, object]) -> Iterator[Answer]:
    """Follow `links.next` of a report to the end."""
    kind = f"{name}-report"
    document = {"data": {"type": kind, "attributes": attributes}}
    url: str | None = f"/api/{kind}s"
    while url:
        answer = reader.post(url, document)
        assert answer.status == 200, answer.text
        yield answer
        url = answer.links["next"]
