"""The configuration: what is accepted, and how what is not is refused."""

from datetime import UTC, date, datetime

import jsonschema
import pytest

from source_klaviyo.api import revision
from source_klaviyo.config import Config
from source_klaviyo.config.credentials import (
    ApiKeyCredentials,
    OAuthCredentials,
    OwnAppCredentials,
)
from source_klaviyo.config.settings import warnings
from source_klaviyo.errors import ConfigError
from source_klaviyo.registry import STREAMS
from tools.generate_spec import specification

pytestmark = pytest.mark.calendar

KEY = "pk_a1b2c3"
SECRET = "s3cret_a1b2c3"
APP = {"client_id": "app", "client_secret": SECRET, "refresh_token": "rt_a1b2c3"}
OWN_APP = {"auth_type": "oauth_own_app", **APP}
BUTTON = {"auth_type": "oauth2.0", **APP, "access_token": "at_a1b2c3"}
CREDENTIALS = {"credentials": {"auth_type": "api_key", "api_key": KEY}}


def test_a_key_alone_is_enough_in_either_place() -> None:
    signed_in = ApiKeyCredentials(auth_type="api_key", api_key=KEY)
    assert Config.parse(CREDENTIALS).sign_in == signed_in
    assert Config.parse({"api_key": f" {KEY}\n"}).sign_in == signed_in


def test_an_app_signs_in_with_its_refresh_token() -> None:
    own = Config.parse({"credentials": OWN_APP}).sign_in
    assert isinstance(own, OwnAppCredentials)
    assert (own.client_id, own.client_secret, own.refresh_token) == ("app", SECRET, "rt_a1b2c3")


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("2026-01-31T10:00:00Z", datetime(2026, 1, 31, 10, tzinfo=UTC)),
        ("2026-01-31T10:00:00", datetime(2026, 1, 31, 10, tzinfo=UTC)),
        ("2026-01-31T11:00:00+01:00", datetime(2026, 1, 31, 10, tzinfo=UTC)),
        ("3600", None),
        (3600, None),
        ("", None),
        (None, None),
    ],
)
def test_what_platforms_keep_of_a_token_is_taken_as_far_as_it_makes_sense(
    written: object, read: datetime | None
) -> None:
    kept = {**BUTTON, "access_token": "", "token_expiry_date": written}
    credentials = Config.parse({"credentials": kept}).sign_in
    assert isinstance(credentials, OAuthCredentials)
    assert credentials.access_token is None
    assert credentials.token_expiry_date == read


def test_no_secret_shows_when_a_configuration_is_printed() -> None:
    for raw in (CREDENTIALS, {"api_key": KEY}, {"credentials": OWN_APP}, {"credentials": BUTTON}):
        config = Config.parse(raw)
        for printed in (repr(config), str(config), repr(config.sign_in)):
            for secret in (KEY, SECRET, "rt_a1b2c3", "at_a1b2c3"):
                assert secret not in printed


@pytest.mark.parametrize(
    "text", ["2024-01-31", "2024-01-31T00:00:00Z", "2024-01-31T01:00:00+01:00", " 2024-01-31\n"]
)
def test_a_start_date_is_a_day_or_a_moment(text: str) -> None:
    config = Config.parse({**CREDENTIALS, "start_date": text})
    assert config.start_date == datetime(2024, 1, 31, tzinfo=UTC)


@pytest.mark.parametrize(
    "text", ["0001-01-01", "0001-01-01T00:00:00+14:00", "1969-12-31T23:59:59Z", "1970-01-01"]
)
def test_a_start_date_before_all_data_is_the_beginning(text: str) -> None:
    config = Config.parse({**CREDENTIALS, "start_date": text})
    assert config.start_date == datetime(1970, 1, 1, tzinfo=UTC)


def test_blanks_around_a_revision_do_not_matter(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(revision, "today", lambda: date(2026, 11, 23))
    assert Config.parse({**CREDENTIALS, "revision": " 2026-07-15 "}).revision == "2026-07-15"


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:8000", "http://localhost:1/", "https://x.example"]
)
def test_another_address_may_be_given(url: str) -> None:
    assert Config.parse({**CREDENTIALS, "api_base_url": url}).api_base_url == url.rstrip("/")


