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

    @property
    def raw_headers(self) -> list[tuple[bytes, bytes]]:
        """The headers as ASGI wants them, with type and length."""
        given = {
            "content-type": self.content_type,
            "content-length": str(len(self.body)),
            **self.headers,
        }
        return [
            (name.lower().encode("latin-1"), value.encode("latin-1"))
            for name, value in given.items()
        ]
