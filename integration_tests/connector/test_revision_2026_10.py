"""What revision 2026-10-15 added is read at that revision, whatever the connector is set to."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import pytest

from integration_tests.connector.conftest import connector_of, shop_of
from integration_tests.connector.harness import Json, catalog
from integration_tests.connector.relay import Host, host, pass_on
from klaviyo_sandbox import Sandbox, Settings
from source_klaviyo.registry import STREAMS, stream_name

PINNED: Final = "2026-10-15"
CLASSIC: Final = "2026-07-15"
SMALL: Final = Settings(events=0, profiles=30, campaigns=12, templates=6, flows=3, limits=False)

PINNED_STREAMS: Final = sorted(
    stream_name(stream)
    for stream in STREAMS
    if PINNED in (stream.oldest_revision, getattr(stream, "oldest_item_revision", None))
)


@dataclass(frozen=True)
class Read:
    """A read of these streams and of classic campaigns, and what it asked."""

    records: dict[str, list[Json]]
    asked: Host


shop = shop_of(SMALL)


@pytest.fixture(scope="module", params=["2026-04-15", PINNED])
def read(
    request: pytest.FixtureRequest, shop: Sandbox, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Read]:
    with host(pass_on(shop)) as relay:
        folder: Path = tmp_path_factory.mktemp("newest")
        connector = connector_of(shop, folder, api_base_url=relay.url, revision=request.param)
        output = connector.read(catalog(["campaigns", *PINNED_STREAMS], "full_refresh"))
        assert output.code == 0, output.failures
        assert all(output.records[stream] for stream in PINNED_STREAMS)
        yield Read(output.records, relay)


def test_each_request_names_the_revision_of_its_stream(read: Read) -> None:
    named: dict[str, set[str]] = {}
    for path, headers in read.asked.asked:
        kind = "classic" if "messages.channel" in path else urlsplit(path).path.split("/")[2]
        named.setdefault(kind, set()).add(headers["revision"])
    (classic,) = named.pop("classic")
    assert classic <= CLASSIC
    (listing,) = named.pop("accounts")  # its items exist only in the newest revision, it does not
    assert listing in {classic, PINNED}
    assert named.keys() >= {
        "campaigns",
        "campaign-messages",
        "profiles",
        "translations",
        "brand-voice",
    }
    assert {kind: revisions for kind, revisions in named.items() if revisions != {PINNED}} == {}


def test_both_models_of_campaigns_are_there(read: Read) -> None:
    older = {record["id"]: record for record in read.records["campaigns"]}
    newer = {record["id"]: record for record in read.records["omnichannel_campaigns"]}
    assert older.keys() < newer.keys()
    for campaign, record in older.items():
        assert "definition" not in record["attributes"]
        assert newer[campaign]["attributes"]["definition"]["name"] == record["attributes"]["name"]
    audiences = {record["campaign_id"] for record in read.records["campaign_audiences"]}
    assert audiences == newer.keys()


def test_registrations_are_on_their_senders(read: Read, shop: Sandbox) -> None:
    joined = [
        record["text_messaging_sender_registration"]
        for record in read.records["text_messaging_senders"]
    ]
    assert None in joined
    ids = [registration["id"] for registration in joined if registration]
    assert sorted(ids) == sorted(shop.ids("text-messaging-sender-registration"))


def test_texts_of_translations_are_in_their_own_stream(read: Read) -> None:
    assert all(record["attributes"]["values"] for record in read.records["translation_values"])
    assert all("values" not in record["attributes"] for record in read.records["translations"])


def test_profiles_have_hashes(read: Read) -> None:
    hashed = {
        record["attributes"]["email"]: record["attributes"]["hashed_email"]
        for record in read.records["profiles"]
    }
    assert hashed.pop(None) is None
    assert len(set(hashed.values())) == len(hashed) > 1
    for record in read.records["profiles"]:
        told = record["attributes"]
        assert (told["hashed_phone_number"] is None) == (told["phone_number"] is None)


def test_variations_name_their_message_and_their_image(read: Read, shop: Sandbox) -> None:
    variations = {record["id"]: record for record in read.records["campaign_variations"]}
    messages = {record["campaign_message_id"] for record in variations.values()}
    assert messages == set(shop.ids("omni-campaign-message"))
    images = {
        record["id"]: image["id"]
        for record in read.records["campaign_variation_images"]
        if (image := record["relationships"]["image"]["data"])
    }
    on_phones = {
        each
        for each, record in variations.items()
        if record["attributes"]["definition"]["details"]["channel"] == "mobile_push"
    }
    assert images.keys() == on_phones
    assert set(images.values()) <= set(shop.ids("image"))


def test_messages_have_their_tags(read: Read) -> None:
    tags = {
        (record["campaign_message_id"], record["id"])
        for record in read.records["campaign_message_tags"]
    }
    assert len(tags) == len(read.records["campaign_message_tags"]) > 0
