"""Quirks of rate limits and of how replies state them, as a client sees them."""

import time
from collections.abc import Iterator

import pytest

from integration_tests.sandbox.reader import Reader
from klaviyo_sandbox import Quirks, Sandbox, Settings

from .conftest import reader_of


@pytest.fixture(scope="module")
def limited() -> Iterator[Sandbox]:
    with Sandbox.start(Settings(events=0, profiles=20)) as sandbox:
        yield sandbox


@pytest.fixture
def limited_reader(limited: Sandbox) -> Reader:
    limited.set_quirks()
    limited.limits.turn_on()
    return reader_of(limited)


def limit_headers(reader: Reader) -> dict[str, str]:
    headers = reader.get("/api/profiles").headers
    return {name.lower(): text for name, text in headers.items() if "ratelimit" in name.lower()}


def test_styles(limited: Sandbox, limited_reader: Reader) -> None:
    found = limit_headers(limited_reader)
    assert found.keys() == {"ratelimit-limit", "ratelimit-remaining", "ratelimit-reset"}
    assert found["ratelimit-limit"] == "75, 75;w=1, 750;w=60"
    limited.set_quirks(Quirks(limit_headers="windows_only"))
    assert limit_headers(limited_reader)["ratelimit-limit"] == "75;w=1, 750;w=60"
    limited.set_quirks(Quirks(limit_headers="ietf"))
    assert limit_headers(limited_reader)["ratelimit"].startswith("limit=75, remaining=7")
    limited.set_quirks(Quirks(limit_headers="none"))
    assert limit_headers(limited_reader) == {}
    assert limited_reader.get("/api/tags").status == 200


def test_sliding_windows(limited: Sandbox, limited_reader: Reader) -> None:
    """Three at the end of one second leave nothing for the start of the next."""
    limited.limits.override("/api/tags", 4, 1_000)
    limited.set_quirks(Quirks(limit_windows="sliding"))
    limited.limits.turn_on()
    assert limited_reader.get("/api/tags").status == 200
    time.sleep(0.8)
    assert [limited_reader.get("/api/tags").status for _ in range(3)] == [200] * 3
    time.sleep(0.3)
    assert [limited_reader.get("/api/tags").status for _ in range(2)] == [200, 429]


def test_endpoints_of_a_tier_share(limited: Sandbox, limited_reader: Reader) -> None:
    limited.set_quirks(Quirks(limit_scope="tier"))
    for path in ("/api/tags", "/api/web-feeds"):
        limited.limits.override(path, 100, 3)
    paths = ["/api/tags", "/api/web-feeds"] * 2
    assert [limited_reader.get(path).status for path in paths] == [200] * 3 + [429]
    assert limited_reader.get("/api/profiles").status == 200


def test_a_true_limit_below_the_stated_one(limited: Sandbox, limited_reader: Reader) -> None:
    limited.set_quirks(Quirks(limit_factor=0.5))
    limited.limits.override("/api/tags", 100, 8)
    answers = [limited_reader.get("/api/tags") for _ in range(5)]
    assert [answer.status for answer in answers] == [200] * 4 + [429]
    assert answers[0].headers["RateLimit-Limit"] == "8, 100;w=1, 8;w=60"
    assert answers[0].headers["RateLimit-Remaining"] == "7"


def test_refusals_that_count(limited: Sandbox, limited_reader: Reader) -> None:
    limited.limits.override("/api/tags", 2, 1_000)
    for counts, last in ((False, 200), (True, 429)):
        limited.set_quirks(Quirks(limit_windows="sliding", refusals_count=counts))
        limited.limits.turn_on()
        for _ in range(2):
            assert limited_reader.get("/api/tags").status == 200
        time.sleep(0.7)
        assert [limited_reader.get("/api/tags").status for _ in range(3)] == [429] * 3
        time.sleep(0.5)
        assert limited_reader.get("/api/tags").status == last
