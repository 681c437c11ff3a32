"""The fewest requests that a first sync can make: each page that it needs, asked for once."""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlencode

import requests

from benchmarks.pages import Pages
from klaviyo_sandbox import Request, Sandbox
from klaviyo_sandbox.spec import load_spec

_BY_TIME = re.compile(r"(?:greater|less)-[a-z-]+\(\w+,[^()]*\)")
_CLAUSE = re.compile(r"[a-z-]+\([^()]*\)")


@dataclass(frozen=True, slots=True)
class _Listing:
    endpoint: str
    path: str
    revision: str
    filter: str
    additional: tuple[tuple[str, str], ...]


def distinct_pages(sandbox: Sandbox, log: Iterable[Request]) -> Counter[str]:
    """Return how many pages hold all that was asked for, by path template.

    A plain client reads each listing in `log` once more, from its first page to its last and in its
    largest pages. Listings are the same that differ only in what a request bounds by time, sorts
    by or includes; additional fields have quotas of their own. What has no pages is one.
    """
    largest: dict[_Listing, int] = {}
    for request in log:
        query = dict(parse_qsl(request.query))
        listing = _Listing(
            request.endpoint,
            request.path,
            request.revision,
            _without_times(query.get("filter", "")),
            tuple(each for each in query.items() if each[0].startswith("additional-fields")),
        )
        largest[listing] = max(largest.get(listing, 0), int(query.get("page[size]", 0)))
    pages: Counter[str] = Counter()
    with requests.Session() as session:
        session.headers.update(Pages.headers(sandbox))
        for listing, size in largest.items():
            if not load_spec(listing.revision).endpoints[listing.endpoint].paginated:
                pages[listing.endpoint] += 1
                continue
            parameters = [("filter", listing.filter)] if listing.filter else []
            parameters += [("page[size]", str(size))] if size else []
            session.headers["revision"] = listing.revision
            url = f"{sandbox.url}{listing.path}?{urlencode([*parameters, *listing.additional])}"
            while url:
                answer = session.get(url, timeout=60)
                answer.raise_for_status()
                pages[listing.endpoint] += 1
                url = answer.json().get("links", {}).get("next")
    return pages


def _without_times(text: str) -> str:
    """Return a filter without its bounds of time."""
    inner = text.removeprefix("and(").removesuffix(")") if text.startswith("and(") else text
    kept = _CLAUSE.findall(_BY_TIME.sub("", inner))
    return f"and({','.join(kept)})" if len(kept) > 1 else "".join(kept)