@pytest.mark.parametrize(
    ("left", "kept", "warning"),
    [
        ({**CREDENTIALS, "api_key": f" {KEY}"}, CREDENTIALS, "`api_key` repeats the key in"),
        ({"api_key": KEY, "credentials": {}}, {"api_key": KEY}, "`credentials` is blank"),
        (
            {"api_key": KEY, "credentials": {"auth_type": "oauth2.0", "client_id": " "}},
            {"api_key": KEY},
            "`credentials` is blank",
        ),
        (
            {"credentials": {**CREDENTIALS["credentials"], "client_id": "", "refresh_token": "r"}},
            CREDENTIALS,
            "parts of another sign-in, which are left out: client_id, refresh_token.",
        ),
        (
            {"credentials": {**OWN_APP, "api_key": KEY, "access_token": "at_a1b2c3"}},
            {"credentials": OWN_APP},
            "which are left out: access_token, api_key.",
        ),
    ],
)
def test_leftovers_of_another_sign_in_change_nothing(
    left: dict[str, object], kept: dict[str, object], warning: str
) -> None:
    assert Config.parse(left) == Config.parse(kept)
    (told,) = warnings(left)
    assert warning in told
    assert KEY not in told
    assert warnings(kept) == []


def test_a_whole_number_may_have_a_point() -> None:
    settings = {"num_workers": 7.0, "lookback_days": 2.0, "report_settling_days": 30.0}
    config = Config.parse({**CREDENTIALS, **settings, "quota_share": 1})
    assert (config.num_workers, config.lookback_days, config.settling_days) == (7, 2, 30)


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Placed Order, RESQ6t,Placed Order,", ("Placed Order", "RESQ6t")),
        ('"Sold, in store", RESQ6t', ("Sold, in store", "RESQ6t")),
        ('The 5" pipe, "A ""good"" one"', ('The 5" pipe', 'A "good" one')),
        ("Placed Order\nOpened Email", ("Placed Order", "Opened Email")),
    ],
)
def test_names_stand_in_one_text(text: str, names: tuple[str, ...]) -> None:
    assert Config.parse({**CREDENTIALS, "event_metric_ids": text}).event_metric_ids == names


@pytest.mark.parametrize("credentials", [OWN_APP, BUTTON])
def test_what_opens_an_app_goes_to_klaviyo_or_this_machine_alone(credentials: object) -> None:
    for url in ("https://a.klaviyo.com", "https://A.Klaviyo.com", "http://127.0.0.1:8000"):
        Config.parse({"credentials": credentials, "api_base_url": url})
    for url in ("https://x.example", "https://a.klaviyo.com.x.example", "https://a.klaviyo.com:81"):
        with pytest.raises(ConfigError, match="api_base_url: with OAuth"):
            Config.parse({"credentials": credentials, "api_base_url": url})


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"credentials": None}, "give one of `credentials` and `api_key`"),
        ({"api_key": "pk_another1"}, "give one of `credentials` and `api_key`"),
        ({"api_key": "pk_another1", "credentials": OWN_APP}, "give one of `credentials` and"),
        ({"credentials": {"api_key": KEY}}, "credentials.auth_type is missing"),
        ({"credentials": {"auth_type": "api_key"}}, "credentials.api_key is missing"),
        ({"credentials": {"auth_type": "magic", "api_key": KEY}}, "must be one of: oauth2.0, "),
        ({"credentials": {"auth_type": "oauth_own_app"}}, "credentials.refresh_token is missing"),
        ({"credentials": {**OWN_APP, "client_idd": "x"}}, "Did you mean client_id?"),
        ({"credentials": {"auth_type": "api_key", "api_key": f"Klaviyo-API-Key {KEY}"}}, "alone"),
        ({"credentials": None, "api_key": f"klaviyo-api-key: {KEY}"}, "the name of a header"),
        ({"credentials": {**OWN_APP, "client_secret": f"{KEY}\n{KEY}"}}, "has a character"),
        ({"credentials": {**BUTTON, "refresh_token": ""}}, "credentials.refresh_token is blank"),
        ({"credentials": {"auth_type": "api_key", "api_key": ""}}, "credentials.api_key is blank"),
        ({"credentials": {"auth_type": "api_key", "api_key": " \n"}}, "credentials.api_key is bl"),
        ({"credentials": {"auth_type": "api_key", "api_key": "pk_a b1c2"}}, "has a character"),
        ({"credentials": {"auth_type": "api_key", "api_key": "pk_a1b2\r\nc3"}}, "has a character"),
        ({"credentials": {"auth_type": "api_key", "api_key": "pk_a1b2\u20ac3"}}, "has a character"),
        ({"credentials": {"auth_type": "api_key", "api_key": "XyZ123"}}, "is a public key"),
        ({"credentials": {"auth_type": "api_key", "api_key": "XyZ12"}}, "blank, or shorter"),
        ({"credentials": {**BUTTON, "access_token": f"{KEY}\r\n{KEY}"}}, "has a character"),
        ({"credentials": {"auth_type": "api_key", "api_key": KEY, "x": 1}}, "not a setting"),
        ({"start_date": "31.01.2024"}, "must be a date like"),
        ({"start_date": "2999-01-01"}, "must not lie in the future"),
        ({"start_date": 2024}, "must be text like"),
        ({"num_workers": "4"}, "num_workers: must be a valid integer"),
        ({"num_workers": 0}, "num_workers: must be greater than or equal to 1"),
        ({"credentials": KEY}, "credentials: must be an object"),
        ({"num_workers": 7.5}, "num_workers"),
        ({"event_metric_ids": f'"{"x" * 200_000}'}, "must have a second quote for each"),
        ({"lookback_days": -1}, "lookback_days"),
        ({"event_metric_ids": ["Placed Order"]}, "must be one text with commas"),
        ({"metric_aggregates_by": "Campaign Nam"}, "Did you mean Campaign Name?"),
        ({"timezone": "America/New_Yrok"}, "Did you mean America/New_York?"),
        ({"revision": "2024-10-15"}, "retired revision 2024-10-15"),
        ({"revision": "15/06/2024"}, "means revision 2024-06-15 (day/month/year). Klaviyo retired"),
        ({"api_base_url": "http://a.klaviyo.com"}, "must begin with https://"),
        ({"api_base_url": "http://127.0.0.1.evil.example"}, "must begin with https://"),
        ({"api_base_url": "https://user@a.klaviyo.com"}, "must be a host's address"),
        ({"api_base_url": "ftp://localhost"}, "must begin with https://"),
        ({"api_base_url": "http://127.0.0.1:x"}, "must be a host's address"),
        ({"api_base_url": "http://127.0.0.1:99999"}, "must be a host's address"),
        ({"api_base_url": "http://127.0.0.1:8000 "}, "must be a host's address"),
        ({"api_base_url": "https://x.example#f"}, "must be a host's address"),
        ({"api_base_url": "http://[::1"}, "must be a host's address"),
        ({"api_base_url": "https://@x.example"}, "must be a host's address"),
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


