"""Makes resources as the declared tables have them."""

from collections.abc import Mapping
from datetime import datetime
from typing import cast

from klaviyo_sandbox.shop.blanks import Blanks
from klaviyo_sandbox.shop.shop import Shop
from klaviyo_sandbox.shop.table import TABLES, Template
from klaviyo_sandbox.store.json_text import JsonObject
from klaviyo_sandbox.store.row import Links, Reference, Row, Value, each


def make(
    shop: Shop,
    resource_type: str,
    at: datetime,
    updated: datetime | None = None,
    differs: Template | None = None,
    /,
    **given: object,
) -> Row:
    """Make one resource created `at`, with its children, and put it into the shop.

    Without `updated`, the last change is at a random time since. `given` are values of blanks,
    `differs` templates of blanks in place of the table's.

    Example: `make(shop, "campaign-send-job", at, campaign="01K…")`.
    """
    table = TABLES[resource_type]
    number = len(shop.world.table(resource_type))
    own = table.blanks | (differs or {})
    blanks = Blanks(shop, own, at, updated, {"number": number, **given})
    reference = Reference(resource_type, str(blanks.fill(table.id)))
    blanks["self"], blanks["id"] = reference, reference.id
    relations = {
        name: cast("Links", blanks.fill(rule)) for name, rule in table.relationships.items()
    }
    for name, links in relations.items():
        ids = [link.id for link in each(links)]
        blanks[name] = ids if isinstance(links, list) else next(iter(ids), None)
    row = shop.put(
        reference,
        cast("JsonObject", blanks.fill(table.attributes)),
        relations,
        cast("Mapping[str, Value]", blanks.fill(table.facts)),
    )
    for kind, count in table.children.items():
        for _ in range(cast("int", blanks.fill(count))):
            make(shop, kind, at, parent=reference)
    return row
