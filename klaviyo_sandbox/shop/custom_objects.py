"""Family Custom Objects: object types with their schemas."""

from datetime import datetime

from klaviyo_sandbox.shop.make import make
from klaviyo_sandbox.shop.shop import Shop
from klaviyo_sandbox.store.row import Reference, Row


def object_type(shop: Shop, at: datetime) -> Row:
    """Make an object type with a current and a draft schema."""
    current, draft = (_schema(shop, at, status) for status in ("active", "draft"))
    return make(shop, "object-type", at, current=current, draft=draft, schemas=[current, draft])


def _schema(shop: Shop, at: datetime, status: str) -> Reference:
    mapping = make(shop, "source-mapping", at)
    schema = make(
        shop, "object-schema", at, status=status, mapping=Reference(mapping.type, mapping.id)
    )
    return Reference(schema.type, schema.id)