def test_the_specification_accepts_what_the_source_accepts() -> None:
    schema = specification().connectionSpecification
    validator = jsonschema.Draft7Validator(schema)
    jsonschema.Draft7Validator.check_schema(schema)
    for config in (
        CREDENTIALS,
        {"credentials": OWN_APP},
        {"credentials": BUTTON},
        {"credentials": {**BUTTON, "token_expiry_date": "2026-01-31T10:00:00Z"}},
        {"api_key": KEY, "start_date": "2024-01-31T00:00:00Z", "num_workers": 3},
    ):
        assert validator.is_valid(config)
        Config.parse(config)
    assert not validator.is_valid({"credentials": {"auth_type": "api_key"}})
    assert schema["properties"]["api_base_url"]["airbyte_hidden"] is True
    assert set(schema["properties"]) == set(Config.model_fields)


def test_the_platform_is_told_how_to_sign_in_for_every_stream() -> None:
    advanced = specification().advanced_auth
    assert advanced is not None
    assert (advanced.predicate_key, advanced.predicate_value) == (
        ["credentials", "auth_type"],
        "oauth2.0",
    )
    oauth = advanced.oauth_config_specification
    assert oauth is not None
    asked = oauth.oauth_connector_input_specification
    assert asked is not None
    assert asked.consent_url.startswith("https://www.klaviyo.com/oauth/authorize?")
    assert asked.access_token_url == "https://a.klaviyo.com/oauth/token"
    for part in ("codeChallengeS256", "code_challenge_method=S256", "state_param", "scope_value"):
        assert part in asked.consent_url
    assert (asked.access_token_params or {})["code_verifier"] == "{{ state_value }}"
    scopes = (asked.scope or "").split()
    assert {scope for stream in STREAMS for scope in stream.scopes} <= set(scopes)
    assert all(scope.endswith(":read") for scope in scopes)
    schema = specification().connectionSpecification["properties"]["credentials"]["oneOf"][0]
    outputs = {
        **(oauth.complete_oauth_output_specification or {})["properties"],
        **(oauth.complete_oauth_server_output_specification or {})["properties"],
    }
    for output in outputs.values():
        where, name = output["path_in_connector_config"]
        assert where == "credentials"
        assert name in schema["properties"]
