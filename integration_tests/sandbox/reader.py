"""A plain reader of the API, for tests that look at what the sandbox sends."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, cast

import requests

REVISION = "2026-07-15"
TIMEOUT_SECONDS = 30

Json = dict[str, Any]
"""A JSON object, as deep as Klaviyo makes it; the tests that dig into it say what they expect."""


@dataclass(frozen=True, slots=True)
class Answer:
    """One reply."""

    status: int
    headers: Mapping[str, str]
    text: str

    @property
    def document(self) -> Json:
        """The JSON document."""
        return cast("Json", json.loads(self.text))

    @property
    def rows(self) -> list[Json]:
        """The document's resources; one, in a list, where it holds a single one."""
        data = self.document["data"]
        return cast("list[Json]", data if isinstance(data, list) else [data])

    @property
    def ids(self) -> list[str]:
        """The ids of the resources, in order."""
        return [str(row["id"]) for row in self.rows]

    @property
    def included(self) -> list[Json]:
        """The included resources."""
        return cast("list[Json]", self.document["included"])

    @property
    def links(self) -> dict[str, str | None]:
        """The document's links."""
        return cast("dict[str, str | None]", self.document["links"])

    @property
    def error(self) -> Json:
        """The first error of an error document."""
        return cast("list[Json]", self.document["errors"])[0]


class Reader:
    """Reads as one credential, at one revision."""

    def __init__(self, url: str, authorization: str, revision: str = REVISION) -> None:
        """Send these headers with each request."""
        self._url = url
        self._session = requests.Session()
        self._session.headers.update({"Authorization": authorization, "revision": revision})

    def get(
        self,
        path: str,
        query: Mapping[str, str | int] | None = None,
        headers: Mapping[str, str | None] | None = None,
    ) -> Answer:
        """Return the reply to one GET; `path` may be a URL. A header that is None is not sent."""
        url = path if path.startswith("http") else self._url + path
        reply = self._session.get(
            url,
            params=query,
            headers=cast("Mapping[str, str]", headers),  # None removes the session's header
            timeout=TIMEOUT_SECONDS,
        )
        return Answer(reply.status_code, reply.headers, reply.content.decode())

    def post(
        self,
        path: str,
        body: Mapping[str, object] | bytes,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """Return the reply to one POST; `path` may be a URL. A body that is bytes goes as it is."""
        url = path if path.startswith("http") else self._url + path
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        sent = {"Content-Type": "application/vnd.api+json", **(headers or {})}
        reply = self._session.post(url, data=data, headers=sent, timeout=TIMEOUT_SECONDS)
        return Answer(reply.status_code, reply.headers, reply.content.decode())

    def report(self, name: str, **attributes: object) -> Answer:
        """Return the reply to a report such as `flow-series` or `metric-aggregate`."""
        kind = name if name == "metric-aggregate" else f"{name}-report"
        return self.post(f"/api/{kind}s", {"data": {"type": kind, "attributes": attributes}})

    def pages(self, path: str, query: Mapping[str, str | int] | None = None) -> Iterator[Answer]:
        """Follow `links.next` to the end.

        Raises:
            RuntimeError: a page was refused.
        """
        answer = self.get(path, query)
        while True:
            if answer.status != 200:
                message = f"{path}: {answer.status} {answer.text[:500]}"
                raise RuntimeError(message)
            yield answer
            following = answer.links.get("next")
            if not following:
                return
            answer = self.get(following)

    def all_ids(self, path: str, query: Mapping[str, str | int] | None = None) -> list[str]:
        """Return the ids on all pages, in order, repeated ones included."""
        return [row_id for page in self.pages(path, query) for row_id in page.ids]
