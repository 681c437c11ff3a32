"""What Airbyte needs to know for its own sign-in button: `advanced_auth` in the specification.

The platform opens the consent page, exchanges the code, and writes what it got into the
configuration. What stands in braces is filled in by the platform: see "OAuth 2.0" in Airbyte's
documentation for connector developers.
"""

from typing import Any, Final

from airbyte_cdk.models import (
    AdvancedAuth,
    AuthFlowType,
    OAuthConfigSpecification,
    OauthConnectorInputSpecification,
    State,
)

from source_klaviyo.config.values import KLAVIYO
from source_klaviyo.oauth.addresses import CONSENT_URL, TOKEN_PATH
from source_klaviyo.registry import scopes_of

_WHERE: Final = "credentials"
_CONSENT_PARAMETERS: Final = (
    "response_type=code",
    "{{ client_id_param }}",
    "{{ redirect_uri_param }}",
    "{{ state_param }}",
    "{{ scope_key }}={{ {{ scope_value }} | urlEncoder }}",
    "code_challenge={{ {{ state_value }} | codeChallengeS256 }}",
    "code_challenge_method=S256",
)
"""The platform derives the PKCE challenge from the state: it has no other secret of its own."""

_VERIFIER_LENGTHS: Final = (43, 128)
"""A PKCE verifier's length by RFC 7636; Klaviyo checks it."""

_TOKEN_HEADERS: Final = {
    "Authorization": "Basic {{ {{ client_id_value }}:{{ client_secret_value }} | base64Encoder }}",
    "Content-Type": "application/x-www-form-urlencoded",
}
_TOKEN_PARAMETERS: Final = {
    "grant_type": "authorization_code",
    "code": "{{ auth_code_value }}",
    "code_verifier": "{{ state_value }}",
    "redirect_uri": "{{ redirect_uri_value }}",
}


def advanced_auth() -> AdvancedAuth:
    """Return how the platform signs in for `auth_type` oauth2.0, with the scopes of all streams."""
    shortest, longest = _VERIFIER_LENGTHS
    return AdvancedAuth(
        auth_flow_type=AuthFlowType.oauth2_0,
        predicate_key=[_WHERE, "auth_type"],
        predicate_value="oauth2.0",
        oauth_config_specification=OAuthConfigSpecification(
            oauth_connector_input_specification=OauthConnectorInputSpecification(
                consent_url=f"{CONSENT_URL}?{'&'.join(_CONSENT_PARAMETERS)}",
                access_token_url=f"{KLAVIYO}{TOKEN_PATH}",
                scope=" ".join(scopes_of()),
                state=State(shortest, longest),
                access_token_headers=_TOKEN_HEADERS,
                access_token_params=_TOKEN_PARAMETERS,
                extract_output=["access_token", "refresh_token", "expires_in"],
            ),
            complete_oauth_output_specification=_object(
                {
                    "access_token": _output("access_token"),
                    "refresh_token": _output("refresh_token"),
                    "token_expiry_date": _output("expires_in", "token_expiry_date"),
                },
                required=["refresh_token"],
            ),
            complete_oauth_server_input_specification=_object(
                {"client_id": {"type": "string"}, "client_secret": {"type": "string"}},
                required=["client_id", "client_secret"],
            ),
            complete_oauth_server_output_specification=_object(
                {
                    name: {"type": "string", "path_in_connector_config": [_WHERE, name]}
                    for name in ("client_id", "client_secret")
                },
                required=["client_id", "client_secret"],
            ),
        ),
    )


def _object(properties: dict[str, Any], required: list[str]) -> dict[str, Any]:
    return {
        "type": "object",
        "additionalProperties": False,
        "required": required,
        "properties": properties,
    }


def _output(answer: str, setting: str | None = None) -> dict[str, Any]:
    """Return where a member of the token's answer goes in the configuration."""
    return {
        "type": "string",
        "path_in_connector_config": [_WHERE, setting or answer],
        "path_in_oauth_response": [answer],
    }
