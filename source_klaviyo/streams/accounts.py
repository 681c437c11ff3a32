"""Accounts API: https://developers.klaviyo.com/en/reference/accounts_api_overview ."""

from source_klaviyo.api.limits import XS
from source_klaviyo.streams.base import KlaviyoStream


class Accounts(KlaviyoStream):
    """The account itself: one record."""

    endpoint = "accounts"
    scopes = ("accounts:read",)
    limit = XS
