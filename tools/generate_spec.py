"""Write `source_klaviyo/spec.json`, which `spec` prints, from the Config class.

Usage: `python -m tools.generate_spec`. After a change of the configuration: run it and read the
diff.
"""

import json
from typing import Any, Final

from airbyte_cdk.models import (
    AirbyteMessage,
    AirbyteMessageSerializer,
    ConnectorSpecification,
    Type,
)
from pydantic import BaseModel

from source_klaviyo.cli.run import SPEC
from source_klaviyo.config import Config
from source_klaviyo.config.credentials import BY_TYPE
from tools.airbyte_sign_in import advanced_auth

GROUPS: Final = {
    "sign_in": "Sign-in",
    "data": "Profiles and events",
    "records": "Records",
    "reports": "Reports",
    "speed": "Speed and API",
}
"""The form's sections: Config names one for each setting."""

_KEPT: Final = (
    "type",
    "title",
    "description",
    "examples",
    "default",
    "minimum",
    "maximum",
    "format",
    "pattern",
    "pattern_descriptor",
    "group",
    "airbyte_secret",
    "airbyte_hidden",
)


def specification() -> ConnectorSpecification:
    """Return the connector's specification."""
    properties = _fields(Config)
    properties["credentials"] |= {
        "type": "object",
        "oneOf": [_credentials(auth_type, model) for auth_type, model in BY_TYPE.items()],
    }
    return ConnectorSpecification(
        advanced_auth=advanced_auth(),
        connectionSpecification={
            "$schema": "http://json-schema.org/draft-07/schema#",
            "title": "Klaviyo",
            "type": "object",
            "additionalProperties": True,
            "groups": [{"id": name, "title": title} for name, title in GROUPS.items()],
            "properties": properties,
        },
    )


def _fields(model: type[BaseModel]) -> dict[str, dict[str, Any]]:
    fields = model.model_json_schema()["properties"].items()
    return {name: {**_field(field), "order": order} for order, (name, field) in enumerate(fields)}


def _field(field: dict[str, Any]) -> dict[str, Any]:
    """Return a field's schema without its `null`: Airbyte's forms leave an empty field out."""
    alternatives = [other for other in field.get("anyOf", ()) if other.get("type") != "null"]
    merged = {**(alternatives[0] if alternatives else {}), **field}
    if "pattern_descriptor" not in field:  # the type's own pattern has no text for people
        merged.pop("pattern", None)
    return {key: merged[key] for key in _KEPT if merged.get(key) not in (None, [])}


def _credentials(auth_type: str, model: type[BaseModel]) -> dict[str, Any]:
    schema = model.model_json_schema()
    return {
        "title": schema["title"],
        "description": schema["description"],
        "type": "object",
        "required": schema["required"],
        "properties": {
            **_fields(model),
            "auth_type": {"type": "string", "const": auth_type, "order": 0},
        },
    }


def render() -> str:
    """Return the file's text."""
    message = AirbyteMessageSerializer.dump(AirbyteMessage(type=Type.SPEC, spec=specification()))
    return json.dumps(message["spec"], indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    SPEC.write_text(render(), encoding="utf-8")
