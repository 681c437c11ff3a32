"""How requests are signed."""

from airbyte_cdk.sources.streams.http.requests_native_auth import TokenAuthenticator
from requests.auth import AuthBase


def api_key(key: str) -> AuthBase:
    """Return what signs requests with a private API key (`pk_...`)."""
    return TokenAuthenticator(key, auth_method="Klaviyo-API-Key")
