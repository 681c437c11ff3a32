"""How to make one more resource of each type."""

from collections.abc import Callable
from datetime import datetime

from klaviyo_sandbox.shop.campaigns import campaign
from klaviyo_sandbox.shop.catalogs import catalog_category, catalog_item
from klaviyo_sandbox.shop.coupons import coupon, coupon_code
from klaviyo_sandbox.shop.custom_objects import (
    data_source,
    ingestion_log,
    object_record,
    object_type,
)
from klaviyo_sandbox.shop.flows import flow
from klaviyo_sandbox.shop.forms import form
from klaviyo_sandbox.shop.groups import mailing_list, segment
from klaviyo_sandbox.shop.images import image
from klaviyo_sandbox.shop.metrics import custom_metric, metric
from klaviyo_sandbox.shop.omni_campaigns import omni_campaign
from klaviyo_sandbox.shop.profiles import conversation, profile, push_token
from klaviyo_sandbox.shop.reviews import review
from klaviyo_sandbox.shop.shop import Shop
from klaviyo_sandbox.shop.tags import tag, tag_group
from klaviyo_sandbox.shop.templates import template, universal_content
from klaviyo_sandbox.shop.text_messaging import text_messaging_sender
from klaviyo_sandbox.shop.web_feeds import web_feed
from klaviyo_sandbox.shop.webhooks import webhook
from klaviyo_sandbox.store.row import Row

MAKERS: dict[str, Callable[[Shop, datetime], Row]] = {
    "campaign": campaign,
    "catalog-category": catalog_category,
    "catalog-item": catalog_item,
    "conversation": conversation,
    "coupon": coupon,
    "coupon-code": coupon_code,
    "custom-metric": custom_metric,
    "data-source": data_source,
    "flow": flow,
    "form": form,
    "image": image,
    "list": mailing_list,
    "metric": metric,
    "object-ingestion-log": ingestion_log,
    "object-record": object_record,
    "object-type": object_type,
    "omni-campaign": omni_campaign,
    "profile": profile,
    "push-token": push_token,
    "review": review,
    "segment": segment,
    "tag": tag,
    "tag-group": tag_group,
    "template": template,
    "template-universal-content": universal_content,
    "text-messaging-sender": text_messaging_sender,
    "web-feed": web_feed,
    "webhook": webhook,
}
"""By resource type; events are stamped by their own maker."""
