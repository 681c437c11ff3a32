"""Families Lists and Segments, and who is in them."""

from datetime import datetime

from klaviyo_sandbox.shop.shop import Shop
from klaviyo_sandbox.shop.words import GROUPS
from klaviyo_sandbox.store.json_text import JsonObject
from klaviyo_sandbox.store.moment import MICROS, micros, seconds_text
from klaviyo_sandbox.store.row import Reference, Row

SHARES = (0.6, 0.25, 0.12, 0.05, 0.02, 0.01, 0.0)
"""Part of all profiles in the first, second, … group; then again, ten times smaller."""
JOINED_TOGETHER = 4
"""One member in so many joined in the same second, by an import."""


def mailing_list(shop: Shop, at: datetime) -> Row:
    """Make a list."""
    number = len(shop.world.table("list"))
    reference = Reference("list", shop.ids.short())
    return _put(
        shop,
        reference,
        {
            "name": f"{GROUPS[number % len(GROUPS)]} {number}",
            "created": seconds_text(at),
            "updated": seconds_text(shop.between(at)),
            "opt_in_process": ("single_opt_in", "double_opt_in")[number % 2],
        },
    )


def segment(shop: Shop, at: datetime) -> Row:
    """Make a segment."""
    number = len(shop.world.table("segment"))
    reference = Reference("segment", shop.ids.short())
    return _put(
        shop,
        reference,
        {
            "name": f"{GROUPS[(number + 7) % len(GROUPS)]} {number}",
            "definition": {
                "condition_groups": [
                    {
                        "conditions": [
                            {
                                "type": "profile-property",
                                "property": "properties['score']",
                                "filter": {
                                    "type": "numeric",
                                    "operator": "greater-than",
                                    "value": number,
                                },
                            }
                        ]
                    }
                ]
            },
            "created": seconds_text(at),
            "updated": seconds_text(shop.between(at)),
            "is_active": number % 6 != 5,
            "is_processing": False,
            "is_starred": number % 4 == 0,
        },
    )


def _put(shop: Shop, reference: Reference, attributes: JsonObject) -> Row:
    """Add a list or segment, without members."""
    row = shop.put(reference, attributes, {"tags": shop.some("tag", 2)}, None, {"profile_count": 0})
    shop.world.group(reference)
    return row


def build_groups(shop: Shop) -> None:
    """All lists and segments, still without members."""
    for _ in range(shop.settings.lists):
        mailing_list(shop, shop.some_time(30))
    for _ in range(shop.settings.segments):
        segment(shop, shop.some_time(30))


def fill_groups(shop: Shop) -> None:
    """Let profiles join the lists and segments."""
    profiles = list(shop.world.table("profile").rows)
    now = int(shop.clock.now().timestamp())
    for number, reference in enumerate(shop.all("list") + shop.all("segment")):
        row = shop.world.get(reference)
        created = None if row is None else row.value("created")
        if not isinstance(created, int):
            continue
        first = created // MICROS
        share = SHARES[number % len(SHARES)] / 10 ** (number // len(SHARES) % 2)
        members = shop.random.sample(profiles, int(len(profiles) * share))
        together = first + (now - first) // 2
        joined = shop.world.group(reference).joined
        for position, who in enumerate(members):
            second = (
                together if position % JOINED_TOGETHER == 0 else shop.random.randrange(first, now)
            )
            joined[who] = second * MICROS


def join(shop: Shop, group: Reference, profile_id: str, at: datetime) -> None:
    """Let a profile join a list or segment at `at`, to the second."""
    shop.world.group(group).join(profile_id, micros(seconds_text(at)))
