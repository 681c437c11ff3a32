"""The sandbox fails as told."""

import contextlib
import socket
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

import pytest
import requests

from integration_tests.sandbox.reader import Reader
from klaviyo_sandbox import ControlError, Fault, Sandbox


@pytest.fixture(autouse=True)
def healed(own: Sandbox) -> Iterator[None]:
    yield
    own.clear_faults()
    own.set_latency(0)
    own.set_gzip(False)


def test_statuses_so_many_times_after_so_many(own: Sandbox, own_reader: Reader) -> None:
    own.fail(Fault("status", status=503, path="/api/tags", times=2, after=1))
    assert [own_reader.get("/api/tags").status for _ in range(5)] == [200, 503, 503, 200, 200]
    assert own_reader.get("/api/lists").status == 200
    assert [hits for _, hits in own.faults()] == [2]


def test_only_requests_with_that_query(own: Sandbox, own_reader: Reader) -> None:
    own.fail(Fault("status", status=500, path="/api/*", query="sort=name"))
    assert own_reader.get("/api/tags", {"sort": "name"}).status == 500
    assert own_reader.get("/api/tags", {"sort": "id"}).status == 200


def test_with_a_probability(own: Sandbox, own_reader: Reader) -> None:
    own.fail(Fault("status", status=502, path="/api/tags", probability=0.5))
    statuses = [own_reader.get("/api/tags").status for _ in range(60)]
    assert 10 < statuses.count(502) < 50


def test_retry_after(own: Sandbox, own_reader: Reader) -> None:
    own.fail(Fault("status", status=429, path="/api/tags", retry_after=17, times=1))
    answer = own_reader.get("/api/tags")
    assert answer.status == 429
    assert answer.headers["Retry-After"] == "17"
    assert answer.error["code"] == "throttled"


def test_connections_that_break(own: Sandbox, own_reader: Reader) -> None:
    for kind in ("reset", "cut"):
        own.fail(Fault(kind, path="/api/events", times=1))
        with pytest.raises(requests.exceptions.RequestException):
            own_reader.get("/api/events")
        assert own_reader.get("/api/events").status == 200


def test_a_reset_is_a_reset(own: Sandbox, own_reader: Reader) -> None:
    own.fail(Fault("reset", path="/api/events", times=1))
    with pytest.raises(requests.exceptions.ConnectionError, match="reset"):
        own_reader.get("/api/events")


def test_never_an_answer(own: Sandbox) -> None:
    own.fail(Fault("hang", path="/api/events", times=1))
    headers = {"Authorization": f"Klaviyo-API-Key {own.key}", "revision": "2026-07-15"}
    with pytest.raises(requests.exceptions.ReadTimeout):
        requests.get(f"{own.url}/api/events", headers=headers, timeout=0.3)


def test_a_slow_body_arrives_whole(own: Sandbox, own_reader: Reader) -> None:
    own.fail(Fault("slow", path="/api/events", times=1, seconds=0.2))
    slow = own_reader.get("/api/events")
    assert slow.ids == own_reader.get("/api/events").ids


def test_html(own: Sandbox, own_reader: Reader) -> None:
    own.fail(Fault("not_json", path="/api/events", times=1))
    own.fail(Fault("html_403", path="/api/events", times=1))
    for status in (200, 403):
        answer = own_reader.get("/api/events")
        assert answer.status == status
        assert answer.headers["Content-Type"].startswith("text/html")
        assert answer.text.startswith("<!DOCTYPE html>")


def test_a_next_page_on_another_host(own: Sandbox, own_reader: Reader) -> None:
    own.fail(Fault("foreign_next", path="/api/events", times=1))
    following = own_reader.get("/api/events").links["next"]
    assert following
    assert not following.startswith(own.url)
    assert "page%5Bcursor%5D" in following


def test_cursors_that_expire(own: Sandbox, own_reader: Reader) -> None:
    own.fail(Fault("invalid_cursor", path="/api/events", times=1))
    first = own_reader.get("/api/events")
    assert first.status == 200
    second = own_reader.get(str(first.links["next"]))
    assert second.status == 400
    assert second.error["detail"] == "Invalid cursor provided."
    assert own_reader.get(str(first.links["next"])).status == 200


