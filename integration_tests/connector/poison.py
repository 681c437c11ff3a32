"""One thing that Klaviyo answers wrongly, and what a sync brings in spite of that."""

import re
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any, Final

import orjson

from integration_tests.connector.relay import Answer, Reply, host, pass_on
from klaviyo_sandbox import Sandbox
from source_klaviyo.registry import STREAMS, stream_name
from source_klaviyo.streams.kinds.base import KlaviyoStream
from source_klaviyo.streams.kinds.union import UnionStream
from source_klaviyo.streams.webhooks import Webhooks, WebhookTopics

Json = dict[str, Any]

CLASSES: Final[Mapping[str, type[KlaviyoStream]]] = {
    stream_name(stream): stream for stream in STREAMS if stream not in {Webhooks, WebhookTopics}
}
_JSON: Final = {"Content-Type": "application/json"}


def refused(status: int, detail: str) -> Reply:
    """Return a refusal in Klaviyo's form."""
    body = {"errors": [{"status": status, "code": "x", "title": "x", "detail": detail}]}
    return status, _JSON, orjson.dumps(body)


REPLIES: Final[Mapping[str, Reply]] = {
    "400": refused(400, "Something in this cannot be read."),
    "403": refused(403, "You do not have permission to perform this action."),
    "404": refused(404, "Not found."),
    "500": refused(500, "Failed to load definition"),
    "html_403": (403, {"Content-Type": "text/html"}, b"<html>Just a moment...</html>"),
    "null_data": (200, _JSON, b'{"data":null,"links":{"self":"x","next":null}}'),
    "no_data": (200, _JSON, b'{"links":{"self":"x","next":null}}'),
    "odd_data": (200, _JSON, b'{"data":7,"links":{"self":"x","next":null}}'),
}
"""What takes the place of a whole answer."""


@dataclass(frozen=True)
class Asked:
    """A request and its sound answer."""

    path: str
    query: str
    sent: bytes
    reply: Reply

    @property
    def document(self) -> Json:
        """The answer as JSON; nothing where it is an error."""
        status, _, body = self.reply
        found: Json = orjson.loads(body) if status == 200 else {}
        return found

    @property
    def rows(self) -> list[Json]:
        """The resources that it holds."""
        data = self.document.get("data")
        return data if isinstance(data, list) else []


Poison = Callable[[Asked], Reply | None]
"""Returns what takes the place of an answer, None where that stays as it is."""


@dataclass
class Front:
    """A host in front of a sandbox; `asked` are the requests, with their sound answers."""

    url: str = ""
    asked: list[Asked] = field(default_factory=list)
    spoilt: int = 0


@contextmanager
def front(sandbox: Sandbox, poison: Poison = lambda _: None) -> Iterator[Front]:
    """Serve what `sandbox` answers, spoilt by `poison`."""
    relayed, lock = pass_on(sandbox), threading.Lock()
    served = Front()

    def answer(path: str, headers: Mapping[str, str], sent: bytes) -> Reply:
        at, _, query = path.partition("?")
        asked = Asked(at, query, sent, relayed(path, headers, sent))
        with lock:
            served.asked.append(asked)
            instead = poison(asked)
            served.spoilt += instead is not None
        return instead or asked.reply

    made: Answer = answer
    with host(made) as running:
        served.url = running.url
        yield served


def at(endpoint: str) -> re.Pattern[str]:
    """Return what the paths of an endpoint are like."""
    return re.compile("/api/" + re.escape(endpoint).replace(r"\{id\}", "[^/]+"))


def whole(stream: str) -> type[KlaviyoStream]:
    """Return the class that declares a stream's endpoint."""
    made = CLASSES[stream]
    if issubclass(made, UnionStream):
        return next(iter(made.kinds.values()))
    return made


def first_times(endpoint: str, fault: str, times: int) -> Poison:
    """Return what spoils the first `times` answers of an endpoint."""
    pattern, left = at(endpoint), [times]

    def poison(asked: Asked) -> Reply | None:
        if not pattern.fullmatch(asked.path) or asked.reply[0] != 200 or not left[0]:
            return None
        left[0] -= 1
        return REPLIES[fault]

    return poison


def with_row(endpoint: str, row: str, fault: str) -> Poison:
    """Return what spoils every answer of an endpoint that holds the row with that id."""
    pattern = at(endpoint)

    def poison(asked: Asked) -> Reply | None:
        if not pattern.fullmatch(asked.path) or row not in {each["id"] for each in asked.rows}:
            return None
        return REPLIES[fault]

    return poison


def at_path(path: str, fault: str) -> Poison:
    """Return what spoils all answers of one path."""
    return lambda asked: REPLIES[fault] if asked.path == path else None


def within_row(endpoint: str, row: str, change: Callable[[Json], None]) -> Poison:
    """Return what changes the row with that id wherever an answer of an endpoint holds it."""
    pattern = at(endpoint)

    def poison(asked: Asked) -> Reply | None:
        if not pattern.fullmatch(asked.path) or row not in {each["id"] for each in asked.rows}:
            return None
        document = deepcopy(asked.document)
        for each in document["data"]:
            if each["id"] == row:
                change(each)
        return 200, _JSON, orjson.dumps(document)

    return poison


def without_included(endpoint: str, odd: object) -> Poison:
    """Return what replaces the first included resource of each answer of an endpoint."""
    pattern = at(endpoint)

    def poison(asked: Asked) -> Reply | None:
        if not pattern.fullmatch(asked.path) or not asked.document.get("included"):
            return None
        document = asked.document
        document["included"][0] = odd
        return 200, _JSON, orjson.dumps(document)

    return poison
