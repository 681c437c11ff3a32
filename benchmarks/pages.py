"""The requests that the connector makes, for those who read the same without it."""

from collections.abc import Mapping
from dataclasses import dataclass

from klaviyo_sandbox import Sandbox

REVISION = "2026-07-15"


@dataclass(frozen=True, slots=True)
class Pages:
    """A whole collection, as the connector asks for it."""

    path: str
    query: str

    def url(self, sandbox: Sandbox) -> str:
        """Return the first page's address."""
        return f"{sandbox.url}{self.path}?{self.query}"

    @staticmethod
    def headers(sandbox: Sandbox) -> Mapping[str, str]:
        """Return what Klaviyo wants to see."""
        return {"Authorization": f"Klaviyo-API-Key {sandbox.key}", "revision": REVISION}


EVENTS = Pages("/api/events", "include=attributions&page%5Bsize%5D=1000&sort=datetime")
PROFILES = Pages(
    "/api/profiles",
    "additional-fields%5Bprofile%5D=subscriptions&page%5Bsize%5D=100&sort=updated",
)
