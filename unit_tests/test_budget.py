"""Budgets: never faster than the server's windows, wherever these begin, and never idle."""

from collections import Counter
from dataclasses import dataclass, field

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from source_klaviyo.api.quotas.budget import Budget
from source_klaviyo.api.quotas.limits import DAY, REPORT, XS, DailyLimit, Limit, RateLimitHeaders, S
from source_klaviyo.api.quotas.quota import Quotas


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


def learn(budget: Budget, limits: str, remaining: int, reset: int, elapsed: float = 0.0) -> None:
    """Let an answer arrive that was asked for `elapsed` seconds ago."""
    told = RateLimitHeaders.parse(
        {
            "RateLimit-Limit": limits,
            "RateLimit-Remaining": str(remaining),
            "RateLimit-Reset": str(reset),
        }
    )
    assert told
    budget.learn(told, elapsed)


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
    learn(budget, "20, 20;w=1, 200;w=60", 19, 0)
    sent = spend(budget, clock, 21)
    assert sent[19] - sent[0] < 1 <= sent[20] - sent[0]


def test_what_others_took_is_left_alone_until_the_window_resets() -> None:
    clock = Clock()
    budget = Budget(Limit(10, 100), clock=clock)
    budget.spend()
    learn(budget, "100, 10;w=1, 100;w=60", 2, 30)
    first, second, third = spend(budget, clock, 3)
    assert second - first < 1
    assert 30 <= third - first < 32


def told_of_the_day(remaining: int, reset: int) -> RateLimitHeaders:
    """Return what a report's answer says, in the form that was recorded in July 2026."""
    told = RateLimitHeaders.parse(
        {
            "RateLimit-Limit": "1, 1;w=1, 2;w=60, 225;w=86400",
            "RateLimit-Remaining": "0",
            "RateLimit-Reset": "0",
            "RateLimit-Remaining-Daily": str(remaining),
            "RateLimit-Reset-Daily": str(reset),
        }
    )
    assert told
    return told


def test_a_report_tells_what_others_took_of_the_day() -> None:
    clock = Clock()
    budget = Budget(REPORT, clock=clock)
    budget.spend()
    budget.learn(told_of_the_day(remaining=3, reset=69_112), 0.0)
    first, *_, fourth = spend(budget, clock, 4)
    assert fourth - first > 69_000


def test_calls_before_the_day_that_klaviyo_counts_are_over() -> None:
    clock = Clock()
    budget = Budget(REPORT, clock=clock)
    budget.spent_before([3_600.0] * 224)
    budget.spend()
    budget.learn(told_of_the_day(remaining=224, reset=DAY - 60), 0.0)
    sent = spend(budget, clock, 224)
    assert sent[-1] - sent[0] < 2 * 3_600 + 100


def test_a_known_reset_frees_the_whole_window_at_once() -> None:
    clock = Clock()
    budget = Budget(Limit(100, 100), clock=clock)
    spend(budget, clock, 100)
    learn(budget, "100, 100;w=1, 100;w=60", 0, 5)
    assert budget.wait() > 50, "both windows have this limit: the shorter is taken for it"
    learn(budget, "100, 300;w=1, 100;w=60", 0, 5)
    assert 5 <= budget.wait() <= 6
    clock.now += 6.01
    free = clock.now
    sent = spend(budget, clock, 100)
    assert sent[-1] - free < 1


def test_a_refusal_holds_every_request_until_it_is_over() -> None:
    clock = Clock()
    budget = Budget(S, clock=clock)
    budget.refused(17)
    assert budget.wait() == 17
    clock.now += 17
    assert budget.wait() == 0


def test_a_refusal_of_long_ago_says_nothing_of_the_quota_now() -> None:
    clock = Clock()
    budget = Budget(S, clock=clock)
    assert budget.refused(17) == 17
    clock.now += 17
    assert budget.refused(3) == 20
    clock.now += 7_200
    assert budget.refused(17) == 17


def test_requests_that_may_have_come_after_a_windows_end_count_in_the_next() -> None:
    clock = Clock()
    budget = Budget(Limit(100, 100), clock=clock)
    learn(budget, "100, 900;w=1, 100;w=60", 100, 5, elapsed=0.5)
    clock.now += 4.0  # the window may be over, or may go on for two more seconds
    spend(budget, clock, 10)
    clock.now += 2.5
    sent = spend(budget, clock, 91)
    assert sent[89] - sent[0] < 1
    assert sent[90] - sent[0] > 50


@pytest.mark.parametrize(
    ("resets", "seconds"), [((30, 29, 28), 28 + 1 - 0.7), ((30, 30), 30 + 1 - 1.4)]
)
def test_answers_together_tell_more_exactly_when_a_window_ends(
    resets: tuple[int, ...], seconds: float
) -> None:
    """Whether Klaviyo rounds the seconds up or down is not documented."""
    clock = Clock()
    budget = Budget(Limit(100, 100), clock=clock)
    spend(budget, clock, 100)
    for reset in resets:
        learn(budget, "100, 900;w=1, 100;w=60", 0, reset)
        clock.now += 0.7
    assert budget.wait() == pytest.approx(seconds, abs=0.02)


