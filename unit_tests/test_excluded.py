"""What `exclude_fields` names is in no record, no schema and no request."""

from typing import Any, Final

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from source_klaviyo.config import Config
from source_klaviyo.errors import ConfigError
from source_klaviyo.registry import STREAMS
from source_klaviyo.source import SourceKlaviyo
from source_klaviyo.streams.campaigns import Campaigns
from source_klaviyo.streams.events import Events
from source_klaviyo.streams.kinds.base import KlaviyoStream
from source_klaviyo.streams.lists import ListProfiles
from source_klaviyo.streams.profiles import Profiles, ProfilesAtFullSpeed
from source_klaviyo.streams.records.excluded import Excluded
from unit_tests.kinds import made

Json = dict[str, Any]
KEY: Final = {"api_key": "pk_a1b2c3"}


def without(stream: type[KlaviyoStream], *names: str) -> KlaviyoStream:
    found = made(stream)
    found.exclude(names)
    return found


def parameters(stream: KlaviyoStream) -> dict[str, str]:
    return dict(stream.request_params({}, {}))


@pytest.mark.parametrize(
    ("text", "fields"),
    [
        ("profiles: email", {"profiles": ("email",)}),
        ("profiles:email ,location.city;", {"profiles": ("email", "location.city")}),
        ("profiles: email\nevents: value", {"profiles": ("email",), "events": ("value",)}),
        (" events : a ; events: b", {"events": ("a", "b")}),
        ('profiles: "properties.a; b, c", email', {"profiles": ("properties.a; b, c", "email")}),
        ("", {}),
    ],
)
def test_fields_are_named_by_stream(text: str, fields: object) -> None:
    assert Config.parse({**KEY, "exclude_fields": text}).exclude_fields == fields


@pytest.mark.parametrize("value", ["email", "profiles:", ": email", "profiles; email", ["a"], 7])
def test_what_names_no_field_is_refused(value: object) -> None:
    with pytest.raises(ConfigError, match="exclude_fields: must"):
        Config.parse({**KEY, "exclude_fields": value})


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("profile: email", "there is no stream profile. Did you mean profiles"),
        ("profiles: emial", "profiles has no field emial. Did you mean email?"),
        ("profiles: location.town", "profiles has no field location.town."),
        ("profiles: email.domain", "profiles has no field email.domain."),
        ("profiles: id", "id of profiles cannot be left out"),
        ("profiles: updated", "updated of profiles cannot be left out"),
        ("profiles: attributes.updated", "attributes.updated of profiles cannot be left out"),
        ("profiles: attributes", "attributes of profiles cannot be left out"),
        (
            "global_exclusions: subscriptions.email",
            "of global_exclusions cannot be left out",
        ),
        ("list_profiles: list_id", "list_id of list_profiles cannot be left out"),
        ("metric_aggregates: date", "date of metric_aggregates cannot be left out"),
    ],
)
def test_a_name_that_cannot_be_left_out_gets_one_clear_message(text: str, complaint: str) -> None:
    with pytest.raises(ConfigError) as refused:
        SourceKlaviyo().streams({**KEY, "exclude_fields": text})
    assert complaint in str(refused.value.message)


def test_what_is_asked_for_on_top_is_left_out_too() -> None:
    asked = parameters(without(ProfilesAtFullSpeed, "subscriptions"))
    everything = ",".join(asked.values())
    assert "subscriptions" not in everything
    assert "fields[profile]" in asked


def test_attributes_that_were_not_asked_for_are_not_named_either() -> None:
    quick = parameters(without(ProfilesAtFullSpeed, "email"))["fields[profile]"].split(",")
    assert not {"email", "predictive_analytics"} & set(quick)
    whole = parameters(without(Profiles, "email"))["fields[profile]"].split(",")
    assert {"predictive_analytics", "subscriptions", "first_name"} <= set(whole)


@pytest.mark.parametrize(("stream", "name"), [(Campaigns, "name"), (Events, "uuid")])
def test_resources_whose_relationships_are_needed_are_asked_for_whole(
    stream: type[KlaviyoStream], name: str
) -> None:
    asked = parameters(without(stream, name))
    assert f"fields[{stream.resource}]" not in asked, "a narrowed resource has no relationships"


def test_without_an_attribute_to_leave_out_requests_stay_as_they_are() -> None:
    for names in ((), ("properties.birthday",)):
        assert "fields[profile]" not in parameters(without(ProfilesAtFullSpeed, *names))
    plain = parameters(without(ListProfiles))
    assert parameters(without(ListProfiles, "relationships")) == plain


def test_the_schema_lacks_what_is_left_out() -> None:
    stream = without(
        Events, "metric_name", "attributions.relationships", "uuid", "event_properties.Items"
    )
    schema = stream.get_json_schema()["properties"]
    assert "metric_name" not in schema
    assert "uuid" not in schema["attributes"]["properties"]
    assert "relationships" not in schema["attributions"]["items"]["properties"]
    assert {"value", "datetime", "attributions"} <= schema.keys()
    assert "metric_name" in without(Events).get_json_schema()["properties"], "nothing is shared"


def test_the_account_is_in_every_schema_that_is_to_have_it() -> None:
    without, having = (
        {
            each.name: each.get_json_schema()["properties"]
            for each in SourceKlaviyo().streams({**KEY, "add_account_id": adds})
        }
        for adds in (False, True)
    )
    assert len(without) == len(STREAMS)
    for name, columns in without.items():
        assert "account_id" not in columns
        assert having[name] == {**columns, "account_id": {"type": "string"}}


def test_all_else_stays_to_the_digit() -> None:
    text = b'{"id":"1", "attributes":{"a":1.10,"b":{"c":12345678901234567890123,"d":[1.0]}}}'
    ((piece, rest),) = Excluded([("attributes", "b", "d")]).cut([(text[:-1], b"}")])
    assert piece == b'{"id":"1","attributes":{"a":1.10,"b":{"c":12345678901234567890123}}}'
    assert rest == b""


SECRET: Final = "s3cr3t"
keys: Final = st.sampled_from(["a", "b", "a.b", "email", 'q"uote', "ü"])
values: Final = st.recursive(
    st.none() | st.booleans() | st.integers(0, 99) | st.sampled_from(["x", "ü", "{}"]),
    lambda below: st.lists(below, max_size=3) | st.dictionaries(keys, below, max_size=4),
    max_leaves=12,
)
paths: Final = st.lists(keys, min_size=1, max_size=3).map(tuple)


def marked(value: Any, path: tuple[str, ...]) -> Any:  # noqa: ANN401  any JSON
    """Return `value` with the secret at `path`, wherever that leads."""
    if isinstance(value, list):
        return [marked(each, path) for each in value]
    if not isinstance(value, dict):
        return value
    key, *rest = path
    if rest:
        changed = {key: marked(value[key], tuple(rest))} if key in value else {}
        return {**value, **changed, ".".join(path): SECRET}
    return {**value, key: SECRET}


@given(st.dictionaries(keys, values, max_size=4), st.lists(paths, min_size=1, max_size=3))
def test_no_excluded_value_is_in_any_byte(record: Json, excluded: list[tuple[str, ...]]) -> None:
    named = record
    for path in excluded:
        named = marked(named, path)
    text = orjson.dumps({"id": "1", **named})
    ((piece, rest),) = Excluded(excluded).cut([(text[:-1], b"}")])
    left = bytes(piece) + rest
    assert SECRET.encode() not in left
    assert orjson.loads(left)["id"] == "1"
