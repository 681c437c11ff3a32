"""How fast the sandbox itself can be read."""

import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection
from urllib.parse import urlsplit

import orjson
import requests

from benchmarks.pages import Pages
from klaviyo_sandbox import Sandbox

_CHUNK = 1024 * 1024


def addresses(sandbox: Sandbox, pages: Pages) -> list[str]:
    """Return the address of every page of a collection."""
    found: list[str] = []
    following: str | None = pages.url(sandbox)
    while following:
        found.append(following)
        answer = requests.get(following, headers=Pages.headers(sandbox), timeout=60)
        answer.raise_for_status()
        following = orjson.loads(answer.content)["links"]["next"]
    return found


def seconds(sandbox: Sandbox, urls: Sequence[str], connections: int) -> float:
    """Fetch `urls` over several connections at once, throwing the bodies away; tell how long."""
    began = time.perf_counter()
    with ThreadPoolExecutor(connections) as pool:
        shares = [urls[number::connections] for number in range(connections)]
        for done in [pool.submit(_fetch, sandbox, share) for share in shares]:
            done.result()
    return time.perf_counter() - began


def _fetch(sandbox: Sandbox, urls: Sequence[str]) -> None:
    connection = HTTPConnection(urlsplit(sandbox.url).netloc)
    buffer = memoryview(bytearray(_CHUNK))
    for url in urls:
        parts = urlsplit(url)
        connection.request("GET", f"{parts.path}?{parts.query}", headers=Pages.headers(sandbox))
        answer = connection.getresponse()
        while answer.readinto(buffer):
            pass
    connection.close()
