"""Addresses of requests: no id and no link in an answer leads a request elsewhere."""

from typing import Final
from urllib.parse import quote, unquote, urlsplit

from airbyte_cdk.models import FailureType

from source_klaviyo.errors import StreamFailed
from source_klaviyo.masking import excerpt

_NO_NAMES: Final = ("", ".", "..")
"""Segments that every client removes from a path, quoted or not (RFC 3986, 5.2.4)."""


def address(base_url: str, path: str, resource_id: str = "") -> str:
    """Return the address of `path`, with `resource_id` in place of `{id}`.

    Raises StreamFailed for an id that would change the path.

    >>> address("https://a.klaviyo.com", "lists/{id}/profiles", "Y6nR/aB")
    'https://a.klaviyo.com/api/lists/Y6nR%2FaB/profiles'
    """
    if "{id}" in path and resource_id in _NO_NAMES:
        advice = f'The id "{resource_id}" cannot be asked for at /api/{path}.'
        raise StreamFailed(advice, FailureType.system_error)
    return f"{base_url}/api/{path.replace('{id}', quote(resource_id, safe=''))}"


def refuse_elsewhere(own: str, following: str) -> None:
    """Raise StreamFailed unless the page at `following` is of the same collection as `own`.

    Klaviyo's `links.next` differ from the request in the query alone (recorded of six endpoints).
    """
    if _place(own) == _place(following):
        return
    parts = urlsplit(following)
    there = excerpt(f"{parts.scheme}://{parts.netloc}{parts.path}", 100)
    raise StreamFailed(
        f"Klaviyo's answer at {urlsplit(own).path} continues elsewhere ({there}). The"
        " link was not followed: credentials go to Klaviyo alone, for a single collection.",
        FailureType.system_error,
    )


def _place(url: str) -> tuple[str, str, list[str]]:
    parts = urlsplit(url)
    segments = parts.path.strip("/").split("/")
    return parts.scheme, parts.netloc.lower(), [unquote(segment) for segment in segments]
