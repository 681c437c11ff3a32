"""Events dated in the future are written once, not by each sync until their time has come."""

from integration_tests.connector.conftest import shop_of
from integration_tests.quirks.reading import read
from klaviyo_sandbox import Sandbox, Settings

STREAMS = ["events", "event_attributions"]


shop = shop_of(Settings(events=300, profiles=20, limits=False))


def test_events_of_the_future_come_once_until_their_day(shop: Sandbox) -> None:
    early = set(shop.add("event", 30, days_ago=-3))
    first = read(shop, STREAMS, lookback_days=0)
    assert early < first.ids("events")
    second = read(shop, STREAMS, states=first.states, lookback_days=0)
    assert not second.ids("events") & early
    later = set(shop.add("event", 5, days_ago=-3))
    third = read(shop, STREAMS, states=second.states, lookback_days=0)
    assert third.ids("events") & (early | later) == later
    state = third.states["events"]["stream"]["stream_state"]
    assert early | later <= state["ahead"].keys()


def test_a_state_names_a_bounded_number_of_them(shop: Sandbox) -> None:
    early = set(shop.add("event", 1_300, days_ago=-3))
    first = read(shop, ["events"], lookback_days=0)
    assert early < first.ids("events")
    assert len(first.states["events"]["stream"]["stream_state"]["ahead"]) == 1_000
    second = read(shop, ["events"], states=first.states, lookback_days=0)
    assert len(second.ids("events") & early) >= 300
