"""A request that has passed all checks of access."""

from dataclasses import dataclass

from klaviyo_sandbox.api.keys import Credential
from klaviyo_sandbox.spec import Endpoint, Report


@dataclass(frozen=True, slots=True)
class Admitted:
    """A request ready to be answered."""

    endpoint: Endpoint | Report
    item_id: str | None
    """The id in the path."""
    revision: str
    headers: dict[str, str]
    """Rate-limit headers for the reply."""
    credential: Credential
