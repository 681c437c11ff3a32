"""Syncs of the streams whose deletes are followed, and what a plain client lists of them."""

from collections.abc import Iterable, Iterator
from contextlib import closing
from itertools import islice
from typing import Final

import orjson
import requests

from integration_tests.deletes.destination import Destination, Json, Key
from integration_tests.quirks.reading import lines as read_lines
from klaviyo_sandbox import Sandbox

SINGLE: Final = {
    "email_templates": "templates",
    "form_definitions": "forms",
    "forms": "forms",
    "lists": "lists",
    "lists_detailed": "lists",
    "metrics": "metrics",
    "segments": "segments",
    "template_universal_content": "template-universal-content",
    "web_feeds": "web-feeds",
}
"""Streams of a collection without partitions, and its path."""
CAMPAIGNS: Final = [
    f'campaigns?filter=equals(messages.channel,"{channel}"),equals(archived,{archived})'
    for channel in ("email", "sms", "mobile_push")
    for archived in ("false", "true")
]
FLOWS: Final = [f"flows?filter=equals(archived,{archived})" for archived in ("false", "true")]


def read(
    sandbox: Sandbox,
    destination: Destination,
    streams: Iterable[str],
    *,
    url: str | None = None,
    lines: int | None = None,
    mode: str = "append_dedup",
    **config: object,
) -> None:
    """Sync into the destination; a sync that is killed takes no more than so many lines."""
    given = {"api_key": sandbox.key, "api_base_url": url or sandbox.url, **config}
    sync = read_lines(given, [*streams], destination.states.values(), destination=mode)
    destination.begin()
    with closing(sync):  # type: ignore[type-var]
        try:
            for line in islice(sync, lines):
                destination.take(line)
        finally:
            destination.end()


def listed(sandbox: Sandbox, path: str) -> Iterator[Json]:
    """Yield the pages of a collection, as the simplest client reads them."""
    url = f"{sandbox.url}/api/{path}"
    headers = {"Authorization": f"Klaviyo-API-Key {sandbox.key}", "revision": "2026-07-15"}
    while url:
        page: Json = orjson.loads(requests.get(url, headers=headers, timeout=30).content)
        yield page
        url = page["links"].get("next")


def truth(sandbox: Sandbox) -> dict[str, set[Key]]:
    """Return the keys of all rows that Klaviyo lists, by stream."""
    found = {stream: _ids(sandbox, [path]) for stream, path in SINGLE.items()}
    hidden = [f"images?filter=equals(hidden,{hidden})" for hidden in ("false", "true")]
    actions = _ids(sandbox, [f"{path}&include=flow-actions" for path in FLOWS], "included")
    messages = [f"{path}&include=campaign-messages" for path in CAMPAIGNS]
    campaigns, flows = _ids(sandbox, CAMPAIGNS), _ids(sandbox, FLOWS)
    links = {"campaign": CAMPAIGNS, "flow": FLOWS, "list": ["lists?"], "segment": ["segments?"]}
    return {
        **found,
        "campaign_messages": _ids(sandbox, messages, "included"),
        "campaigns": campaigns,
        "campaigns_detailed": campaigns,
        "flow_actions": actions,
        "flow_definitions": flows,
        "flow_messages": _ids(
            sandbox, [f"flow-actions/{action}/flow-messages" for (action,) in actions]
        ),
        "flows": flows,
        "form_versions": _ids(
            sandbox, [f"forms/{form}/form-versions" for (form,) in found["forms"]]
        ),
        "images": _ids(sandbox, hidden),
        "tag_links": {
            link for kind, paths in links.items() for link in _links(sandbox, kind, paths)
        },
    }


def _ids(sandbox: Sandbox, paths: Iterable[str], member: str = "data") -> set[Key]:
    pages = (page for path in paths for page in listed(sandbox, path))
    return {(row["id"],) for page in pages for row in page[member]}


def _links(sandbox: Sandbox, kind: str, paths: Iterable[str]) -> Iterator[Key]:
    for page in (page for path in paths for page in listed(sandbox, f"{path}&include=tags")):
        for row in page["data"]:
            for tag in row["relationships"].get("tags", {}).get("data", ()):
                yield kind, row["id"], tag["id"]
