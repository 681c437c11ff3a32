"""Coupons API: https://developers.klaviyo.com/en/reference/coupons_api_overview ."""

from source_klaviyo.api.quotas.limits import XL, L
from source_klaviyo.streams.kinds.base import KlaviyoStream


class Coupons(KlaviyoStream):
    """Coupons; their codes are in `coupon_codes`."""

    endpoint = "coupons"
    scopes = ("coupons:read",)
    limit = L
    page_size = 100
    resource = "coupon"


class CouponCodes(KlaviyoStream):
    """The codes of coupons, and whether each is still available. Codes carry no time of change."""

    endpoint = "coupon-codes"
    scopes = ("coupon-codes:read", "coupons:read")
    limit = XL
    page_size = 100
    parent = Coupons
    parent_key = "coupon_id"
    parent_filter = "coupon.id"