def test_unknown_faults_are_refused(own: Sandbox) -> None:
    with pytest.raises(ValueError, match="unknown kind"):
        Fault("nonsense")
    with pytest.raises(ControlError):
        own.add("nonsense")


def test_what_was_asked_is_remembered(own: Sandbox, own_reader: Reader) -> None:
    own.log.reset()
    own.fail(Fault("status", status=500, path="/api/tags", times=1))
    own_reader.get("/api/tags", {"sort": "-name"})
    own_reader.get(f"/api/lists/{min(own.ids('list'))}")
    entries = own.log.requests()
    assert [(entry.status, entry.endpoint) for entry in entries] == [
        (500, "/api/tags"),
        (200, "/api/lists/{id}"),
    ]
    assert entries[0].query == "sort=-name"
    assert own.log.counts()["/api/tags"].statuses == {500: 1}
    assert own.log.counts()["/api/lists/{id}"].bytes == entries[1].bytes > 100


def test_gzip_only_when_switched_on_and_asked_for(own: Sandbox, own_reader: Reader) -> None:
    assert "Content-Encoding" not in own_reader.get("/api/events").headers
    own.set_gzip(True)
    zipped = own_reader.get("/api/events")
    assert zipped.headers["Content-Encoding"] == "gzip"
    plain = own_reader.get("/api/events", headers={"Accept-Encoding": "identity"})
    assert "Content-Encoding" not in plain.headers
    assert zipped.text == plain.text


def test_a_long_wait_and_one_until_a_date(own: Sandbox, own_reader: Reader) -> None:
    own.fail(Fault(status=503, path="/api/tags", retry_after=86_400, times=1))
    answer = own_reader.get("/api/tags")
    assert (answer.status, answer.headers["Retry-After"]) == (503, "86400")
    own.fail(Fault(status=503, path="/api/tags", retry_after=60, retry_after_date=True, times=1))
    until = parsedate_to_datetime(own_reader.get("/api/tags").headers["Retry-After"])
    assert (
        timedelta(seconds=50)
        < until - datetime.fromtimestamp(time.time(), UTC)
        <= timedelta(seconds=60)
    )


def raw(own: Sandbox, patience: float) -> tuple[bytes, int]:
    """Return what came within so many seconds, and in how many pieces."""
    host, _, port = own.url.removeprefix("http://").partition(":")
    pieces = []
    with socket.create_connection((host, int(port)), timeout=patience) as connection:
        head = "GET /api/accounts HTTP/1.1\r\nHost: x\r\nrevision: 2026-07-15\r\n"
        head += f"Authorization: Klaviyo-API-Key {own.key}\r\n\r\n"
        connection.sendall(head.encode())
        ends = time.monotonic() + patience
        with contextlib.suppress(TimeoutError):
            while time.monotonic() < ends and (piece := connection.recv(65536)):
                pieces.append(piece)
    return b"".join(pieces), len(pieces)


def test_trickled_headers(own: Sandbox) -> None:
    own.fail(Fault("trickled_headers", path="/api/accounts", seconds=2, times=1))
    text, pieces = raw(own, 5)
    assert text.startswith(b"HTTP/1.1 200 X\r\n")
    assert text.endswith(b"}")
    assert pieces >= 3
    own.fail(Fault("trickled_headers", path="/api/accounts", seconds=60, times=1))
    text, _ = raw(own, 1.5)
    assert b"HTTP/1.1".startswith(text[:8])
    assert 1 <= len(text) <= 4


def test_endless_interim_replies(own: Sandbox) -> None:
    own.fail(Fault("endless_continue", path="/api/accounts", seconds=0.3, times=1))
    text, _ = raw(own, 5)
    assert text.count(b"HTTP/1.1 100 Continue\r\n\r\n") > 5
    assert b"200" not in text
