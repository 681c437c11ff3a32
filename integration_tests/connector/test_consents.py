"""Who may be written to: suppressions by their own time, consents as flat rows."""

from typing import Any

from integration_tests.connector.conftest import shop_of
from integration_tests.quirks.reading import read
from klaviyo_sandbox import Sandbox, Settings

PARTS = ["subscriptions", "predictive_analytics"]
EMAIL = ("email", "marketing", "")
Json = dict[str, Any]


shop = shop_of(Settings(events=0, profiles=230, limits=False))


def marketing(document: Json) -> Json:
    found: Json = document["attributes"]["subscriptions"]["email"]["marketing"]
    return found


def suppress(shop: Sandbox, profile: str, *suppressions: Json, updated: str | None = None) -> None:
    """Give a profile these suppressions; without `updated`, that stays as it is."""
    (document,) = shop.documents("profile", [profile], additional=PARTS)
    marketing(document)["suppression"] = list(suppressions)
    document["attributes"]["updated"] = updated or document["attributes"]["updated"]
    shop.put(document)


def free(shop: Sandbox) -> list[str]:
    """Return the profiles that nothing suppresses."""
    documents = shop.documents("profile", additional=PARTS)
    return [each["id"] for each in documents if not marketing(each)["suppression"]]


def test_a_suppression_that_does_not_move_the_profile_is_read(shop: Sandbox) -> None:
    chosen = free(shop)[:40:7]
    assert len(chosen) > 3
    first = read(shop, ["global_exclusions"])
    for profile in chosen:
        suppress(shop, profile, {"reason": "SPAM_COMPLAINT", "timestamp": shop.now()})
    shop.advance(60)
    second = read(shop, ["global_exclusions"], states=first.states)
    assert set(chosen) <= second.ids("global_exclusions")
    assert not second.ids("global_exclusions") - first.ids("global_exclusions") - set(chosen)
    told = {record["id"]: record for record in second.records["global_exclusions"]}
    for profile in chosen:
        (suppression,) = marketing(told[profile])["suppression"]
        assert told[profile]["suppressed_at"] == suppression["timestamp"]


def test_the_latest_of_several_suppressions_is_the_cursor(shop: Sandbox) -> None:
    profile = free(shop)[0]
    earlier, later = "2026-01-02T03:04:05+00:00", "2026-03-02T03:04:05+00:00"
    suppress(
        shop,
        profile,
        {"reason": "HARD_BOUNCE", "timestamp": later},
        {"reason": "UNSUBSCRIBE", "timestamp": earlier},
    )
    outcome = read(shop, ["global_exclusions", "profile_consents"])
    (record,) = (each for each in outcome.records["global_exclusions"] if each["id"] == profile)
    assert record["suppressed_at"] == later
    row = rows(outcome.records["profile_consents"])[profile][EMAIL]
    assert (row["state"], row["reason"], row["suppressed_at"]) == (
        "SUPPRESSED",
        "HARD_BOUNCE",
        later,
    )


def rows(records: list[Json]) -> dict[str, dict[tuple[str, str, str], Json]]:
    """Return the rows of consents by profile, then by channel, purpose and list."""
    found: dict[str, dict[tuple[str, str, str], Json]] = {}
    for record in records:
        key = (record["channel"], record["purpose"], record["list_id"])
        assert key not in found.setdefault(record["profile_id"], {})
        found[record["profile_id"]][key] = record
    return found


def test_consents_are_a_row_for_each_channel_and_list(shop: Sandbox) -> None:
    consents = rows(read(shop, ["profile_consents"]).records["profile_consents"])
    profiles = {each["id"]: each for each in shop.documents("profile", additional=PARTS)}
    assert consents.keys() == profiles.keys()
    for profile, document in profiles.items():
        told, own = marketing(document), consents[profile]
        email = own[EMAIL]
        assert email["state"] == ("SUPPRESSED" if told["suppression"] else told["consent"])
        assert email["can_receive"] == told["can_receive_email_marketing"]
        assert {key[2] for key in own} - {""} == {
            each["list_id"] for each in told["list_suppressions"]
        }
        assert {key[0] for key in own} == {"email", "sms", "mobile_push"}
    lists = [key for own in consents.values() for key in own if key[2]]
    assert lists
    assert any(own[EMAIL]["state"] == "SUPPRESSED" for own in consents.values())


def test_a_lifted_suppression_leaves_older_rows_behind(shop: Sandbox) -> None:
    first = read(shop, ["profile_consents"])
    before = rows(first.records["profile_consents"])
    profile = next(each for each, own in before.items() if any(key[2] for key in own))
    (document,) = shop.documents("profile", [profile], additional=PARTS)
    marketing(document)["list_suppressions"] = []
    document["attributes"]["updated"] = shop.now()
    shop.put(document)
    shop.advance(60)
    second = read(shop, ["profile_consents"], states=first.states)
    own = rows(second.records["profile_consents"])[profile]
    assert all(key[2] == "" for key in own)
    merged = {**before[profile], **own}
    newest = max(row["updated"] for row in merged.values())
    lifted = {key for key, row in merged.items() if row["updated"] < newest}
    assert lifted == {key for key in before[profile] if key[2]}
