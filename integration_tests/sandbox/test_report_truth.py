"""What the sandbox says its reports come to is what they answer."""

from datetime import date, timedelta

import pytest

from integration_tests.sandbox.reader import Json, Reader
from klaviyo_sandbox import Sandbox

from .report_tools import REPORTS, SERIES, ask, between, metric_id

FIRST, LAST = date(2026, 7, 1), date(2026, 11, 24)


def truth(sandbox: Sandbox, name: str, first: date, last: date) -> dict[tuple[str, ...], Json]:
    """Return the rows that the sandbox expects, by date and groupings."""
    report = REPORTS[name]
    required = "conversion_metric_id" in report.required
    rows = sandbox.reports.rows(
        name,
        str(first),
        str(last),
        conversion_metric_id=metric_id(sandbox, "Placed Order") if required else "",
    )
    return {(row.date, *map(str, row.groupings.values())): row.statistics for row in rows}


@pytest.mark.parametrize("name", SERIES)
def test_series(name: str, reporter: Reader, reporting: Sandbox) -> None:
    found: dict[tuple[str, ...], Json] = {}
    start = FIRST
    while start <= LAST:
        end = min(LAST, start + timedelta(days=59))
        answer = ask(reporter, reporting, name, timeframe=between(start, end))
        for key, series in answer.items():
            for place in range((end - start).days + 1):
                values = {statistic: numbers[place] for statistic, numbers in series.items()}
                if any(values.values()):
                    found[(str(start + timedelta(days=place)), *key)] = values
        start = end + timedelta(days=1)
    assert len(found) > 500
    assert found == truth(reporting, name, FIRST, LAST)


@pytest.mark.parametrize("name", sorted(REPORTS.keys() - SERIES))
def test_values(name: str, reporter: Reader, reporting: Sandbox) -> None:
    answer = ask(reporter, reporting, name, timeframe=between(FIRST, LAST))
    found = {(str(FIRST), *key): values for key, values in answer.items()}
    assert found == truth(reporting, name, FIRST, LAST)
    assert len(found) > 5
