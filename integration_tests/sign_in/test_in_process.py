"""The source used as a library hands over new tokens as well."""

import logging

from airbyte_cdk.models import AirbyteMessage, ConfiguredAirbyteCatalogSerializer, Type

from integration_tests.connector.harness import Json, catalog
from integration_tests.sign_in.conftest import own_app
from klaviyo_sandbox import OAuthRules, Sandbox
from source_klaviyo.source import SourceKlaviyo

LOGGER = logging.getLogger("airbyte")


def config(shop: Sandbox) -> Json:
    shop.access.set_oauth(OAuthRules(rotate="at_once"))
    return {"credentials": own_app(shop), "api_base_url": shop.url}


def read(source: SourceKlaviyo, config: Json) -> list[AirbyteMessage]:
    chosen = ConfiguredAirbyteCatalogSerializer.load(catalog(["lists"]))
    return list(source.read(LOGGER, config, chosen, []))


def token(message: AirbyteMessage) -> str:
    assert message.control is not None
    assert message.control.connectorConfig is not None
    return str(message.control.connectorConfig.config["credentials"]["refresh_token"])


def test_a_new_token_is_the_first_message(shop: Sandbox) -> None:
    given = config(shop)
    first, *others = read(SourceKlaviyo(), given)
    assert first.type is Type.CONTROL
    assert token(first) != given["credentials"]["refresh_token"]
    assert {message.type for message in others} >= {Type.RECORD, Type.STATE}
    assert Type.CONTROL not in {message.type for message in others}


def test_who_asks_is_given_it_at_once(shop: Sandbox) -> None:
    emitted: list[AirbyteMessage] = []
    source = SourceKlaviyo(emit=emitted.append)
    messages = read(source, config(shop))
    assert [message.type for message in emitted] == [Type.CONTROL]
    assert Type.CONTROL not in {message.type for message in messages}
