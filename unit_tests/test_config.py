"""The configuration: what is accepted, and how what is not is refused."""

from datetime import UTC, datetime

import jsonschema
import pytest

from source_klaviyo.config import Config
from source_klaviyo.errors import ConfigError
from source_klaviyo.spec import specification

KEY = "pk_a1b2c3"
CREDENTIALS = {"credentials": {"auth_type": "api_key", "api_key": KEY}}


def test_a_key_alone_is_enough_in_either_place() -> None:
    assert Config.parse(CREDENTIALS).key == KEY
    assert Config.parse({"api_key": f" {KEY}\n"}).key == KEY


def test_defaults() -> None:
    config = Config.parse(CREDENTIALS)
    assert (config.start_date, config.lookback_days) == (None, None)
    assert config.revision == "2026-07-15"
    assert config.api_base_url == "https://a.klaviyo.com"


@pytest.mark.parametrize(
    "text", ["2024-01-31", "2024-01-31T00:00:00Z", "2024-01-31T01:00:00+01:00"]
)
def test_a_start_date_is_a_day_or_a_moment(text: str) -> None:
    config = Config.parse({**CREDENTIALS, "start_date": text})
    assert config.start_date == datetime(2024, 1, 31, tzinfo=UTC)


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:8000", "http://localhost:1/", "https://x.example"]
)
def test_another_address_may_be_given(url: str) -> None:
    assert Config.parse({**CREDENTIALS, "api_base_url": url}).api_base_url == url.rstrip("/")


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"credentials": None}, "give one of `credentials` and `api_key`"),
        ({"api_key": KEY}, "give one of `credentials` and `api_key`"),
        ({"credentials": {"api_key": KEY}}, "credentials.auth_type is missing"),
        ({"credentials": {"auth_type": "api_key"}}, "credentials.api_key is missing"),
        ({"credentials": {"auth_type": "magic", "api_key": KEY}}, "credentials.auth_type"),
        ({"credentials": {"auth_type": "api_key", "api_key": ""}}, "at least 1 character"),
        ({"credentials": {"auth_type": "api_key", "api_key": "a b"}}, "has a character"),
        ({"credentials": {"auth_type": "api_key", "api_key": KEY, "x": 1}}, "not a setting"),
        ({"start_date": "31.01.2024"}, "must be a date like"),
        ({"start_date": "2999-01-01"}, "must not lie in the future"),
        ({"start_date": 2024}, "must be text like"),
        ({"num_workers": "4"}, "num_workers"),
        ({"num_workers": 0}, "num_workers"),
        ({"lookback_days": -1}, "lookback_days"),
        ({"revision": "2024-10-15"}, "retired revision 2024-10-15"),
        ({"api_base_url": "http://a.klaviyo.com"}, "must begin with https://"),
        ({"api_base_url": "http://127.0.0.1.evil.example"}, "must begin with https://"),
        ({"api_base_url": "https://user@a.klaviyo.com"}, "must be a host's address"),
        ({"api_base_url": "ftp://localhost"}, "must begin with https://"),
    ],
)
def test_what_cannot_be_used_is_refused_without_quoting_the_key(
    change: dict[str, object], complaint: str
) -> None:
    with pytest.raises(ConfigError) as refused:
        Config.parse({**CREDENTIALS, **change})
    assert complaint in str(refused.value)
    assert KEY not in str(refused.value)
    assert "\n" not in str(refused.value)


def test_the_specification_accepts_what_the_source_accepts_and_hides_secrets() -> None:
    schema = specification().connectionSpecification
    validator = jsonschema.Draft7Validator(schema)
    jsonschema.Draft7Validator.check_schema(schema)
    for config in (
        CREDENTIALS,
        {"api_key": KEY, "start_date": "2024-01-31T00:00:00Z", "num_workers": 3},
    ):
        assert validator.is_valid(config)
        Config.parse(config)
    assert not validator.is_valid({"credentials": {"auth_type": "api_key"}})
    key = schema["properties"]["credentials"]["oneOf"][0]["properties"]["api_key"]
    assert key["airbyte_secret"] is True
    assert schema["properties"]["api_key"]["airbyte_secret"] is True
    assert schema["properties"]["api_base_url"]["airbyte_hidden"] is True
    assert set(schema["properties"]) == set(Config.model_fields)
