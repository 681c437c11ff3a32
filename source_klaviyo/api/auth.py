"""How requests are signed."""

from abc import abstractmethod

import requests
from requests.auth import AuthBase


class Signature(AuthBase):
    """Signs requests for all threads. `is_oauth` tells whether it was given to an OAuth app."""

    is_oauth = False

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        """Sign `request`. Raises as `sign_in` does."""
        request.headers["Authorization"] = self.header()
        return request

    @abstractmethod
    def header(self) -> str:
        """Return what stands in `Authorization`. Raises as `sign_in` does."""

    @property
    def scopes(self) -> frozenset[str] | None:
        """What it opens, None where Klaviyo has not said."""
        return None

    def sign_in(self) -> None:
        """See to it that requests can be signed.

        Raises StreamFailed where Klaviyo refuses, or could not be reached for too long.
        """

    def renew(self, refused: requests.PreparedRequest) -> bool:  # noqa: ARG002
        """Tell whether a request that met a 401 is worth sending again, to be signed anew.

        Raises as `sign_in` does.
        """
        return False

    def is_outdated(self, request: requests.PreparedRequest) -> bool:  # noqa: ARG002
        """Tell whether `request` was signed with what has ended since."""
        return False


class ApiKey(Signature):
    """A private API key (`pk_...`), whose scopes show only when something is asked for."""

    def __init__(self, key: str) -> None:
        self._header = f"Klaviyo-API-Key {key}"

    def header(self) -> str:
        """Return what stands in `Authorization`."""
        return self._header


class AccessToken(Signature):
    """An OAuth access token that cannot be renewed."""

    is_oauth = True

    def __init__(self, token: str) -> None:
        self._header = f"Bearer {token}"

    def header(self) -> str:
        """Return what stands in `Authorization`."""
        return self._header


def api_key(key: str) -> Signature:
    """Return what signs requests with a private API key (`pk_...`)."""
    return ApiKey(key)
