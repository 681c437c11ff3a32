"""One HTTP request, taken apart."""

from collections.abc import Iterable, MutableMapping
from dataclasses import dataclass
from urllib.parse import quote, unquote, unquote_plus

Scope = MutableMapping[str, object]
"""The ASGI connection scope."""

CURSOR = "page[cursor]"


@dataclass(frozen=True, slots=True)
class Request:
    """A client's request."""

    method: str
    path: str
    """Decoded, without query and without a trailing slash."""
    segments: tuple[str, ...]
    """The decoded parts of the path; a part may itself hold a slash."""
    query: tuple[tuple[str, str], ...]
    """Decoded parameters in the order sent."""
    raw_query: str
    headers: dict[str, str]
    """Names in lower case."""
    body: bytes

    @property
    def cursor(self) -> str | None:
        """The page cursor, if sent."""
        return next((value for name, value in self.query if name == CURSOR), None)

    @property
    def query_text(self) -> str:
        """The decoded query, for people to read."""
        return unquote_plus(self.raw_query)

    def url(self, cursor: str | None = None, parameter: str = CURSOR) -> str:
        """Return this request's URL.

        With `cursor`, the cursor sent as `parameter` is replaced, all else is verbatim.
        """
        kept = self.raw_query
        if cursor is not None:
            others = [
                part
                for part in kept.split("&")
                if part and unquote_plus(part.partition("=")[0]) != parameter
            ]
            kept = "&".join([*others, f"{quote(parameter)}={quote(cursor, safe='')}"])
        host = self.headers.get("host", "127.0.0.1")
        path = "/" + "/".join(quote(segment, safe="$:~-._") for segment in self.segments)
        return f"http://{host}{path}" + (f"?{kept}" if kept else "")


def request_of(scope: Scope, body: bytes) -> Request:
    """Return the request in an ASGI scope, with its `body`."""
    raw_path = scope.get("raw_path")
    path = raw_path.decode("latin-1") if isinstance(raw_path, bytes) else str(scope["path"])
    raw = scope["query_string"]
    raw_query = raw.decode("latin-1") if isinstance(raw, bytes) else ""
    segments = tuple(unquote(part) for part in path.strip("/").split("/"))
    pairs = (part.partition("=") for part in raw_query.split("&") if part)
    return Request(
        method=str(scope["method"]),
        path="/" + "/".join(segments),
        segments=segments,
        query=tuple((unquote_plus(name), unquote_plus(value)) for name, _, value in pairs),
        raw_query=raw_query,
        headers=_headers(scope["headers"]),
        body=body,
    )


def _headers(raw: object) -> dict[str, str]:
    if not isinstance(raw, Iterable):
        return {}
    return {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in raw}
