"""Family Custom Objects: data sources, object types, their schemas, records and ingestion logs."""

from datetime import datetime

from klaviyo_sandbox.shop.shop import Shop
from klaviyo_sandbox.store.json_text import JsonObject
from klaviyo_sandbox.store.moment import seconds_text
from klaviyo_sandbox.store.row import Reference, Row

TYPES = ("Vehicle", "Appointment", "Pet")
SOURCES = 22
LOGS = 60
LOG_DAYS = 14
"""Klaviyo keeps ingestion logs this long."""


def data_source(shop: Shop, at: datetime) -> Row:
    """Make a data source."""
    number = len(shop.world.table("data-source"))
    return shop.put(
        Reference("data-source", shop.ids.ulid(at)),
        {
            "title": f"Warehouse {number}",
            "visibility": "private",
            "description": "Nightly load",
            "namespace": "custom-objects",
        },
    )


def object_type(shop: Shop, at: datetime) -> Row:
    """Make an object type with a current and a draft schema, linked to profiles and to itself."""
    number = len(shop.world.table("object-type"))
    title = TYPES[number % len(TYPES)]
    reference = Reference("object-type", shop.ids.ulid(at))
    profile_type = Reference("profile-object-type", "profile")
    shop.put(profile_type, {})
    schemas = [_schema(shop, title, at, status) for status in ("active", "draft")]
    return shop.put(
        reference,
        {
            "title": title,
            "description": f"{title} of a customer",
            "status": "active",
            "namespace": "custom-objects",
            "created_at": seconds_text(at),
            "updated_at": seconds_text(shop.between(at)),
        },
        {
            "current-schema": schemas[0],
            "draft-schema": schemas[1],
            "schema-versions": schemas,
            "object-types": [reference],
            "profile-object-types": [profile_type],
        },
    )


def _schema(shop: Shop, title: str, at: datetime, status: str) -> Reference:
    reference = Reference("object-schema", shop.ids.ulid(at))
    mapping = Reference("source-mapping", shop.ids.ulid(at))
    profile_schema = Reference("profile-object-schema", "profile")
    shop.put(profile_schema, {})
    shop.put(mapping, _mapping(shop))
    shop.put(
        reference,
        {
            "title": title,
            "description": f"{title} schema",
            "status": status,
            "properties": [
                {"id": 1, "name": "external_id", "type": "string", "description": None},
                {"id": 2, "name": "bought_at", "type": "timestamp", "description": None},
            ],
            "required": ["external_id"],
            "published_at": seconds_text(at) if status == "active" else None,
            "visibility": "private",
        },
        {
            "source-mapping": mapping,
            "object-schemas": [reference],
            "profile-object-schemas": [profile_schema],
        },
    )
    return reference


def _mapping(shop: Shop) -> JsonObject:
    source = shop.one("data-source")
    source_id = "" if source is None else source.id
    return {
        "property_mappings": [
            {
                "id": 1,
                "type": "simple",
                "source": {"source_id": source_id, "id_path": "$.id", "data_path": "$.id"},
            }
        ],
        "relationship_mappings": [
            {
                "relationship_id": "1",
                "type": "simple",
                "source": {
                    "source_id": source_id,
                    "type": "profile",
                    "id_path": "$.id",
                    "related_id_paths": [{"identifier_type": "email", "path": "$.email"}],
                    "update_strategy": "additive",
                },
            }
        ],
    }


def object_record(shop: Shop, at: datetime) -> Row:
    """Make a record of one of the object types."""
    number = len(shop.world.table("object-record"))
    parent = shop.one("object-type")
    return shop.put(
        Reference("object-record", f"{parent.id if parent else ''}:::{number}"),
        {
            "record_properties": {
                "external_id": str(number),
                "bought_at": seconds_text(at),
                "price": 12.5,
                "note": None,
            }
        },
        {"object-type": parent},
    )


def ingestion_log(shop: Shop, at: datetime) -> Row:
    """Make a log of what went wrong while a record was taken in."""
    record = shop.one("object-record")
    row = None if record is None else shop.world.get(record)
    return shop.put(
        Reference("object-ingestion-log", shop.ids.ulid(at)),
        {
            "status": shop.text(("error", "warning")),
            "event_type": "validation_error",
            "timestamp": seconds_text(at),
            "summary": "1 property was refused",
            "errors": [
                {
                    "code": "invalid",
                    "message": "Not a date",
                    "property": "bought_at",
                    "invalid_value": "soon",
                }
            ],
        },
        {
            "object-record": record,
            "object-type": None if row is None else row.relations["object-type"],
        },
        {"record_id": None if record is None else record.id},
    )


def build_custom_objects(shop: Shop) -> None:
    """All data sources, object types, records and logs."""
    for _ in range(SOURCES):
        data_source(shop, shop.some_time())
    for _ in TYPES:
        object_type(shop, shop.some_time())
    for _ in range(shop.settings.object_records):
        object_record(shop, shop.some_time())
    for _ in range(LOGS if shop.settings.object_records else 0):
        ingestion_log(shop, shop.some_time(0.01, LOG_DAYS))
