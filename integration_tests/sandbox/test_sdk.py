"""The official SDK, klaviyo-api, reads the sandbox by every operation."""

from collections.abc import Callable, Mapping

import pytest
from klaviyo_api import KlaviyoAPI  # type: ignore[import-untyped]
from pydantic import BaseModel

from integration_tests.sandbox.reader import Json
from klaviyo_sandbox import Sandbox
from klaviyo_sandbox.spec import load_spec

from .report_tools import REPORTS, asking, last, metric_id
from .test_specification import filters_of

pytestmark = pytest.mark.filterwarnings("ignore")  # the SDK's own, about pydantic

SPEC = load_spec()
FAMILIES = [name for name in dir(KlaviyoAPI) if isinstance(getattr(KlaviyoAPI, name), property)]
Call = Callable[..., BaseModel]


def calls_of(sandbox: Sandbox) -> Mapping[str, Call]:
    """Return every operation of the SDK by its name; with a token, as webhooks take no key."""
    api = KlaviyoAPI(None, access_token=sandbox.token, test_host=sandbox.url, max_retries=1)
    families = [getattr(api, name) for name in FAMILIES]
    return {
        name: getattr(family, name)
        for family in families
        for name in dir(family)
        if name.startswith(("get_", "query_"))
    }


@pytest.fixture(scope="session")
def calls(shop: Sandbox) -> Mapping[str, Call]:
    return calls_of(shop)


@pytest.fixture(scope="session")
def report_calls(reporting: Sandbox) -> Mapping[str, Call]:
    return calls_of(reporting)


def shown(answer: BaseModel) -> Json:
    found: Json = answer.model_dump(mode="json", by_alias=True)
    return found


@pytest.mark.parametrize("path", SPEC.endpoints)
def test_every_endpoint(path: str, calls: Mapping[str, Call], shop: Sandbox) -> None:
    endpoint = SPEC.endpoints[path]
    arguments: list[str] = []
    if endpoint.required_filters:
        arguments = filters_of(endpoint.type, shop)[:1]
    elif endpoint.kind != "collection":
        kind = SPEC.types_of_collections[endpoint.parent]
        having = (
            one
            for one in sorted(shop.ids(kind))
            if endpoint.kind == "item" or shop.related(kind, one, endpoint.relation_name)
        )
        arguments = [next(having)]
    options = {"include": list(endpoint.include)} if endpoint.include else {}
    answer = calls[endpoint.operation](*arguments, **options)
    assert type(answer).__name__ == endpoint.response
    assert shown(answer)["data"]


@pytest.mark.parametrize("name", sorted(REPORTS))
def test_every_report(name: str, report_calls: Mapping[str, Call], reporting: Sandbox) -> None:
    report = REPORTS[name]
    asked = asking(name, reporting, timeframe=last(30))
    answer = report_calls[report.operation]({"data": {"type": report.type, "attributes": asked}})
    assert type(answer).__name__ == report.response
    attributes = shown(answer)["data"]["attributes"]
    statistics = [frozenset(row["statistics"]) for row in attributes["results"]]
    assert set(statistics) == {frozenset(report.statistics)}
    assert len(statistics) > 2
    if report.intervals:
        assert len(attributes["date_times"]) == 30


def test_metric_aggregates(report_calls: Mapping[str, Call], reporting: Sandbox) -> None:
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
    answer = report_calls["query_metric_aggregates"](body)
    assert type(answer).__name__ == "PostMetricAggregateResponse"
    found = shown(answer)["data"]["attributes"]
    assert len(found["dates"]) == 31
    assert sum(sum(row["measurements"]["count"]) for row in found["data"]) > 0
