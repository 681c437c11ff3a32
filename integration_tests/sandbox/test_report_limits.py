"""The limits of reports, the daily one above all."""

from collections.abc import Iterator

import pytest

from integration_tests.sandbox.reader import Answer, Reader
from klaviyo_sandbox import Quirks, Sandbox, Settings

from .conftest import reader_of
from .report_tools import NOW, REPORTS, asking

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


def report(sandbox: Sandbox, name: str = "form-values", authorization: str = "") -> Answer:
    reader = Reader(sandbox.url, authorization) if authorization else reader_of(sandbox)
    return reader.report(name, **asking(name, sandbox))


def test_headers_state_every_window(limited: Sandbox) -> None:
    """As recorded, with two headers of the day besides."""
    for name in REPORTS:
        answer = report(limited, name)
        assert answer.headers["RateLimit-Limit"] == "1, 1;w=1, 2;w=60, 225;w=86400"
        assert answer.headers["RateLimit-Remaining"] == "0"
        assert answer.headers["RateLimit-Remaining-Daily"] == "224"
        assert int(answer.headers["RateLimit-Reset-Daily"]) > DAY - 100
    answer = reader_of(limited).report("metric-aggregate")
    assert answer.headers["RateLimit-Limit"] == "3, 3;w=1, 60;w=60"


def test_a_spent_day_lasts_until_its_end(limited: Sandbox) -> None:
    limited.limits.override_reports(50, 50, daily=3)
    assert [report(limited).status for _ in range(3)] == [200] * 3
    refused = report(limited)
    assert refused.status == 429
    assert refused.error["code"] == "throttled"
    assert not [name for name in refused.headers if name.lower().startswith("ratelimit")]
    assert DAY - 100 <= int(refused.headers["Retry-After"]) <= DAY
    assert report(limited, "form-series").status == 200
    assert report(limited, authorization=f"Bearer {limited.token}").status == 200
    limited.advance(DAY - 120)
    assert report(limited).status == 429
    limited.advance(121)
    assert report(limited).status == 200


def test_refused_questions_count(limited: Sandbox) -> None:
    limited.limits.override_reports(50, 50, daily=2)
    for _ in range(2):
        assert reader_of(limited).report("form-values").status == 400
    assert report(limited).status == 429


@pytest.mark.parametrize("shared", [False, True])
def test_one_day_for_all_or_one_for_each(shared: bool, limited: Sandbox) -> None:  # noqa: FBT001
    limited.set_quirks(Quirks(daily_limit_shared=shared))
    limited.limits.override_reports(1, 2, daily=len(REPORTS))
    for name in REPORTS:
        assert report(limited, name).status == 200
    limited.advance(61)
    assert report(limited).status == (429 if shared else 200)
