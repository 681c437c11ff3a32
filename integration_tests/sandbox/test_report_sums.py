"""Numbers of days, hours and periods agree, in every timezone."""

from collections.abc import Iterator
from datetime import date, timedelta

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
    frame = between("2026-03-28", "2026-03-30")
    asked = asking("form-series", changing, timeframe=frame)
    dates = reader.report("form-series", **asked).document["data"]["attributes"]["date_times"]
    assert [date[:13] for date in dates] == ["2026-03-28T00", "2026-03-29T01", "2026-03-30T00"]
