"""A request that has passed all checks of access."""

from dataclasses import dataclass

from klaviyo_sandbox.api.keys import Credential
from klaviyo_sandbox.api.router import Route


@dataclass(frozen=True, slots=True)
class Admitted:
    """A request ready to be answered."""

    route: Route
    revision: str
    headers: dict[str, str]
    """Rate-limit headers for the reply."""
    credential: Credential
