"""Text Messaging API. Declared as the official SDK (25.0.0) describes it."""

from source_klaviyo.api.quotas.limits import S
from source_klaviyo.streams.accounts import Accounts
from source_klaviyo.streams.kinds.base import KlaviyoStream
from source_klaviyo.streams.kinds.item import ItemStream


class TextMessagingSenders(KlaviyoStream):
    """The numbers and names that text messages come from, each with its newest registration."""

    endpoint = "text-messaging-senders"
    scopes = ("sender-config:read",)
    limit = S
    page_size = 20
    include = ("text-messaging-sender-registration",)
    oldest_revision = "2026-10-15"


class TextMessagingConfigurations(ItemStream, Accounts):
    """The account's set-up for text messages, if any, under the account's id."""

    scopes = ("accounts:read", "sender-config:read")
    item = "text-messaging-configurations/{id}"
    item_limit = S
    oldest_item_revision = "2026-10-15"