def test_an_answer_of_the_window_before_that_comes_late_changes_nothing() -> None:
    clock = Clock()
    budget = Budget(Limit(100, 100), clock=clock)
    learn(budget, "100, 900;w=1, 100;w=60", 40, 59)
    learn(budget, "100, 900;w=1, 100;w=60", 0, 0, elapsed=1.0)
    assert budget.wait() == 0


@settings(max_examples=50)
@given(st.integers(1, 40), st.integers(1, 10), st.integers(2, 6))
def test_requests_of_a_smaller_budget_get_all_that_it_grants(
    steady: int, burst: int, times: int
) -> None:
    clock = Clock()
    smaller = Budget(Limit(burst, steady), clock=clock)
    endpoint = Budget(Limit(burst * times, steady * times), clock=clock)
    began = clock.now
    sent = Counter[int]()
    while clock.now < began + 60:
        endpoint.claim(smaller)
        if not max(endpoint.wait(for_claimant=True), smaller.wait()):
            endpoint.spend()
            smaller.spend()
            sent[steady] += 1
        while endpoint.wait() == 0:
            endpoint.spend()
            sent[0] += 1
        clock.now += 0.1
    least = min(steady, 50 * burst)  # the burst limit may keep it from more
    assert sent[steady] >= least
    assert sent[0] >= min(steady * (times - 1), 50 * burst * (times - 1))


def test_nothing_is_left_for_requests_that_nobody_wants_to_send_any_more() -> None:
    clock = Clock()
    smaller, endpoint = Budget(Limit(1, 15), clock=clock), Budget(Limit(60, 60), clock=clock)
    endpoint.claim(smaller)
    sent = spend(endpoint, clock, 60)
    assert sent[44] - sent[0] < 1
    assert 2 < sent[45] - sent[44] < 4
    assert sent[59] - sent[45] < 1


def test_a_smaller_budget_that_is_spent_claims_nothing_meanwhile() -> None:
    clock = Clock()
    smaller, endpoint = Budget(Limit(5, 5), clock=clock), Budget(Limit(20, 100), clock=clock)
    for _ in range(5):
        endpoint.spend()
        smaller.spend()
    clock.now += 2
    endpoint.claim(smaller)
    sent = spend(endpoint, clock, 20)
    assert sent[19] - sent[0] < 1


@pytest.mark.parametrize(("limit", "pause"), [(XS, 1.05), (REPORT, 1.4)])
def test_where_days_are_counted_requests_are_kept_further_apart(limit: Limit, pause: float) -> None:
    budget = Budget(limit, clock=Clock())
    budget.spend()
    assert budget.wait() == pytest.approx(pause)


@pytest.mark.parametrize(
    ("limits", "reset"),
    [
        ("750, 75;w=1, 750;w=" + "9" * 400, "7"),
        ("750, 75;w=1, 750;w=86401", "7"),
        ("750, 75;w=-1, 750;w=-60", "7"),
        ("750, 75;w=0, 750;w=60", "7"),
        ("0, 0;w=1, 0;w=60", "0"),
        ("-3, -3;w=1, -3;w=60", "7"),
        ("{0}, 75;w=1, {0};w=60".format("9" * 400), "7"),
        ("750, 75;w=1, 750;w=60", "9" * 400),
        ("750, 75;w=1, 750;w=60", "1000000000"),
        ("750, 75;w=1, 750;w=60", "-7"),
        ("750, 75;w=1, 750;w=60", "?"),
        ("many", "1"),
        ("9, 1;w=1", "1"),
    ],
)
def test_what_cannot_be_is_as_if_not_stated(limits: str, reset: str) -> None:
    headers = {"RateLimit-Limit": limits, "RateLimit-Remaining": "0", "RateLimit-Reset": reset}
    assert RateLimitHeaders.parse(headers) is None
    assert RateLimitHeaders.parse({}) is None


def test_a_window_ends_within_its_own_length_whatever_is_stated() -> None:
    budget = Budget(Limit(75, 750), clock=Clock())
    learn(budget, "750, 75;w=1, 750;w=60", 0, 5000)
    assert 0 < budget.wait() <= 61


_numbers = st.one_of(
    st.integers(-2, 100_000).map(str), st.integers().map(str), st.just("9" * 400), st.text()
)


@given(
    st.tuples(_numbers, _numbers, _numbers, _numbers).map(
        "{0[0]}, {0[1]};w=1, {0[2]};w={0[3]}".format
    )
    | st.lists(_numbers).map(", ".join),
    _numbers,
    _numbers,
    st.floats(0.1, 1),
)
def test_no_header_stops_a_budget(limits: str, remaining: str, reset: str, share: float) -> None:
    headers = {
        "RateLimit-Limit": limits,
        "RateLimit-Remaining": remaining,
        "RateLimit-Reset": reset,
    }
    quota = Quotas(share, Clock()).get("things", REPORT, presumed=("reports", DailyLimit(225)))
    for _ in range(3):
        quota.reserve()
        quota.learn(headers, 0.5)
        assert quota.per_minute >= 1
        assert quota.reserve() <= DAY + 1
