"""The makers of resources of each type."""

from collections.abc import Callable
from datetime import datetime

from klaviyo_sandbox.shop.campaigns import campaign
from klaviyo_sandbox.shop.custom_objects import object_type
from klaviyo_sandbox.shop.flows import flow
from klaviyo_sandbox.shop.make import make
from klaviyo_sandbox.shop.omni_campaigns import omni_campaign
from klaviyo_sandbox.shop.profiles import profile
from klaviyo_sandbox.shop.shop import Shop
from klaviyo_sandbox.shop.table import TABLES
from klaviyo_sandbox.store.row import Row

MAKERS: dict[str, Callable[[Shop, datetime], Row]] = {
    "campaign": campaign,
    "flow": flow,
    "object-type": object_type,
    "omni-campaign": omni_campaign,
    "profile": profile,
}
"""Types that are made by more than their declared table; events have a maker of their own."""


def make_one(shop: Shop, resource_type: str, at: datetime) -> Row:
    """Make one more resource, created `at`.

    Raises:
        KeyError: resources of that type are not made alone.
    """
    maker = MAKERS.get(resource_type)
    return maker(shop, at) if maker else make(shop, resource_type, at)


def make_all(shop: Shop, resource_type: str) -> None:
    """Make all resources of a type that a new shop has."""
    table = TABLES[resource_type]
    for differs in table.rows:
        make(shop, resource_type, shop.some_time(*table.days), None, differs)
    option = table.count
    count = getattr(shop.settings, option) if isinstance(option, str) else option
    for _ in range(count):
        make_one(shop, resource_type, shop.some_time(*table.days))
