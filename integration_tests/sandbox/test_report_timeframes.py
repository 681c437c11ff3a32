"""Which time a report is about."""

from datetime import timedelta

import pytest

from integration_tests.sandbox.reader import Answer, Reader
from klaviyo_sandbox import Sandbox

from .report_tools import TODAY, asking, between, results

DAY = timedelta(days=1)


def dates(answer: Answer) -> list[str]:
    results(answer)
    found: list[str] = answer.document["data"]["attributes"]["date_times"]
    return found


def series(reader: Reader, sandbox: Sandbox, timeframe: object, interval: str = "daily") -> Answer:
    asked = asking("form-series", sandbox, timeframe=timeframe, interval=interval)
    return reader.report("form-series", **asked)


@pytest.mark.parametrize(
    ("interval", "days", "status"),
    [
        ("daily", 60, 200),
        ("daily", 61, 400),
        ("hourly", 1, 400),
    ],
)
def test_how_long_they_may_be(
    interval: str, days: int, status: int, reporter: Reader, reporting: Sandbox
) -> None:
    frame = between(TODAY - (days - 1) * DAY, TODAY)
    assert series(reporter, reporting, frame, interval).status == status


def test_a_leap_year_is_a_year(reporter: Reader, reporting: Sandbox) -> None:
    for first, last, status in (
        ("2024-01-01", "2024-12-31", 200),
        ("2023-03-01", "2024-02-29", 200),
        ("2023-03-01", "2024-03-01", 400),
    ):
        asked = asking("form-values", reporting, timeframe=between(first, last))
        assert reporter.report("form-values", **asked).status == status


@pytest.mark.parametrize(
    "frame",
    [
        {},
        {"key": "last_7_days"},
        {"start": "2026-11-01T00:00:00"},
        {"start": "yesterday", "end": "today"},
        {"start": "2026-11-02T00:00:00", "end": "2026-11-01T00:00:00"},
        {"key": "today", "start": "2026-11-01T00:00:00", "end": "2026-11-02T00:00:00"},
        "today",
    ],
)
def test_those_that_are_none(frame: object, reporter: Reader, reporting: Sandbox) -> None:
    answer = series(reporter, reporting, frame)
    assert answer.status == 400
    assert answer.error["source"] == {"pointer": "/data/attributes/timeframe"}


def test_offsets_are_ignored(reporter: Reader, reporting: Sandbox) -> None:
    plain = series(reporter, reporting, between("2026-11-01", "2026-11-05"))
    for offset in ("Z", "+00:00", "-11:00", "+14:00"):
        frame = {"start": f"2026-11-01T00:00:00{offset}", "end": f"2026-11-05T23:59:59{offset}"}
        assert results(series(reporter, reporting, frame)) == results(plain)
    assert results(plain)


def test_segments_have_no_past_before_june_2023(reporter: Reader, reporting: Sandbox) -> None:
    for name in ("segment-values", "segment-series"):
        for first, status in (("2023-05-31", 400), ("2023-06-01", 200)):
            asked = asking(name, reporting, timeframe=between(first, "2023-06-20"))
            assert reporter.report(name, **asked).status == status


def test_the_end_is_the_last_second(reporter: Reader, reporting: Sandbox) -> None:
    midnight = {"start": "2026-10-24T00:00:00", "end": "2026-10-26T00:00:00"}
    assert len(dates(series(reporter, reporting, midnight))) == 3
    last_second = series(reporter, reporting, between("2026-10-24", "2026-10-25"))
    assert dates(last_second) == ["2026-10-24T00:00:00+00:00", "2026-10-25T00:00:00+00:00"]
