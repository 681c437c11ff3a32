"""Family Tags: tag groups and tags."""

from datetime import datetime

from klaviyo_sandbox.shop.shop import Shop
from klaviyo_sandbox.shop.words import THEMES
from klaviyo_sandbox.store.row import Reference, Row

GROUP_COUNT = 27
"""More than one page of 25."""


def tag_group(shop: Shop, _at: datetime) -> Row:
    """Make a tag group; the first one is the account's default."""
    number = len(shop.world.table("tag-group"))
    name = (
        "Default" if number == 0 else f"{shop.text(('Season', 'Team', 'Region', 'Goal'))} {number}"
    )
    return shop.put(
        Reference("tag-group", shop.ids.uuid()),
        {"name": name, "exclusive": number % 5 == 4, "default": number == 0},
    )


def tag(shop: Shop, _at: datetime) -> Row:
    """Make a tag in one of the groups."""
    number = len(shop.world.table("tag"))
    return shop.put(
        Reference("tag", shop.ids.uuid()),
        {"name": f"{shop.text(THEMES)} #{number}"},
        {"tag-group": shop.one("tag-group")},
    )


def build_tags(shop: Shop) -> None:
    """All tag groups and tags."""
    now = shop.clock.now()
    for _ in range(GROUP_COUNT):
        tag_group(shop, now)
    for _ in range(shop.settings.tags):
        tag(shop, now)
