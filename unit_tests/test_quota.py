"""Quotas: a request draws on every budget that it concerns; its answer teaches the right one."""

import pytest

from source_klaviyo.api.quotas.limits import DAY, REPORT, XS, DailyLimit, Limit, S
from source_klaviyo.api.quotas.quota import EndpointQuota, Quotas


def test_a_request_needs_all_of_its_budgets() -> None:
    quotas = Quotas()
    costly = quotas.get("profiles", S, [("predictive_analytics", XS)])
    plain = quotas.get("profiles", S)
    assert plain.endpoint is costly.endpoint
    assert costly.reserve() == 0
    assert [costly.reserve() > 0 for _ in range(5)] == [True] * 5
    assert plain.reserve() == 0, "the refused requests took nothing"
    assert (costly.per_minute, plain.per_minute) == (15, 60)
    assert (plain.counts_days, plain.shares_its_day) == (False, False)


def test_a_request_leaves_room_for_those_that_are_costly_as_well() -> None:
    quotas = Quotas(clock=lambda: 1_000_000.0)
    costly = quotas.get("profiles", Limit(100, 100), [("predictive_analytics", XS)])
    plain = quotas.get("profiles", Limit(100, 100))
    assert costly.reserve() == 0
    granted = 0
    while plain.reserve() == 0:
        granted += 1
    assert granted == 100 - 15


def test_an_answer_teaches_the_budget_that_it_speaks_of() -> None:
    quota = Quotas().get("profiles", Limit(75, 750), [("costly", XS)])
    headers = {"RateLimit-Remaining": "1", "RateLimit-Reset": "0"}
    quota.learn({**headers, "RateLimit-Limit": "1, 1;w=1, 15;w=60"}, 0.0)
    assert quota.endpoint.limits == {1: 75, 60: 750}
    quota.learn({**headers, "RateLimit-Limit": "90, 90;w=1, 900;w=60"}, 0.0)
    assert quota.endpoint.limits == {1: 90, 60: 900}
    assert quota.costly[0].limits == {1: 1, 60: 15}


def test_a_refusal_holds_back_all_that_draw_on_the_same() -> None:
    quotas = Quotas()
    quotas.get("profiles", S, [("costly", XS)]).refused(17)
    assert 16 < quotas.get("profiles", S).reserve() <= 17
    assert 16 < quotas.get("lists", S, [("costly", XS)]).reserve() <= 17
    assert quotas.get("lists", S).reserve() == 0


def test_nothing_has_been_granted_since_the_first_refusal_of_any_budget_or_the_last_answer() -> (
    None
):
    now = [1_000_000.0]
    quotas = Quotas(clock=lambda: now[0])
    plain, costly = quotas.get("profiles", S), quotas.get("profiles", S, [("costly", XS)])
    assert plain.refused(10) == 10
    now[0] += 10
    assert costly.refused(10) == 20
    costly.granted()
    assert costly.refused(10) == 10


DAY_LEFT = {"RateLimit-Limit": "225, 1;w=1, 2;w=60, 225;w=86400", "RateLimit-Reset": "80000"}


def reports(quotas: Quotas, name: str) -> EndpointQuota:
    return quotas.get(name, REPORT, presumed=("reports", DailyLimit(225)))


def test_a_day_counts_what_earlier_syncs_have_sent() -> None:
    quotas = Quotas(clock=lambda: 1_000_000.0)
    quota = reports(quotas, "flow-series-reports")
    quota.spent_before([3_600.0] * 225)
    assert quota.reserve() == pytest.approx(DAY - 3_600, abs=1)
    later = Quotas(clock=lambda: 1_000_000.0).get("flow-series-reports", REPORT)
    later.spent_before([3_600.0] * 224)
    assert later.reserve() == 0


def test_what_is_presumed_to_be_shared_is_used_up_for_all() -> None:
    quotas = Quotas(clock=lambda: 1_000_000.0)
    one, other = reports(quotas, "flow-series-reports"), reports(quotas, "form-series-reports")
    one.spent_before([100.0] * 225)
    assert other.reserve() > 80_000
    assert other.shares_its_day
    assert other.per_minute == 2, "a day's quota may be used within hours"


def test_more_left_than_a_shared_day_would_have_lifts_the_presumption() -> None:
    quotas = Quotas(clock=lambda: 1_000_000.0)
    one, other = reports(quotas, "flow-series-reports"), reports(quotas, "form-series-reports")
    one.spent_before([100.0] * 100)
    shared = []
    for remaining in ("140", "224"):  # of the first so much may still be on its way
        other.learn({**DAY_LEFT, "RateLimit-Remaining": remaining}, 0.1)
        shared.append((one.shares_its_day, other.shares_its_day))
    assert shared == [(True, True), (False, False)]
    assert one.counts_days, "its own day is still counted"


@pytest.mark.parametrize(
    ("ages", "elapsed", "is_lifted"),
    [
        ([7_000.0] * 100, 0.1, False),
        ([6_300.0] * 100, 0.1, True),
        ([*[6_300.0] * 4, *[1.0] * 100], 10.0, False),
    ],
    ids=["before the day began", "in the day", "on their way"],
)
def test_only_what_the_day_has_surely_counted_can_lift_the_presumption(
    ages: list[float], elapsed: float, *, is_lifted: bool
) -> None:
    """An answer of 80,000 s before the reset is of a day that began 6,400 s ago."""
    quotas = Quotas(clock=lambda: 1_000_000.0)
    one, other = reports(quotas, "flow-series-reports"), reports(quotas, "form-series-reports")
    one.spent_before(ages)
    other.learn({**DAY_LEFT, "RateLimit-Remaining": "224"}, elapsed)
    assert one.shares_its_day is not is_lifted


def test_a_shared_day_has_the_limit_that_answers_state() -> None:
    quotas = Quotas(clock=lambda: 1_000_000.0)
    one, other = reports(quotas, "flow-series-reports"), reports(quotas, "form-series-reports")
    one.spent_before([100.0] * 225)
    stated = "1, 1;w=1, 2;w=60, 400;w=86400"
    other.learn(
        {"RateLimit-Limit": stated, "RateLimit-Remaining": "1", "RateLimit-Reset": "0"}, 0.1
    )
    assert other.reserve() == 0
    assert other.shares_its_day


def test_a_day_is_learnt_by_a_quota_that_shares_none_and_none_by_one_that_does() -> None:
    quotas = Quotas(clock=lambda: 1_000_000.0)
    alone, sharing = quotas.get("profiles", REPORT), reports(quotas, "flow-series-reports")
    alone.learn({**DAY_LEFT, "RateLimit-Remaining": "0"}, 0.1)
    assert alone.reserve() > 79_000
    without = {"RateLimit-Limit": "1, 1;w=1, 2;w=60", "RateLimit-Remaining": "1"}
    sharing.learn({**without, "RateLimit-Reset": "0"}, 0.1)
    assert sharing.shares_its_day


def test_a_long_pause_holds_up_its_endpoint_alone() -> None:
    quotas = Quotas()
    one, other = reports(quotas, "flow-series-reports"), reports(quotas, "form-series-reports")
    one.refused(40_000)
    assert one.reserve() > 39_000
    assert other.reserve() == 0
