"""The sandbox fails as told."""

from collections.abc import Iterator

import pytest
import requests

from integration_tests.sandbox.reader import Reader
from klaviyo_sandbox import Fault, Sandbox


@pytest.fixture(autouse=True)
def healed(own: Sandbox) -> Iterator[None]:
    yield
    own.clear_faults()
    own.set_latency(0)


def test_statuses_so_many_times_after_so_many(own: Sandbox, own_reader: Reader) -> None:
    own.fail(Fault("status", status=503, path="/api/tags", times=2, after=1))
    assert [own_reader.get("/api/tags").status for _ in range(5)] == [200, 503, 503, 200, 200]
    assert own_reader.get("/api/lists").status == 200
    assert [hits for _, hits in own.faults()] == [2]


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


@pytest.mark.parametrize(
    ("kind", "words"), [("reset", "reset"), ("cut", "(?i)incomplete|broken|more expected")]
)
def test_connections_that_break(kind: str, words: str, own: Sandbox, own_reader: Reader) -> None:
    own.fail(Fault(kind, path="/api/events", times=1))
    with pytest.raises(requests.exceptions.RequestException, match=words):
        own_reader.get("/api/events")
    assert own_reader.get("/api/events").status == 200


def test_html(own: Sandbox, own_reader: Reader) -> None:
    own.fail(Fault("not_json", path="/api/events", times=1))
    own.fail(Fault("html_403", path="/api/events", times=1))
    for status in (200, 403):
        answer = own_reader.get("/api/events")
        assert answer.status == status
        assert answer.headers["Content-Type"].startswith("text/html")
        assert answer.text.startswith("<!DOCTYPE html>")


def test_cursors_that_expire(own: Sandbox, own_reader: Reader) -> None:
    own.fail(Fault("invalid_cursor", path="/api/events", times=1))
    first = own_reader.get("/api/events")
    assert first.status == 200
    second = own_reader.get(str(first.links["next"]))
    assert second.status == 400
    assert second.error["detail"] == "Invalid cursor provided."
    assert own_reader.get(str(first.links["next"])).status == 200


def test_unknown_faults_are_refused() -> None:
    with pytest.raises(ValueError, match="unknown kind"):
        Fault("nonsense")


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
