"""Accounts API: https://developers.klaviyo.com/en/reference/accounts_api_overview ."""

from typing import ClassVar

from source_klaviyo.api.limits import XS
from source_klaviyo.streams.base import KlaviyoStream


class Accounts(KlaviyoStream):
    """The account itself: one record."""

    endpoint = "accounts"
    scopes: ClassVar[tuple[str, ...]] = ("accounts:read",)
    limit = XS
    resource = "account"
