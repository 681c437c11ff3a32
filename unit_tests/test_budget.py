"""Budgets: never faster than the server's windows, wherever these begin, and never idle."""

from dataclasses import dataclass, field

from hypothesis import given, settings
from hypothesis import strategies as st

from source_klaviyo.api.budget import Budget, Budgets
from source_klaviyo.api.limits import XS, Limit, S


@dataclass
class Clock:
    now: float = 1000.0

    def __call__(self) -> float:
        return self.now


@dataclass
class Server:
    """Klaviyo's limiter: fixed windows, the first of each length begun some time before."""

    limit: Limit
    ages: dict[int, float]
    counts: dict[int, int] = field(default_factory=dict)

    def refuses(self, now: float) -> bool:
        for seconds, limit in self.limit.windows.items():
            if now - self.ages[seconds] >= seconds:
                self.ages[seconds] = now - (now - self.ages[seconds]) % seconds
                self.counts[seconds] = 0
            self.counts[seconds] = self.counts.get(seconds, 0) + 1
            if self.counts[seconds] > limit:
                return True
        return False


def spend(budget: Budget, clock: Clock, requests: int) -> list[float]:
    """Send as fast as the budget allows; return when."""
    sent = []
    for _ in range(requests):
        while pause := budget.wait():
            clock.now += pause
        budget.spend()
        sent.append(clock.now)
        clock.now += 0.0001
    return sent


@settings(max_examples=100)
@given(
    st.integers(1, 20),
    st.integers(1, 100),
    st.floats(0, 1, exclude_max=True),
    st.floats(0, 60, exclude_max=True),
)
def test_a_budget_is_never_refused_wherever_the_windows_begin(
    burst: int, steady: int, second_age: float, minute_age: float
) -> None:
    clock = Clock()
    limit = Limit(burst, steady)
    server = Server(limit, {1: clock.now - second_age, 60: clock.now - minute_age})
    sent = spend(Budget(limit, clock=clock), clock, 3 * steady)
    assert not any(server.refuses(moment) for moment in sent)


def test_a_budget_is_used_up_in_bursts() -> None:
    clock = Clock()
    sent = spend(Budget(Limit(75, 750), clock=clock), clock, 1500)
    assert sent[749] - sent[0] < 10
    assert 60 <= sent[750] - sent[0] < 61
    assert sent[1499] - sent[0] < 71


def test_a_share_leaves_the_rest_to_others() -> None:
    clock = Clock()
    sent = spend(Budget(Limit(10, 100), share=0.3, clock=clock), clock, 31)
    assert sent[29] - sent[0] < 60 <= sent[30] - sent[0]
    assert Budget(XS, share=0.1, clock=clock).wait() == 0


def test_limits_are_learned_from_answers() -> None:
    clock = Clock()
    budget = Budget(S, clock=clock)
    Budgets().learn(
        [budget],
        {
            "RateLimit-Limit": "20, 20;w=1, 200;w=60",
            "RateLimit-Remaining": "19",
            "RateLimit-Reset": "0",
        },
    )
    sent = spend(budget, clock, 21)
    assert sent[19] - sent[0] < 1 <= sent[20] - sent[0]


def test_what_others_took_is_left_alone_until_the_window_resets() -> None:
    clock = Clock()
    budget = Budget(Limit(10, 100), clock=clock)
    budget.spend()
    Budgets().learn(
        [budget],
        {
            "RateLimit-Limit": "100, 10;w=1, 100;w=60",
            "RateLimit-Remaining": "2",
            "RateLimit-Reset": "30",
        },
    )
    first, second, third = spend(budget, clock, 3)
    assert second - first < 1
    assert 30 <= third - first < 32


def test_a_known_reset_frees_the_whole_window_at_once() -> None:
    clock = Clock()
    budget = Budget(Limit(100, 100), clock=clock)
    spend(budget, clock, 100)
    Budgets().learn(
        [budget],
        {
            "RateLimit-Limit": "100, 100;w=1, 100;w=60",
            "RateLimit-Remaining": "0",
            "RateLimit-Reset": "5",
        },
    )
    assert budget.wait() > 50, "both windows have this limit: the shorter is taken for it"
    Budgets().learn(
        [budget],
        {
            "RateLimit-Limit": "100, 300;w=1, 100;w=60",
            "RateLimit-Remaining": "0",
            "RateLimit-Reset": "5",
        },
    )
    assert 5 <= budget.wait() <= 6
    clock.now += 6.01
    sent = spend(budget, clock, 100)
    assert sent[-1] - sent[0] < 1


def test_malformed_headers_change_nothing() -> None:
    budget = Budget(XS, clock=Clock())
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
        Budgets().learn([budget], headers)
    budget.spend()
    assert 1 <= budget.wait() < 1.1


def test_a_refusal_holds_every_request_until_it_is_over() -> None:
    clock = Clock()
    budget = Budget(S, clock=clock)
    budget.refused(17)
    assert budget.wait() == 17
    clock.now += 17
    assert budget.wait() == 0


def test_a_request_needs_all_of_its_budgets() -> None:
    budgets = Budgets()
    endpoint, costly = budgets.get("profiles", S), budgets.get("predictive_analytics", XS)
    assert budgets.get("profiles", S) is endpoint
    assert budgets.reserve([endpoint, costly]) == 0
    assert budgets.reserve([endpoint, costly]) > 0
    assert budgets.reserve([endpoint]) == 0, "the refused request took nothing"


def test_an_answer_teaches_the_budget_that_it_speaks_of() -> None:
    budgets = Budgets()
    endpoint, costly = budgets.get("profiles", Limit(75, 750)), budgets.get("costly", XS)
    headers = {"RateLimit-Remaining": "1", "RateLimit-Reset": "0"}
    budgets.learn([endpoint, costly], {**headers, "RateLimit-Limit": "1, 1;w=1, 15;w=60"})
    assert endpoint.limits == {1: 75, 60: 750}
    budgets.learn([endpoint, costly], {**headers, "RateLimit-Limit": "90, 90;w=1, 900;w=60"})
    assert (endpoint.limits, costly.limits) == ({1: 90, 60: 900}, {1: 1, 60: 15})
