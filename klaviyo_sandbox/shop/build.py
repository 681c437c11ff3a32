"""Builds the whole shop."""

from klaviyo_sandbox.settings import Settings
from klaviyo_sandbox.shop.campaigns import build_campaigns
from klaviyo_sandbox.shop.events import EventMaker, build_events
from klaviyo_sandbox.shop.groups import fill_groups
from klaviyo_sandbox.shop.makers import make_all
from klaviyo_sandbox.shop.omni_campaigns import build_omni_campaigns
from klaviyo_sandbox.shop.profiles import build_profiles
from klaviyo_sandbox.shop.shop import Shop
from klaviyo_sandbox.shop.table import TABLES
from klaviyo_sandbox.shop.templates import build_translations
from klaviyo_sandbox.spec import Spec
from klaviyo_sandbox.store.clock import Clock

BEFORE_PROFILES = (
    "account",
    "tracking-setting",
    "tag-group",
    "tag",
    "metric",
    "custom-metric",
    "mapped-metric",
    "list",
    "segment",
    "image",
    "template",
)
BEFORE_EVENTS = ("flow",)


def build_shop(spec: Spec, clock: Clock, settings: Settings) -> tuple[Shop, EventMaker]:
    """Make a shop of the sizes in `settings`, and the maker of its events.

    Each resource points at resources made before. Types without a name here come last, in the
    order of the tables.
    """
    shop = Shop(spec, clock, settings)
    for kind in BEFORE_PROFILES:
        make_all(shop, kind)
    build_profiles(shop)
    fill_groups(shop)
    for kind in BEFORE_EVENTS:
        make_all(shop, kind)
    build_campaigns(shop)
    events = EventMaker(shop)
    build_events(shop, events)
    for kind in TABLES:
        if kind not in (*BEFORE_PROFILES, *BEFORE_EVENTS):
            make_all(shop, kind)
    build_omni_campaigns(shop)
    build_translations(shop)
    return shop, events
