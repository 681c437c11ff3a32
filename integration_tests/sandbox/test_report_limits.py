"""The limits of reports, the daily one above all."""

from collections.abc import Iterator

import pytest

from integration_tests.sandbox.reader import Answer, Reader
from klaviyo_sandbox import Quirks, Sandbox, Settings

from .conftest import reader_of
from .report_tools import NOW, REPORTS, asking, metric_id

DAY = 86_400


@pytest.fixture(scope="module")
def limited() -> Iterator[Sandbox]:
    with Sandbox.start(Settings(events=50, profiles=50, now=NOW)) as sandbox:
        yield sandbox


@pytest.fixture(autouse=True)
def fresh(limited: Sandbox) -> Iterator[None]:
    limited.limits.override_reports(1, 2)
    limited.limits.turn_on()
    yield
    limited.set_quirks()


@pytest.fixture
def reader(limited: Sandbox) -> Reader:
    return reader_of(limited)


def report(reader: Reader, sandbox: Sandbox, name: str = "form-values") -> Answer:
    return reader.report(name, **asking(name, sandbox))


def spend(reader: Reader, sandbox: Sandbox, calls: int, name: str = "form-values") -> None:
    """Use up so many calls at the pace of two a minute, by the sandbox's clock."""
    for _ in range(calls):
        assert report(reader, sandbox, name).status == 200
        sandbox.advance(30)


def test_headers_state_all_three(reader: Reader, limited: Sandbox) -> None:
    for name in REPORTS:
        answer = report(reader, limited, name)
        assert answer.headers["RateLimit-Limit"] == "1, 1;w=1, 2;w=60, 225;w=86400"
        assert answer.headers["RateLimit-Remaining"] == "0"


def test_aggregates_have_no_daily_limit(reader: Reader, limited: Sandbox) -> None:
    answer = reader.report("metric-aggregate", metric_id=metric_id(limited, "Placed Order"))
    assert answer.status == 400
    assert answer.headers["RateLimit-Limit"] == "3, 3;w=1, 60;w=60"


def test_two_a_minute(reader: Reader, limited: Sandbox) -> None:
    spend(reader, limited, 1)
    limited.advance(-29)
    assert report(reader, limited).status == 200
    limited.advance(1)
    refused = report(reader, limited)
    assert refused.status == 429
    assert 50 <= int(refused.headers["Retry-After"]) <= 60
    limited.advance(60)
    assert report(reader, limited).status == 200


def test_a_spent_day_lasts_until_it_is_over(reader: Reader, limited: Sandbox) -> None:
    limited.limits.override_reports(50, 50, daily=3)
    spend(reader, limited, 3)
    refused = report(reader, limited)
    assert refused.status == 429
    assert refused.error["code"] == "throttled"
    assert not [name for name in refused.headers if name.lower().startswith("ratelimit")]
    assert DAY - 100 <= int(refused.headers["Retry-After"]) <= DAY - 85
    limited.advance(DAY - 120)
    assert report(reader, limited).status == 429
    limited.advance(60)
    assert report(reader, limited).status == 200


def test_225_a_day(reader: Reader, limited: Sandbox) -> None:
    limited.limits.override_reports(1_000, 1_000)
    spend(reader, limited, 225)
    assert report(reader, limited).status == 429
    assert report(reader, limited, "form-series").status == 200


def test_a_shorter_day(reader: Reader, limited: Sandbox) -> None:
    limited.limits.override_reports(50, 50, daily=2, day_seconds=600)
    spend(reader, limited, 2)
    refused = report(reader, limited)
    assert 530 <= int(refused.headers["Retry-After"]) <= 541
    limited.advance(541)
    assert report(reader, limited).headers["RateLimit-Limit"] == "2, 50;w=1, 50;w=60, 2;w=600"


def test_refused_questions_count(reader: Reader, limited: Sandbox) -> None:
    limited.limits.override_reports(50, 50, daily=2)
    for _ in range(2):
        assert reader.report("form-values").status == 400
    assert report(reader, limited).status == 429


@pytest.mark.parametrize("shared", [False, True])
def test_one_day_for_all_or_one_for_each(
    shared: bool,  # noqa: FBT001
    reader: Reader,
    limited: Sandbox,
) -> None:
    limited.set_quirks(Quirks(daily_limit_shared=shared))
    limited.limits.override_reports(50, 50, daily=len(REPORTS))
    for name in REPORTS:
        assert report(reader, limited, name).status == 200
    assert report(reader, limited).status == (429 if shared else 200)
    assert reader.report("metric-aggregate").status == 400


def test_a_shared_day_leaves_each_its_minute(reader: Reader, limited: Sandbox) -> None:
    limited.set_quirks(Quirks(daily_limit_shared=True))
    limited.limits.override_reports(1, 2, daily=50)
    for name in REPORTS:
        assert report(reader, limited, name).status == 200


def test_the_day_in_the_headers(reader: Reader, limited: Sandbox) -> None:
    answer = report(reader, limited)
    assert answer.headers["RateLimit-Remaining-Daily"] == "224"
    assert int(answer.headers["RateLimit-Reset-Daily"]) > DAY - 100


def test_apps_and_keys_have_a_day_each(reader: Reader, limited: Sandbox) -> None:
    limited.limits.override_reports(50, 50, daily=1)
    app = Reader(limited.url, f"Bearer {limited.token}")
    assert report(reader, limited).status == 200
    assert report(app, limited).status == 200
    assert report(reader, limited).status == 429
