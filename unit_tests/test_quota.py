"""Quotas: a request draws on every budget that it concerns; its answer teaches the right one."""

from source_klaviyo.api.limits import XS, Limit, S
from source_klaviyo.api.quota import Quotas


def test_a_request_needs_all_of_its_budgets() -> None:
    quotas = Quotas()
    costly = quotas.get("profiles", S, [("predictive_analytics", XS)])
    plain = quotas.get("profiles", S)
    assert plain.endpoint is costly.endpoint
    assert costly.reserve() == 0
    assert costly.reserve() > 0
    assert plain.reserve() == 0, "the refused request took nothing"
    assert (costly.per_minute, plain.per_minute) == (15, 60)


def test_an_answer_teaches_the_budget_that_it_speaks_of() -> None:
    quota = Quotas().get("profiles", Limit(75, 750), [("costly", XS)])
    headers = {"RateLimit-Remaining": "1", "RateLimit-Reset": "0"}
    quota.learn({**headers, "RateLimit-Limit": "1, 1;w=1, 15;w=60"}, 0.0)
    assert quota.endpoint.limits == {1: 75, 60: 750}
    quota.learn({**headers, "RateLimit-Limit": "90, 90;w=1, 900;w=60"}, 0.0)
    assert quota.endpoint.limits == {1: 90, 60: 900}
    assert quota.costly[0].limits == {1: 1, 60: 15}


def test_malformed_headers_change_nothing() -> None:
    quota = Quotas().get("accounts", XS)
    for headers in (
        {},
        {"RateLimit-Limit": "many", "RateLimit-Remaining": "1", "RateLimit-Reset": "1"},
        {"RateLimit-Limit": "9, 1;w=1", "RateLimit-Remaining": "1", "RateLimit-Reset": "1"},
        {
            "RateLimit-Limit": "1, 1;w=1, 15;w=60",
            "RateLimit-Remaining": "?",
            "RateLimit-Reset": "1",
        },
    ):
        quota.learn(headers, 0.0)
    assert quota.endpoint.limits == XS.windows
    assert quota.reserve() == 0
    assert 1 <= quota.reserve() < 1.1


def test_a_refusal_holds_back_all_that_draw_on_the_same() -> None:
    quotas = Quotas()
    quotas.get("profiles", S, [("costly", XS)]).refused(17)
    assert 16 < quotas.get("profiles", S).reserve() <= 17
    assert 16 < quotas.get("lists", S, [("costly", XS)]).reserve() <= 17
    assert quotas.get("lists", S).reserve() == 0
