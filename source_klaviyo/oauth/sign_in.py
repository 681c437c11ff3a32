"""The signature of requests from the configuration."""

import time
from collections.abc import Callable, Mapping
from typing import Any

from airbyte_cdk.models import AirbyteMessage

from source_klaviyo.api.auth import Signature, api_key
from source_klaviyo.config import Config
from source_klaviyo.config.credentials import ApiKeyCredentials, OAuthCredentials
from source_klaviyo.oauth.kept_config import KeptConfig
from source_klaviyo.oauth.signature import OAuthSignature, Token


def signature(
    config: Config, raw: Mapping[str, Any], emit: Callable[[AirbyteMessage], None]
) -> Signature:
    """Return the signature of a sync's requests, without any request yet.

    `raw` is the original configuration, and is emitted with new tokens whenever they are replaced.

    >>> key = {"api_key": "pk_12345678"}
    >>> signature(Config.parse(key), key, print).header()
    'Klaviyo-API-Key pk_12345678'
    """
    credentials = config.sign_in
    if isinstance(credentials, ApiKeyCredentials):
        return api_key(credentials.api_key)
    # Authlib comes with this import; a start with a private key is shorter without it.
    from source_klaviyo.oauth.token_endpoint import OAuthApp  # noqa: PLC0415

    app = OAuthApp(config.api_base_url, credentials.client_id, credentials.client_secret)
    kept = KeptConfig(raw, emit)
    token = _kept_token(credentials) if isinstance(credentials, OAuthCredentials) else None
    return OAuthSignature(app.refresh, credentials.refresh_token, kept.keep, token)


def _kept_token(credentials: OAuthCredentials) -> Token | None:
    """Return the access token that the platform kept, if known to be good for a while."""
    ends = credentials.token_expiry_date
    if not credentials.access_token or ends is None:
        return None
    left = ends.timestamp() - time.time()
    return Token.of(credentials.access_token, time.monotonic(), left)
