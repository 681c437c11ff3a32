"""Signatures of requests."""

from abc import abstractmethod

import requests
from requests.auth import AuthBase


class Signature(AuthBase):
    """The signature of requests, for all threads. `is_oauth` means credentials of an OAuth app."""

    is_oauth = False

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        """Sign `request`. Raises as `sign_in` does."""
        request.headers["Authorization"] = self.header()
        return request

    @abstractmethod
    def header(self) -> str:
        """Return the value of the header `Authorization`. Raises as `sign_in` does."""

    @property
    def scopes(self) -> frozenset[str] | None:
        """The granted scopes, None if Klaviyo has not named them."""
        return None

    def sign_in(self) -> None:
        """Make sure that requests can be signed.

        Raises StreamFailed if Klaviyo refuses, or could not be reached for too long.
        """

    def renew(self, refused: requests.PreparedRequest) -> bool:  # noqa: ARG002
        """Whether a request that met a 401 is worth sending again, with a new signature.

        Raises as `sign_in` does.
        """
        return False

    def is_outdated(self, request: requests.PreparedRequest) -> bool:  # noqa: ARG002
        """Whether the signature of `request` has ended since."""
        return False


class ApiKey(Signature):
    """A private API key (`pk_...`). Klaviyo names its scopes only by refusing requests.

    >>> ApiKey("pk_123").header()
    'Klaviyo-API-Key pk_123'
    """

    def __init__(self, key: str) -> None:
        self._header = f"Klaviyo-API-Key {key}"

    def header(self) -> str:
        """Return the value of the header `Authorization`."""
        return self._header


class AccessToken(Signature):
    """An OAuth access token that cannot be renewed."""

    is_oauth = True

    def __init__(self, token: str) -> None:
        self._header = f"Bearer {token}"

    def header(self) -> str:
        """Return the value of the header `Authorization`."""
        return self._header


def api_key(key: str) -> Signature:
    """Return the signature for a private API key (`pk_...`)."""
    return ApiKey(key)
