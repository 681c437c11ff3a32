"""Syncs of reports played through: what the quota grants is kept, and nothing grows old."""

import pytest

from source_klaviyo.api.quotas.limits import DAY
from tools.simulate_reports.figures import Figures
from tools.simulate_reports.simulation import QUOTA, Simulation


@pytest.mark.parametrize("shared", [True, False], ids=["one quota", "one each"])
@pytest.mark.parametrize("interval", [900, 3600, DAY], ids=str)
def test_a_day_has_its_quota_and_half_of_it_is_for_reading_again(
    interval: int, *, shared: bool
) -> None:
    figures = Figures(Simulation(interval, shared=shared, days=4).run())
    assert figures.most_calls() <= QUOTA
    assert figures.most_refreshing() <= QUOTA // 2
    assert figures.days_of_history() == 1
    assert sum(sync.refreshing + sync.filling for sync in figures.of.syncs[:1]) == 139
    assert max(figures.ages()) < max(6 * 3600, interval)


def test_history_of_many_metrics_takes_days_and_never_more_than_the_quota() -> None:
    figures = Figures(Simulation(DAY, shared=True, metrics=5, days=8).run())
    assert figures.most_calls() <= QUOTA
    assert 3 <= figures.days_of_history() <= 6
