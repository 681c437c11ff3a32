"""The ways to sign in, as users write them."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated, Final, Literal

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    JsonValue,
    StringConstraints,
)

from source_klaviyo.masking import SHORTEST

SECRET: Final[dict[str, JsonValue]] = {"airbyte_secret": True}
"""The specification's mark for a field that no log may show."""

KEY_FORM: Final[dict[str, JsonValue]] = {
    **SECRET,
    "examples": ["pk_1a2b3c4d5e6f7a8b9c0d"],
    "pattern": r"^\s*[!-~]{8,}\s*$",
    "pattern_descriptor": "the key alone, from pk_ on, without blanks in it",
}
"""The form's entry for a private key. `pattern_descriptor` is the form's error text."""

_HEADER: Final = "klaviyo-api-key"
_PUBLIC_KEY: Final = 6


def _key_alone(value: object) -> object:
    """Return a private key unchanged. Raises ValueError for a header or a public key."""
    if not isinstance(value, str):
        return value
    key = value.strip()
    if key.lower().startswith(_HEADER):
        raise ValueError("begins with the name of a header. Write the key alone, from pk_ on")
    if len(key) == _PUBLIC_KEY and key.isalnum():
        raise ValueError("is a public key, of six letters. Write a private one, from pk_ on")
    return value


def _absent_if_empty(value: object) -> object:
    return None if value == "" else value


def _expiry(value: object) -> datetime | None:
    """Return the end of a token, None if the value is no date.

    Platforms have written the token's lifetime here instead; such a token is renewed at once.
    """
    try:
        moment = datetime.fromisoformat(str(value))
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


_PRINTABLE: Final = r"^[!-~]+$"
Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, pattern=_PRINTABLE)]
Secret = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=SHORTEST, pattern=_PRINTABLE)
]
"""A text that a header can carry and messages can mask."""

ApiKey = Annotated[Secret, BeforeValidator(_key_alone, json_schema_input_type=str)]


def _credentials(title: str, description: str) -> ConfigDict:
    extra: dict[str, JsonValue] = {"description": description}
    return ConfigDict(extra="forbid", strict=True, title=title, json_schema_extra=extra)


class ApiKeyCredentials(BaseModel):
    """A private API key of the account."""

    model_config = _credentials("Private API key", "The quickest way: one key, made in Klaviyo.")

    auth_type: Literal["api_key"]
    api_key: ApiKey = Field(
        repr=False,
        json_schema_extra=KEY_FORM,
        title="Private API key",
        description="In Klaviyo: Settings, API keys, Create Private API Key, with read-only access."
        " The key begins with pk_.",
    )


class OAuthCredentials(BaseModel):
    """The tokens of an OAuth app that the account's owner has allowed to read."""

    model_config = _credentials(
        "Sign in at Klaviyo (OAuth)",
        "With the button. Airbyte fills in all of it; on an Airbyte of your own, register"
        " https://YOUR-AIRBYTE/auth_flow as the redirect URL (callback URL) of the app.",
    )

    auth_type: Literal["oauth2.0"]
    client_id: Text = Field(
        title="Client ID",
        description="The id of the OAuth app that Airbyte signs in with.",
        examples=["01234567-89ab-cdef-0123-456789abcdef"],
    )
    client_secret: Secret = Field(
        repr=False,
        json_schema_extra=SECRET,
        title="Client secret",
        description="The secret of the OAuth app that Airbyte signs in with.",
    )
    refresh_token: Secret = Field(
        repr=False,
        json_schema_extra=SECRET,
        title="Refresh token",
        description="Filled in by the sign-in: the app's permission to read your account.",
    )
    access_token: Annotated[Secret | None, BeforeValidator(_absent_if_empty)] = Field(
        None,
        title="Access token",
        description="Kept by Airbyte from one sync to the next.",
        json_schema_extra={**SECRET, "airbyte_hidden": True},
        repr=False,
    )
    token_expiry_date: Annotated[
        datetime | None, BeforeValidator(_expiry, json_schema_input_type=str)
    ] = Field(
        None,
        title="End of the access token",
        description="Kept by Airbyte, like 2026-01-31T00:00:00Z.",
        json_schema_extra={"airbyte_hidden": True},
    )


class OwnAppCredentials(BaseModel):
    """The tokens of an OAuth app that the customer made in Klaviyo."""

    model_config = _credentials(
        "OAuth app of your own",
        "For an app that you made in Klaviyo. `source-klaviyo login` prints all three values.",
    )

    auth_type: Literal["oauth_own_app"]
    client_id: Text = Field(
        title="Client ID of your app",
        description="In Klaviyo: Integrations, Manage apps.",
        examples=["01234567-89ab-cdef-0123-456789abcdef"],
    )
    client_secret: Secret = Field(
        repr=False,
        json_schema_extra=SECRET,
        title="Client secret of your app",
        description="Klaviyo shows the secret once, when you make the app.",
    )
    refresh_token: Secret = Field(
        repr=False,
        json_schema_extra=SECRET,
        title="Refresh token of your app",
        description="`source-klaviyo login` gets the token for you.",
    )


Credentials = OAuthCredentials | OwnAppCredentials | ApiKeyCredentials
BY_TYPE: Final[Mapping[str, type[BaseModel]]] = {
    "oauth2.0": OAuthCredentials,
    "oauth_own_app": OwnAppCredentials,
    "api_key": ApiKeyCredentials,
}
"""The ways by `auth_type`, in Airbyte's order of display: its button comes first."""
