"""Family Flows: flows, their actions and messages."""

from datetime import datetime

from klaviyo_sandbox.shop.sender import sender
from klaviyo_sandbox.shop.shop import Shop
from klaviyo_sandbox.shop.templates import used_template
from klaviyo_sandbox.shop.words import THEMES
from klaviyo_sandbox.store.json_text import JsonObject, JsonValue
from klaviyo_sandbox.store.moment import micros_text
from klaviyo_sandbox.store.row import Reference, Row

ARCHIVED_EVERY = 4
TRIGGERS = {"list": "Added to List", "metric": "Metric", "segment": "Added to List"}
_SILENT_DATA: dict[str, JsonObject] = {
    "conditional-split": {"profile_filter": None},
    "trigger-split": {
        "trigger_filter": None,
        "trigger_id": "",
        "trigger_type": "metric",
        "trigger_subtype": None,
    },
    "update-profile": {"profile_operations": [], "status": "live"},
}
_SILENT = ("time-delay", *_SILENT_DATA)
_STATUSES = ("live", "draft", "manual")


def flow(shop: Shop, at: datetime) -> Row:
    """Make a flow; half of its actions send a message."""
    number = len(shop.world.table("flow"))
    reference = Reference("flow", shop.ids.short())
    trigger = shop.one(("list", "metric", "segment")[number % 3])
    actions = [_action(shop, reference, at, place) for place in range(_size(shop, number))]
    changed = shop.between(at)
    status = _STATUSES[number % len(_STATUSES)]
    return shop.put(
        reference,
        {
            "name": f"{shop.text(THEMES)} flow {number}",
            "status": status,
            "archived": number % ARCHIVED_EVERY == ARCHIVED_EVERY - 1,
            "created": micros_text(at),
            "updated": micros_text(changed),
            "trigger_type": "Unconfigured" if trigger is None else TRIGGERS[trigger.type],
        },
        {
            "flow-actions": [action for action, _ in actions],
            "tags": shop.some("tag", 2),
            "trigger": trigger,
        },
        None,
        {"definition": _definition(trigger, [definition for _, definition in actions])},
    )


def _size(shop: Shop, number: int) -> int:
    """Return how many actions flow `number` has: one, two, … up to nearly twice the average."""
    most = max(1, round(2 * shop.settings.flow_actions - 1))
    return 1 + number % most


def _definition(trigger: Reference | None, actions: list[JsonObject]) -> JsonObject:
    triggers: list[JsonValue] = (
        [] if trigger is None else [{"type": trigger.type, "id": trigger.id}]
    )
    return {
        "triggers": triggers,
        "profile_filter": None,
        "reentry_criteria": None,
        "entry_action_id": actions[0]["id"],
        "actions": [*actions],
    }


def _action(
    shop: Shop, parent: Reference, at: datetime, place: int
) -> tuple[Reference, JsonObject]:
    reference = Reference("flow-action", shop.ids.number())
    if place % 2:
        definition = _send(shop, reference, at, channel="email" if place % 4 == 1 else "sms")
    else:
        definition = _silent(reference, place // 2)
    kind = str(definition["type"])
    messages = [Reference("flow-message", message) for message in _message_ids(definition)]
    shop.put(
        reference,
        {
            "definition": definition,
            **shop.stamps(at),
        },
        {"flow": parent, "flow-messages": messages},
        {"action_type": kind.upper().replace("-", "_"), "status": "live"},
    )
    return reference, definition


def _message_ids(definition: JsonObject) -> list[str]:
    data = definition.get("data")
    message = data.get("message") if isinstance(data, dict) else None
    return [str(message["id"])] if isinstance(message, dict) else []


def _silent(reference: Reference, number: int) -> JsonObject:
    """Return the definition of an action that sends nothing: Klaviyo's spec gives it no message."""
    if number % len(_SILENT) == 0:
        return _delay(reference)
    kind = _SILENT[number % len(_SILENT)]
    ways = ("next_if_true", "next_if_false") if kind.endswith("split") else ("next",)
    links: JsonObject = dict.fromkeys(ways)
    return {"id": reference.id, "type": kind, "data": {**_SILENT_DATA[kind]}, "links": links}


def _delay(reference: Reference) -> JsonObject:
    delay: JsonObject = {"unit": "days", "value": 1, "secondary_value": None, "timezone": "profile"}
    return {"id": reference.id, "type": "time-delay", "data": delay, "links": {"next": None}}


def _send(shop: Shop, reference: Reference, at: datetime, channel: str) -> JsonObject:
    message_id = shop.ids.short()
    template = used_template(shop) if channel == "email" else None
    name = f"{shop.text(THEMES)} {message_id}"
    message: JsonObject = {
        "id": message_id,
        "name": name,
        **(_email(name, template) if channel == "email" else _sms(name)),
        "smart_sending_enabled": True,
        "transactional": False,
        "add_tracking_params": False,
        "custom_tracking_params": None,
        "additional_filters": None,
    }
    shop.put(
        Reference("flow-message", message_id),
        {
            "channel": channel,
            **shop.stamps(at),
            "definition": message,
        },
        {"flow-action": reference, "template": template},
        {"name": name},
    )
    data: JsonObject = {"message": message, "status": "live"}
    return {"id": reference.id, "type": f"send-{channel}", "data": data, "links": {"next": None}}


def _email(name: str, template: Reference | None) -> JsonObject:
    return {
        "subject_line": f"{name} for you",
        "preview_text": "Have a look",
        **sender(),
        "template_id": None if template is None else template.id,
    }


def _sms(name: str) -> JsonObject:
    return {
        "body": f"{name}: shop now",
        "image_id": None,
        "dynamic_image": None,
        "shorten_links": True,
        "include_contact_card": False,
        "add_org_prefix": True,
        "add_info_link": True,
        "add_opt_out_language": True,
        "sms_quiet_hours_enabled": True,
    }


def build_flows(shop: Shop) -> None:
    """All flows."""
    for _ in range(shop.settings.flows):
        flow(shop, shop.some_time())
