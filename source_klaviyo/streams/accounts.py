"""Accounts API: https://developers.klaviyo.com/en/reference/accounts_api_overview ."""

from typing import ClassVar

from airbyte_cdk.models import FailureType

from source_klaviyo.api.client import Client
from source_klaviyo.api.documents.json_parts import id_text, member
from source_klaviyo.api.quotas.limits import XS
from source_klaviyo.errors import ConfigError, ScopeMissing, StreamFailed
from source_klaviyo.streams.kinds.base import KlaviyoStream
from source_klaviyo.streams.metric_names import records


class Accounts(KlaviyoStream):
    """The account: a single record."""

    endpoint = "accounts"
    scopes: ClassVar[tuple[str, ...]] = ("accounts:read",)
    limit = XS
    resource = "account"


def account_id(client: Client) -> str:
    """Return the account's id, for `add_account_id`. Raises ConfigError and StreamFailed."""
    try:
        ids = [id_text(member(raw, ("id",))) for raw in records(Accounts(client))]
    except ScopeMissing as missing:
        raise ConfigError(
            f"`add_account_id` needs the scope accounts:read. {missing.message}"
        ) from missing
    if found := next(filter(None, ids), None):
        return found
    raise StreamFailed(
        "Klaviyo did not send the account's id, which `add_account_id` needs.",
        FailureType.system_error,
    )
