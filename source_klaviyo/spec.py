"""The specification that Airbyte shows as a form, made from the Config class."""

from typing import Any, get_args

from airbyte_cdk.models import ConnectorSpecification
from pydantic import BaseModel

from source_klaviyo.config import Config
from source_klaviyo.credentials import ALL_CREDENTIALS
from source_klaviyo.oauth.platform import advanced_auth

DOCUMENTATION_URL = "https://docs.airbyte.com/integrations/sources/klaviyo"

_KEPT = (
    "type",
    "title",
    "description",
    "default",
    "minimum",
    "maximum",
    "format",
    "items",
    "order",
    "airbyte_secret",
    "airbyte_hidden",
)


def specification() -> ConnectorSpecification:
    """Return the connector's specification."""
    schema = Config.model_json_schema()
    properties = {name: _field(field) for name, field in schema["properties"].items()}
    properties["credentials"]["type"] = "object"
    properties["credentials"]["oneOf"] = [_credentials(one) for one in ALL_CREDENTIALS]
    return ConnectorSpecification(
        advanced_auth=advanced_auth(),
        documentationUrl=DOCUMENTATION_URL,
        connectionSpecification={
            "$schema": "http://json-schema.org/draft-07/schema#",
            "title": "Klaviyo",
            "type": "object",
            "additionalProperties": True,
            "properties": properties,
        },
    )


def _field(field: dict[str, Any]) -> dict[str, Any]:
    """Return a field's schema without its `null`: Airbyte's forms leave an empty field out."""
    alternatives = [other for other in field.get("anyOf", ()) if other.get("type") != "null"]
    merged = {**(alternatives[0] if alternatives else {}), **field}
    return {key: merged[key] for key in _KEPT if merged.get(key) not in (None, [])}


def _credentials(model: type[BaseModel]) -> dict[str, Any]:
    schema = model.model_json_schema()
    properties = {name: _field(field) for name, field in schema["properties"].items()}
    (auth_type,) = get_args(model.model_fields["auth_type"].annotation)
    properties["auth_type"] = {"type": "string", "const": auth_type}
    for order, field in enumerate(properties.values()):
        field["order"] = order
    return {
        "title": schema["title"],
        "type": "object",
        "required": schema["required"],
        "properties": properties,
    }
