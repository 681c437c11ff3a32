"""`spec` prints a file that comes from the Config class, and Airbyte's form can show all of it.

The rules are those of the class TestSpec in Airbyte's acceptance tests (connector-acceptance-test,
test_core.py), which run in Airbyte's own repository alone.
"""

import json
import re
from collections.abc import Iterator
from itertools import pairwise
from typing import Any, Final

import jsonschema
import pytest
from airbyte_cdk.models import AirbyteMessageSerializer, Type

from source_klaviyo.cli.run import SPEC, spec_line
from source_klaviyo.config import Config
from source_klaviyo.masking import NAMES
from tools.generate_spec import render, specification

SCHEMA: Final = json.loads(SPEC.read_text(encoding="utf-8"))["connectionSpecification"]
KEY: Final = {"credentials": {"auth_type": "api_key", "api_key": "pk_a1b2c3"}}
FORBIDDEN: Final = {
    *("not", "anyOf", "patternProperties", "prefixItems", "allOf", "if", "then", "else"),
    *("dependentSchemas", "dependentRequired", "$ref"),
}


def test_the_file_is_what_the_tool_writes() -> None:
    written = SPEC.read_text(encoding="utf-8")
    assert written == render(), "run: python -m tools.generate_spec"


def test_its_line_is_the_specification() -> None:
    message = AirbyteMessageSerializer.load(json.loads(spec_line()))
    assert message.type is Type.SPEC
    assert message.spec == specification()


def ways() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = SCHEMA["properties"]["credentials"]["oneOf"]
    return found


def fields() -> Iterator[tuple[str, dict[str, Any]]]:
    yield from SCHEMA["properties"].items()
    for way in ways():
        for name, field in way["properties"].items():
            yield f"{way['title']}: {name}", field


EACH_FIELD: Final = pytest.mark.parametrize(("name", "field"), [*fields()])
EACH_SHOWN: Final = pytest.mark.parametrize(
    ("name", "field"),
    [each for each in fields() if not {"airbyte_hidden", "const"} & each[1].keys()],
)


def keywords(schema: object) -> Iterator[str]:
    if isinstance(schema, dict):
        yield from schema
        for part in schema.values():
            yield from keywords(part)
    elif isinstance(schema, list):
        for part in schema:
            yield from keywords(part)


@EACH_FIELD
def test_a_field_has_one_type_and_a_secret_is_marked(name: str, field: dict[str, Any]) -> None:
    assert field["type"] in {"string", "integer", "number", "boolean", "object"}
    assert (field["type"] == "object") == ("oneOf" in field)
    is_secret = name.rpartition(": ")[2] in NAMES
    assert field.get("airbyte_secret", False) == is_secret


def test_a_way_to_sign_in_is_told_by_one_constant_and_oauth_comes_first() -> None:
    for way in ways():
        assert way["type"] == "object"
        assert set(way["required"]) <= set(way["properties"])
    common = set.intersection(*(set(way["properties"]) for way in ways()))
    constant = {
        name for name in common if all("const" in way["properties"][name] for way in ways())
    }
    assert constant == {"auth_type"}
    auth = specification().advanced_auth
    assert auth
    assert ways()[0]["properties"]["auth_type"]["const"] == auth.predicate_value


def test_no_keyword_is_beyond_the_form() -> None:
    used = set(keywords(SCHEMA))
    assert "oneOf" in used
    assert not used & FORBIDDEN
    assert SCHEMA["additionalProperties"] is True
    assert not any("additionalProperties" in way for way in ways())


def test_each_field_has_its_place() -> None:
    for properties in (SCHEMA["properties"], *(way["properties"] for way in ways())):
        assert [field["order"] for field in properties.values()] == list(range(len(properties)))
    shown = [field for _, field in fields() if "group" in field]
    assert len(shown) == len(SCHEMA["properties"])
    assert {field["group"] for field in shown} == {group["id"] for group in SCHEMA["groups"]}
    hidden = [bool(field.get("airbyte_hidden")) for field in SCHEMA["properties"].values()]
    assert all(first <= second for first, second in pairwise(hidden)), "hidden settings come last"


@EACH_SHOWN
def test_people_are_told_what_a_field_is(name: str, field: dict[str, Any]) -> None:
    assert field["title"] != name
    assert len(field["description"]) > 20
    needs_none = field["type"] in {"boolean", "object"} or field.get("airbyte_secret")
    assert needs_none or field["examples"]


@EACH_FIELD
def test_a_pattern_has_a_text_of_its_own_and_takes_the_examples(
    name: str, field: dict[str, Any]
) -> None:
    assert ("pattern" in field) == ("pattern_descriptor" in field)
    assert "pattern" in field or "format" not in field
    for example in field.get("examples", ()):
        jsonschema.validate(example, field)
        if name in Config.model_fields:
            Config.parse({**KEY, name: example} if name != "api_key" else {name: example})
    if "pattern" in field and name in Config.model_fields and name != "api_key":
        assert re.search(field["pattern"], ""), "the form sends an emptied field as an empty text"


@pytest.mark.parametrize("name", sorted(Config.model_fields))
@pytest.mark.parametrize("emptied", ["", "  ", None])
def test_an_emptied_field_is_no_setting(name: str, emptied: object) -> None:
    base = KEY if name != "credentials" else {"api_key": "pk_a1b2c3"}
    assert Config.parse({**base, name: emptied}) == Config.parse(base)
