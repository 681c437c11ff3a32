"""The ways to sign in, as users write them."""

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
"""What the specification says of a field that no log may show."""


def _absent_if_empty(value: object) -> object:
    return None if value == "" else value


def _expiry(value: object) -> datetime | None:
    """Return when a token ends, None where that is not told as a date.

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
"""What can be sent in a header, and masked in messages."""


class ApiKeyCredentials(BaseModel):
    """A private API key of the account."""

    model_config = ConfigDict(extra="forbid", strict=True, title="API key")

    auth_type: Literal["api_key"]
    api_key: Secret = Field(
        repr=False,
        json_schema_extra=SECRET,
        title="Private API key",
        description="A private key (`pk_...`) with the read scopes of the streams that you want."
        " In Klaviyo: Settings, API keys.",
    )


class OAuthCredentials(BaseModel):
    """What Klaviyo gave an OAuth app that the account's owner has allowed to read."""

    model_config = ConfigDict(extra="forbid", strict=True, title="OAuth 2.0")

    auth_type: Literal["oauth2.0"]
    client_id: Text = Field(title="Client ID", description="The id of the OAuth app.")
    client_secret: Secret = Field(
        repr=False,
        json_schema_extra=SECRET,
        title="Client secret",
        description="The secret of the OAuth app.",
    )
    refresh_token: Secret = Field(
        repr=False,
        json_schema_extra=SECRET,
        title="Refresh token",
        description="What the app got when it was allowed to read the account.",
    )
    access_token: Annotated[Secret | None, BeforeValidator(_absent_if_empty)] = Field(
        None,
        title="Access token",
        description="Kept by the platform from one sync to the next.",
        json_schema_extra={**SECRET, "airbyte_hidden": True},
        repr=False,
    )
    token_expiry_date: Annotated[
        datetime | None, BeforeValidator(_expiry, json_schema_input_type=str)
    ] = Field(
        None,
        title="End of the access token",
        description="Kept by the platform, like 2026-01-31T00:00:00Z.",
        json_schema_extra={"airbyte_hidden": True},
    )


class OwnAppCredentials(BaseModel):
    """The same for an app that the customer made in Klaviyo."""

    model_config = ConfigDict(extra="forbid", strict=True, title="OAuth 2.0, with an app of yours")

    auth_type: Literal["oauth_own_app"]
    client_id: Text = Field(
        title="Client ID", description="The id of your app. In Klaviyo: Integrations, Manage apps."
    )
    client_secret: Secret = Field(
        repr=False,
        json_schema_extra=SECRET,
        title="Client secret",
        description="The secret of your app.",
    )
    refresh_token: Secret = Field(
        repr=False,
        json_schema_extra=SECRET,
        title="Refresh token",
        description="What the program `source-klaviyo-login` gets for you.",
    )


Credentials = OAuthCredentials | OwnAppCredentials | ApiKeyCredentials
ALL_CREDENTIALS: Final = (OAuthCredentials, OwnAppCredentials, ApiKeyCredentials)
"""In the order in which Airbyte shows them; it wants its sign-in button first."""
