"""Builds the whole shop."""

from klaviyo_sandbox.settings import Settings
from klaviyo_sandbox.shop.accounts import account
from klaviyo_sandbox.shop.billing_usage import build_billing_usage
from klaviyo_sandbox.shop.brands import build_brands
from klaviyo_sandbox.shop.campaigns import build_campaigns
from klaviyo_sandbox.shop.catalogs import build_catalogs
from klaviyo_sandbox.shop.coupons import build_coupons
from klaviyo_sandbox.shop.custom_objects import build_custom_objects
from klaviyo_sandbox.shop.events import EventMaker, build_events
from klaviyo_sandbox.shop.flows import build_flows
from klaviyo_sandbox.shop.forms import build_forms
from klaviyo_sandbox.shop.groups import build_groups, fill_groups
from klaviyo_sandbox.shop.images import build_images
from klaviyo_sandbox.shop.jobs import build_jobs
from klaviyo_sandbox.shop.metrics import build_metrics
from klaviyo_sandbox.shop.omni_campaigns import build_omni_campaigns
from klaviyo_sandbox.shop.profiles import build_profiles
from klaviyo_sandbox.shop.reviews import build_reviews
from klaviyo_sandbox.shop.shop import Shop
from klaviyo_sandbox.shop.tags import build_tags
from klaviyo_sandbox.shop.templates import build_templates
from klaviyo_sandbox.shop.text_messaging import build_text_messaging
from klaviyo_sandbox.shop.tracking_settings import tracking_setting
from klaviyo_sandbox.shop.translations import build_translations
from klaviyo_sandbox.shop.web_feeds import build_web_feeds
from klaviyo_sandbox.shop.webhooks import build_webhooks
from klaviyo_sandbox.spec import Spec
from klaviyo_sandbox.store.clock import Clock


def build_shop(spec: Spec, clock: Clock, settings: Settings) -> tuple[Shop, EventMaker]:
    """Make a shop of the sizes in `settings`, and the maker of its events.

    The order matters: each family finds those it points at already there.
    """
    shop = Shop(spec, clock, settings)
    account(shop)
    tracking_setting(shop)
    build_tags(shop)
    build_metrics(shop)
    build_groups(shop)
    build_templates(shop)
    build_images(shop)
    build_profiles(shop)
    fill_groups(shop)
    build_flows(shop)
    build_campaigns(shop)
    events = EventMaker(shop)
    build_events(shop, events)
    build_catalogs(shop)
    build_coupons(shop)
    build_forms(shop)
    build_reviews(shop)
    build_custom_objects(shop)
    build_web_feeds(shop)
    build_webhooks(shop)
    build_jobs(shop)
    build_omni_campaigns(shop)
    build_translations(shop)
    build_text_messaging(shop)
    build_brands(shop)
    build_billing_usage(shop)
    return shop, events
