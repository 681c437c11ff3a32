"""Brands API: the look of e-mails. Declared as the official SDK (25.0.0) describes it."""

from source_klaviyo.api.quotas.limits import M
from source_klaviyo.streams.accounts import Accounts
from source_klaviyo.streams.kinds.base import KlaviyoStream
from source_klaviyo.streams.kinds.item import ItemStream


class BrandButtons(KlaviyoStream):
    """The styles of buttons."""

    endpoint = "brand-buttons"
    scopes = ("brands:read",)
    limit = M
    oldest_revision = "2026-10-15"


class BrandColors(KlaviyoStream):
    """Groups of colors."""

    endpoint = "brand-colors"
    scopes = ("brands:read",)
    limit = M
    oldest_revision = "2026-10-15"


class BrandEmailDefaults(KlaviyoStream):
    """The default look of e-mails, with the ids of button, logo and social links."""

    endpoint = "brand-email-defaults"
    scopes = ("brands:read",)
    limit = M
    include = ("brand-button", "brand-logo", "brand-social-group")
    relationship_ids = (
        ("brand-button", "brand_button_id"),
        ("brand-logo", "brand_logo_id"),
        ("brand-social-group", "brand_social_group_id"),
    )
    parameters = tuple((f"fields[{name}]", "id") for name in include)
    oldest_revision = "2026-10-15"


class BrandLogos(KlaviyoStream):
    """Logos, each with its image's id."""

    endpoint = "brand-logos"
    scopes = ("brands:read",)
    include_scopes = (("image", "images:read"),)
    limit = M
    include = ("image",)
    relationship_ids = (("image", "image_id"),)
    parameters = (("fields[image]", "id"),)
    oldest_revision = "2026-10-15"


class BrandSocialGroups(KlaviyoStream):
    """Groups of links to social networks."""

    endpoint = "brand-social-groups"
    scopes = ("brands:read",)
    limit = M
    oldest_revision = "2026-10-15"


class BrandVoices(ItemStream, Accounts):
    """The brand's way of speaking: at most a single record, under the account's id."""

    scopes = ("accounts:read", "brands:read")
    item = "brand-voice/{id}"
    item_limit = M
    oldest_item_revision = "2026-10-15"
