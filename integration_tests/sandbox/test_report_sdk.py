"""The official SDK asks for every report and accepts every answer."""

from collections.abc import Callable

import pytest
from klaviyo_api import KlaviyoAPI  # type: ignore[import-untyped]
from pydantic import BaseModel

from integration_tests.sandbox.reader import Json
from klaviyo_sandbox import Sandbox

from .report_tools import REPORTS, asking, last, metric_id

pytestmark = pytest.mark.filterwarnings("ignore")  # the SDK's own, about pydantic

Call = Callable[..., BaseModel]


def api_of(sandbox: Sandbox) -> KlaviyoAPI:
    return KlaviyoAPI(sandbox.key, test_host=sandbox.url, max_retries=1)


def shown(answer: BaseModel) -> Json:
    found: Json = answer.model_dump(mode="json", by_alias=True)["data"]["attributes"]
    return found


@pytest.mark.parametrize("name", sorted(REPORTS))
def test_every_report(name: str, reporting: Sandbox) -> None:
    report = REPORTS[name]
    call: Call = getattr(api_of(reporting).Reporting, report.operation)
    asked = asking(name, reporting, timeframe=last(30))
    answer = call({"data": {"type": report.type, "attributes": asked}})
    assert type(answer).__name__ == report.response
    rows = shown(answer)["results"]
    assert len(rows) > 2
    assert {frozenset(row["statistics"]) for row in rows} == {frozenset(report.statistics)}
    if report.intervals:
        assert len(shown(answer)["date_times"]) == 30


def test_metric_aggregates(reporting: Sandbox) -> None:
    attributes = {
        "metric_id": metric_id(reporting, "Placed Order"),
        "measurements": ["count", "unique", "sum_value"],
        "filter": [
            "greater-or-equal(datetime,2026-10-01T00:00:00)",
            "less-than(datetime,2026-11-01T00:00:00)",
        ],
        "by": ["$attributed_flow"],
        "timezone": "Europe/Copenhagen",
        "page_size": 500,
    }
    body = {"data": {"type": "metric-aggregate", "attributes": attributes}}
    answer = api_of(reporting).Metrics.query_metric_aggregates(body)
    assert type(answer).__name__ == "PostMetricAggregateResponse"
    assert len(shown(answer)["dates"]) == 31
    assert sum(sum(row["measurements"]["count"]) for row in shown(answer)["data"]) > 5
