"""What a first sync is said to cost."""

from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from source_klaviyo.api.quotas.limits import XL, XS, L, Limit, M
from source_klaviyo.estimate.accounts import ACCOUNTS, size_names
from source_klaviyo.estimate.costs import requests_of
from source_klaviyo.estimate.duration import OWN_PACE, estimate, seconds
from source_klaviyo.estimate.table import lines
from source_klaviyo.registry import STREAMS
from source_klaviyo.source import SourceKlaviyo
from source_klaviyo.streams.catalogs import CatalogItems
from source_klaviyo.streams.coupons import Coupons
from source_klaviyo.streams.events import EventAttributions, Events
from source_klaviyo.streams.kinds.base import KlaviyoStream
from source_klaviyo.streams.kinds.item import ItemStream
from source_klaviyo.streams.kinds.union import UnionStream
from source_klaviyo.streams.lists import ListProfiles, Lists, ListsDetailed
from source_klaviyo.streams.profiles import (
    ProfilePredictiveAnalytics,
    Profiles,
    ProfilesAtFullSpeed,
)
from tools import limit_docs

SIZES = {"lists": 30, "list-profiles": 10_000, "profiles": 140_000, "events": 500_000}


def test_the_page_of_limits_is_what_the_tool_writes() -> None:
    written = limit_docs.PAGE.read_text(encoding="utf-8")
    assert written == limit_docs.page(written), "run: python -m tools.limit_docs"
    assert "| **events** |" in written


def test_an_account_has_all_sizes_and_no_other() -> None:
    for account in ACCOUNTS.values():
        assert sorted(account) == size_names(STREAMS)
    for name in ACCOUNTS["medium"]:
        small, medium, large = (account[name] for account in ACCOUNTS.values())
        assert small <= medium <= large


def test_streams_share_requests_where_they_share_a_collection() -> None:
    config = {"credentials": {"auth_type": "api_key", "api_key": "pk_nobody"}}
    streams = [
        stream
        for stream in SourceKlaviyo().streams(config)
        if isinstance(stream, KlaviyoStream)
        and not isinstance(stream, UnionStream)
        and not stream.parent
    ]
    shared = 0
    for one, other in combinations(streams, 2):
        same = requests_of(type(one))[-1] == requests_of(type(other))[-1]
        assert same == (one.collection_key == other.collection_key), (one.name, other.name)
        shared += same
    assert shared
    items = [stream for stream in streams if isinstance(stream, ItemStream)]
    shared = 0
    for one, other in combinations(items, 2):
        of_one, of_other = (each.collection_view(each.name).items for each in (one, other))
        assert of_one is not None
        same = requests_of(type(one))[0] == requests_of(type(other))[0]
        assert same == of_one.serves(of_other), (one.name, other.name)
        shared += same
    assert shared


def test_requests_follow_from_sizes() -> None:
    def counts(stream: type[KlaviyoStream]) -> list[int]:
        return [requests.count(SIZES) for requests in requests_of(stream)]

    assert counts(Lists) == [3]
    assert counts(ListsDetailed) == [30, 3]
    assert counts(ListProfiles) == [130, 3]
    assert counts(Events) == [500]
    assert requests_of(Lists)[0].count({"lists": 0}) == 1


def test_all_together_share_pages_and_wait_for_the_slowest_quota() -> None:
    streams = {"events": Events, "event_attributions": EventAttributions, "profiles": Profiles}
    together, alone = estimate(streams, SIZES)
    assert [each.requests for each in alone] == [500, 500, 1_400]
    assert together.requests == 1_900
    assert together.waits_for == "predictive_analytics"
    assert together.seconds == max(each.seconds for each in alone)


def test_many_requests_take_time_where_no_quota_is_used_up() -> None:
    streams = {f"catalog_{number}": stream for number, stream in enumerate((CatalogItems, Coupons))}
    together, alone = estimate(streams, {"catalog-items": 300_000, "coupons": 70_000})
    assert [each.waits_for for each in alone] == ["catalog-items", "coupons"]
    assert together.requests == 3_700
    assert together.waits_for == OWN_PACE
    assert together.seconds == pytest.approx(3_700 / 60)


def test_streams_of_one_endpoint_draw_on_one_quota() -> None:
    two = {"profiles": ProfilesAtFullSpeed, "predictions": ProfilePredictiveAnalytics}
    sizes = {"profiles": 1_000}
    together, _ = estimate(two, sizes)
    assert together.requests == 20
    assert together.seconds == pytest.approx(1.0)  # 10 at 10 a second; 20 of profiles take less
    _, (full_speed,) = estimate({"profiles": ProfilesAtFullSpeed}, {"profiles": 75_100})
    assert full_speed.seconds == pytest.approx(60 + 1 / 60)


@pytest.mark.parametrize(
    ("requests", "limit", "expected"),
    [
        (0, M, 0),
        (1, XS, 1),
        (15, XS, 15),
        (16, XS, 61),
        (1_000, M, 370),  # measured: 375.6 s (docs/performance.md)
        (1_400, L, 71),  # measured: 71.2 s
        (500, XL, 8.3),  # measured: 9.2 s
    ],
)
def test_a_minute_of_quota_is_spent_as_it_comes(
    requests: int, limit: Limit, expected: float
) -> None:
    assert seconds(requests, limit) == pytest.approx(expected, rel=0.01)


@given(st.integers(0, 10**6), st.sampled_from([XS, M, L, XL]), st.floats(0.1, 1))
def test_more_requests_or_less_quota_never_take_less_time(
    requests: int, limit: Limit, share: float
) -> None:
    took = seconds(requests, limit, share)
    assert seconds(requests + 1, limit, share) > took
    assert seconds(requests, limit) <= took
    assert took <= 60 * (requests / max(1, int(limit.steady * share)) + 1)


def test_the_table_has_what_is_slow_first_and_the_sum_last() -> None:
    streams = {"lists": Lists, "list_profiles": ListProfiles, "profiles": Profiles}
    head, first, second, last, fast = lines(*estimate(streams, SIZES))
    assert head.split()[:3] == ["stream", "requests", "time"]
    assert first.split() == ["profiles", "1,400", "9.1", "min", "predictive_analytics"]
    assert second.split()[0] == "list_profiles"
    assert last.split()[:2] == ["all", "together"]
    assert fast.startswith("A second each, or less: lists")
