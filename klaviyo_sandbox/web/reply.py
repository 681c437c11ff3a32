"""One HTTP reply, ready to be sent."""

from dataclasses import dataclass, field

JSON_API = "application/vnd.api+json"


@dataclass(slots=True)
class Reply:
    """Status, body and headers."""

    status: int
    body: bytes
    content_type: str = JSON_API
    headers: dict[str, str] = field(default_factory=dict)
    seconds: float = 0.0
    """Waited before it is sent."""

    @property
    def raw_headers(self) -> list[tuple[bytes, bytes]]:
        """The headers as ASGI wants them, with type and length."""
        given = {
            "content-type": self.content_type,
            "content-length": str(len(self.body)),
            **self.headers,
        }
        return [
            (_wire_name(name).encode("latin-1"), value.encode("latin-1"))
            for name, value in given.items()
        ]


def _wire_name(name: str) -> str:
    """Return the name as sent; the server looks for some of its own in lower case."""
    return name if name.startswith("RateLimit") else name.lower()
