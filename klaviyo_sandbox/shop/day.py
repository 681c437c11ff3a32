"""A believable day in the shop."""

import json
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path

from klaviyo_sandbox.shop.change import Changes

Touched = dict[str, dict[str, list[str]]]
"""Per resource type: ids per kind of change (`added`, `updated`, `archived`, `deleted`, `joined`,
`left`)."""

NEW_EVENTS = 120
LATE_DAYS = (0.5, 2.0, 6.0)
LATE_EACH = 4
AHEAD_DAYS = -0.75
PLAN: Mapping[str, Mapping[str, int]] = json.loads(
    (Path(__file__).parent / "day.json").read_text(encoding="utf-8")
)
"""Per kind of change, the number of resources of each type."""
MOVING = 5


def day_passes(changes: Changes) -> Touched:
    """Do what happens in a day, stamped now but for late and future events; return the ids.

    No resource is touched in two ways: a test can look for each kind of change alone.
    """
    touched: Touched = defaultdict(lambda: defaultdict(list))
    random = changes.shop.random
    for way in ("updated", "archived", "deleted"):
        for kind, count in PLAN[way].items():
            used = {row_id for ids in touched[kind].values() for row_id in ids}
            free = [row_id for row_id in changes.shop.world.table(kind).rows if row_id not in used]
            touched[kind][way] = random.sample(free, min(count, len(free)))
    for kind, ways in touched.items():
        changes.update(kind, ways["updated"])
        if ways.get("archived"):
            changes.hide(kind, ways["archived"])
        changes.delete(kind, ways["deleted"])
    for kind, count in PLAN["added"].items():
        touched[kind]["added"] = changes.add(kind, count)
    _events(changes, touched)
    _memberships(changes, touched)
    return {kind: {way: ids for way, ids in ways.items() if ids} for kind, ways in touched.items()}


def _events(changes: Changes, touched: Touched) -> None:
    touched["event"]["added"] = changes.add("event", NEW_EVENTS)
    touched["event"]["late"] = [
        row for days in LATE_DAYS for row in changes.add("event", LATE_EACH, days_ago=days)
    ]
    touched["event"]["ahead"] = changes.add("event", 1, days_ago=AHEAD_DAYS)


def _memberships(changes: Changes, touched: Touched) -> None:
    """Let some join and some leave the largest list and the largest segment."""
    world = changes.shop.world
    profiles = list(world.table("profile").rows)
    for kind in ("list", "segment"):
        groups = changes.shop.all(kind)
        if not groups:
            continue
        group = max(groups, key=lambda one: len(world.group(one).joined))
        inside = world.group(group).joined
        leaving = list(inside)[:MOVING]
        joining = [who for who in reversed(profiles) if who not in inside][:MOVING]
        changes.leave(group, leaving)
        changes.join(group, joining)
        touched[kind]["joined"] = joining
        touched[kind]["left"] = leaving
