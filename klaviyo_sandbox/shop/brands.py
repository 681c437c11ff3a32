"""Family Brands: the account's buttons, colours, logos, social links, e-mail defaults and voice."""

from klaviyo_sandbox.shop.accounts import ACCOUNT_ID
from klaviyo_sandbox.shop.shop import Shop
from klaviyo_sandbox.shop.words import BRAND, COLOURS, DOMAIN
from klaviyo_sandbox.store.json_text import JsonObject
from klaviyo_sandbox.store.row import Reference

COUNT = 3
_SPACING: JsonObject = {f"padding_{side}": 12 for side in ("top", "right", "bottom", "left")}


def _text(size: int, decoration: str = "none") -> JsonObject:
    return {
        "color": "#222222",
        "font_size": size,
        "font_style": "normal",
        "font_family": "Helvetica",
        "font_weight": 400,
        "letter_spacing": 0,
        "text_decoration": decoration,
    }


def _button(shop: Shop, number: int) -> None:
    shop.put(
        Reference("brand-button", shop.ids.uuid()),
        {
            "name": f"Button {number}",
            "is_primary": number == 0,
            "style": {
                "background_color": "#123456",
                "border_radius": 4,
                "box_shadow": "none",
                "is_shadow_active": False,
            },
            "border": {
                "border_color": "#123456",
                "border_style": "solid",
                "border_width": 1,
                "is_border_active": False,
            },
            "spacing": _SPACING,
            "text": _text(16),
            "preview_page_hex": "#ffffff",
        },
    )


def _library(shop: Shop, number: int) -> None:
    """Make a group of colours, a logo and a group of social links."""
    shop.put(
        Reference("brand-color", shop.ids.uuid()),
        {
            "name": f"Palette {number}",
            "colors": [{"hex": "#123456", "name": shop.text(COLOURS)}],
        },
    )
    shop.put(
        Reference("brand-logo", shop.ids.uuid()),
        {
            "width": 160,
            "height": 40,
            "alt_text": BRAND,
            "link_url": f"https://{DOMAIN}",
            "name": f"Logo {number}",
        },
        {"image": shop.one("image")},
    )
    shop.put(
        Reference("brand-social-group", shop.ids.uuid()),
        {
            "name": f"Social {number}",
            "social_links": [],
        },  # the SDK does not tell what a link looks like
    )


def _defaults(shop: Shop) -> None:
    link = _text(14, "underline")
    body: JsonObject = {
        "background_color": "#ffffff",
        "body_background_color": "#f4f4f4",
        "text": _text(14),
        **{f"h{level}_text": _text(40 - 6 * level) for level in range(1, 5)},
        "link_text": link,
    }
    header: JsonObject = {
        "background_color": "#ffffff",
        "links": [],
        "link_text": link,
        "logo_max_width": 160,
    }
    footer: JsonObject = {
        "background_color": "#ffffff",
        "text": _text(12),
        "link_text": link,
        "social_group_color": "black",
    }
    shop.put(
        Reference("brand-email-default", ACCOUNT_ID),
        {"body": body, "header": header, "footer": footer},
        {name: shop.one(name) for name in ("brand-button", "brand-logo", "brand-social-group")},
    )


def build_brands(shop: Shop) -> None:
    """All of it; the e-mail defaults and the voice carry the account's id."""
    for number in range(COUNT):
        _button(shop, number)
        _library(shop, number)
    _defaults(shop)
    shop.put(
        Reference("brand-voice", ACCOUNT_ID),
        {
            "version": "v1",
            "tone_descriptors": [
                {"name": "Warm", "description": "Like a neighbour.", "user_modified": False}
            ],
            "language_patterns": [
                {"name": "Short", "description": "Few words.", "user_modified": True}
            ],
        },
    )
