"""Family Flows: flows, their actions and messages."""

from datetime import datetime

from klaviyo_sandbox.shop.make import make
from klaviyo_sandbox.shop.shop import Shop
from klaviyo_sandbox.shop.templates import used_template
from klaviyo_sandbox.store.json_text import JsonObject, load_object
from klaviyo_sandbox.store.row import Reference, Row

TRIGGERS = {"list": "Added to List", "metric": "Metric", "segment": "Added to List"}
KINDS = ("time-delay", "send-email", "conditional-split", "send-sms")
"""The types of a flow's actions, in turn: half of them send a message."""


def flow(shop: Shop, at: datetime) -> Row:
    """Make a flow with its actions and messages."""
    number = len(shop.world.table("flow"))
    reference = Reference("flow", shop.ids.short())
    trigger = shop.one(tuple(TRIGGERS)[number % len(TRIGGERS)])
    kinds = KINDS[: 1 + number % len(KINDS)]
    actions = [_action(shop, reference, at, kind) for kind in kinds]
    return make(
        shop,
        "flow",
        at,
        self=reference,
        trigger=trigger,
        trigger_type="Unconfigured" if trigger is None else TRIGGERS[trigger.type],
        triggers=[] if trigger is None else [{"type": trigger.type, "id": trigger.id}],
        entry=actions[0].id,
        actions=[Reference(row.type, row.id) for row in actions],
        definitions=[_definition(row) for row in actions],
    )


def _definition(row: Row) -> JsonObject:
    found = load_object(row.attributes)["definition"]
    return found if isinstance(found, dict) else {}


def _action(shop: Shop, parent: Reference, at: datetime, kind: str) -> Row:
    """Make an action; the definition of a sending action has its message's within."""
    reference = Reference("flow-action", shop.ids.number())
    message = _message(shop, reference, at, kind) if kind.startswith("send-") else None
    return make(
        shop,
        "flow-action",
        at,
        self=reference,
        kind=kind,
        action_type=kind.upper().replace("-", "_"),
        flow=parent,
        messages=[Reference(message.type, message.id)] if message else [],
        message=_definition(message) if message else None,
    )


def _message(shop: Shop, action: Reference, at: datetime, kind: str) -> Row:
    channel = kind.removeprefix("send-")
    template = used_template(shop) if channel == "email" else None
    return make(shop, "flow-message", at, channel=channel, action=action, template=template)
