"""The streams that only Airbyte's own connector had: what is special about them."""

from integration_tests.connector.conftest import Connect, shop_of
from integration_tests.connector.harness import Json, Output, catalog, incremental, last_states
from klaviyo_sandbox import Sandbox, Settings

BEHIND = ("subscriptions", "predictive_analytics")
_SHOP = Settings(events=100, profiles=400, lists=4, campaigns=8, limits=False)


shop = shop_of(_SHOP)


def suppressions(record: Json) -> list[Json]:
    found: list[Json] = record["attributes"]["subscriptions"]["email"]["marketing"]["suppression"]
    return found


def end_of(output: Output, stream: str) -> int:
    """Return the number of the message that says that a stream is complete."""
    for number, message in enumerate(output.messages):
        status = message.get("trace", {}).get("stream_status", {})
        if status.get("status") == "COMPLETE" and status["stream_descriptor"]["name"] == stream:
            return number
    raise AssertionError(f"{stream} is not complete")


def test_lists_end_while_their_sizes_wait_for_a_quota(shop: Sandbox, connect: Connect) -> None:
    output = connect(shop).read(incremental("lists", "lists_detailed"))
    assert len(output.ids("lists")) == len(output.ids("lists_detailed")) == 4
    waiting = [
        number
        for number, message in enumerate(output.messages)
        if message["type"] == "RECORD" and message["record"]["stream"] == "lists_detailed"
    ]
    assert end_of(output, "lists") < waiting[-1], "Klaviyo grants one size a second"
    assert all(
        isinstance(record["attributes"]["profile_count"], int)
        for record in output.records["lists_detailed"]
    )


def test_a_campaign_that_klaviyo_has_not_estimated_has_null(
    shop: Sandbox, connect: Connect
) -> None:
    unknown = min(shop.ids("campaign"))
    shop.delete("campaign-recipient-estimation", [unknown])
    output = connect(shop).read(incremental("campaigns_detailed"))
    counts = {
        record["id"]: record["estimated_recipient_count"]
        for record in output.records["campaigns_detailed"]
    }
    assert counts.keys() == shop.ids("campaign")
    assert counts.pop(unknown) is None
    assert all(isinstance(count, int) for count in counts.values())


def test_a_lifted_suppression_is_told_by_profiles_or_a_full_refresh(
    shop: Sandbox, connect: Connect
) -> None:
    """Klaviyo filters by suppressions that there are, so no row of this stream tells of the end."""
    both = incremental("global_exclusions", "profiles")
    first = connect(shop).read(both)
    lifted, *others = sorted(first.ids("global_exclusions"))
    assert others
    (document,) = shop.documents("profile", [lifted], additional=BEHIND)
    marketing = document["attributes"]["subscriptions"]["email"]["marketing"]
    marketing |= {"suppression": [], "can_receive_email_marketing": True}
    document["attributes"]["updated"] = shop.now()
    shop.put(document)
    again = connect(shop).read(both, last_states(first))
    assert lifted not in again.ids("global_exclusions")
    (changed,) = (record for record in again.records["profiles"] if record["id"] == lifted)
    assert suppressions(changed) == []
    whole = catalog(["global_exclusions"], mode="full_refresh", destination="overwrite")
    assert sorted(connect(shop).read(whole).ids("global_exclusions")) == others
