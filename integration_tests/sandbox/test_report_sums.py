"""Numbers of days, hours and periods agree, in every timezone."""

from collections.abc import Iterator
from datetime import date, timedelta
from itertools import pairwise

import pytest

from integration_tests.sandbox.reader import Reader
from klaviyo_sandbox import Sandbox, Settings

from .conftest import reader_of
from .report_tools import COUNTED, NOW, SERIES, ask, asking, between, near

ZONES = ("Europe/Copenhagen", "Pacific/Kiritimati", "Pacific/Pago_Pago", "Asia/Kathmandu")
SPRING, AUTUMN = date(2026, 3, 29), date(2026, 10, 25)
MONTH = (date(2026, 10, 1), date(2026, 10, 31))


@pytest.fixture(scope="module", params=ZONES)
def local(request: pytest.FixtureRequest) -> Iterator[Sandbox]:
    """A shop in each of the timezones."""
    settings = Settings(events=50, profiles=300, now=NOW, timezone=request.param, limits=False)
    with Sandbox.start(settings) as sandbox:
        yield sandbox


@pytest.fixture(scope="module")
def there(local: Sandbox) -> Reader:
    return reader_of(local)


@pytest.mark.parametrize("name", SERIES)
def test_a_month_is_the_sum_of_its_days(name: str, local: Sandbox, there: Reader) -> None:
    kind = name.removesuffix("-series")
    days = ask(there, local, name, timeframe=between(*MONTH))
    month = ask(there, local, f"{kind}-values", timeframe=between(*MONTH))
    assert month
    assert days.keys() == month.keys()
    for statistic in COUNTED[kind]:
        assert any(values[statistic] for values in month.values()), statistic
        for key, values in month.items():
            assert len(days[key][statistic]) == 31
            assert sum(days[key][statistic]) == near(values[statistic])


@pytest.mark.parametrize(("day", "hours"), [(SPRING, 23), (AUTUMN, 25), (date(2026, 6, 1), 24)])
@pytest.mark.parametrize("name", SERIES)
def test_a_day_is_the_sum_of_its_hours(
    name: str, day: date, hours: int, local: Sandbox, there: Reader
) -> None:
    changes = local.documents("account")[0]["attributes"]["timezone"] == ZONES[0]
    kind = name.removesuffix("-series")
    by_hour = ask(there, local, name, timeframe=between(day, day), interval="hourly")
    by_day = ask(there, local, name, timeframe=between(day, day))
    assert by_day
    for statistic in COUNTED[kind]:
        for key, values in by_day.items():
            assert len(by_hour[key][statistic]) == (hours if changes else 24)
            assert sum(by_hour[key][statistic]) == near(values[statistic][0])


@pytest.mark.parametrize("name", SERIES)
def test_a_day_by_itself_is_the_same_as_among_others(
    name: str, local: Sandbox, there: Reader
) -> None:
    kind = name.removesuffix("-series")
    days = ask(there, local, name, timeframe=between(AUTUMN, AUTUMN + timedelta(days=4)))
    day = ask(there, local, f"{kind}-values", timeframe=between(AUTUMN, AUTUMN))
    assert day
    for key, values in day.items():
        assert {name: series[0] for name, series in days[key].items()} == values


def test_some_days_start_at_one_o_clock(changing: Sandbox) -> None:
    changing.update("account", changing.ids("account"), {"timezone": "Asia/Beirut"})
    reader = reader_of(changing)
    for first, last, hours in (("2026-03-29", "2026-03-29", 23), ("2026-10-24", "2026-10-24", 25)):
        by_hour = ask(
            reader, changing, "form-series", timeframe=between(first, last), interval="hourly"
        )
        by_day = ask(reader, changing, "form-series", timeframe=between(first, last))
        assert by_day
        for key, values in by_day.items():
            assert len(by_hour[key]["viewed_form"]) == hours
            assert sum(by_hour[key]["viewed_form"]) == values["viewed_form"][0]
    frame = between("2026-03-28", "2026-03-30")
    asked = asking("form-series", changing, timeframe=frame)
    dates = reader.report("form-series", **asked).document["data"]["attributes"]["date_times"]
    assert [date[:13] for date in dates] == ["2026-03-28T00", "2026-03-29T01", "2026-03-30T00"]


def test_weeks_start_on_monday_and_months_on_the_first(local: Sandbox, there: Reader) -> None:
    frame = between("2026-09-30", "2026-11-03")
    weeks = ask(there, local, "form-series", timeframe=frame, interval="weekly")
    months = ask(there, local, "form-series", timeframe=frame, interval="monthly")
    days = ask(there, local, "form-series", timeframe=frame)
    assert days
    for key, values in days.items():
        views = values["viewed_form"]
        assert months[key]["viewed_form"] == [sum(views[:1]), sum(views[1:32]), sum(views[32:])]
        cut = [0, 5, 12, 19, 26, 33, 35]
        pairs = pairwise(cut)
        assert weeks[key]["viewed_form"] == [sum(views[first:end]) for first, end in pairs]
