"""Rate limits and their headers."""

import time
from collections.abc import Iterator

import pytest

from integration_tests.sandbox.reader import Answer, Reader
from klaviyo_sandbox import Sandbox, Settings

from .conftest import reader_of


@pytest.fixture(scope="module")
def limited() -> Iterator[Sandbox]:
    with Sandbox.start(Settings(events=50, profiles=50)) as sandbox:
        yield sandbox


@pytest.fixture(autouse=True)
def fresh(limited: Sandbox) -> None:
    limited.limits.turn_on()


def asks(reader: Reader, path: str, times: int) -> list[Answer]:
    return [reader.get(path) for _ in range(times)]


def test_headers_list_every_window(limited: Sandbox) -> None:
    answer = reader_of(limited).get("/api/profiles")
    assert answer.headers["RateLimit-Limit"] == "75, 75;w=1, 750;w=60"
    assert answer.headers["RateLimit-Remaining"] == "74"
    assert answer.headers["RateLimit-Reset"] in ("0", "1")


def test_over_the_burst(limited: Sandbox) -> None:
    limited.limits.override("/api/tags", 2, 100)
    answers = asks(reader_of(limited), "/api/tags", 4)
    refused = [answer for answer in answers if answer.status == 429]
    assert refused
    answer = refused[0]
    assert answer.error["code"] == "throttled"
    assert answer.error["detail"] == "Request was throttled. Expected available in 1 second."
    assert answer.headers["Retry-After"] == "1"
    assert not [name for name in answer.headers if name.lower().startswith("ratelimit")]
    time.sleep(1)
    assert reader_of(limited).get("/api/tags").status == 200


def test_over_the_steady_limit(limited: Sandbox) -> None:
    limited.limits.override("/api/tags", 100, 5)
    answers = asks(reader_of(limited), "/api/tags", 7)
    assert [answer.status for answer in answers] == [200] * 5 + [429] * 2
    assert answers[0].headers["RateLimit-Limit"] == "5, 100;w=1, 5;w=60"
    assert 55 <= int(answers[-1].headers["Retry-After"]) <= 60


def test_endpoints_have_their_own_and_keys_share(limited: Sandbox) -> None:
    limited.limits.override("/api/tags", 100, 2)
    limited.access.add_key("pk_other", ["tags:read"])
    reader = reader_of(limited)
    other = Reader(limited.url, "Klaviyo-API-Key pk_other")
    token = Reader(limited.url, f"Bearer {limited.token}")
    assert reader.get("/api/tags").status == 200
    assert other.get("/api/tags").status == 200
    assert reader.get("/api/tags").status == 429
    assert other.get("/api/tags").status == 429
    assert reader.get("/api/tag-groups").status == 200
    assert token.get("/api/tags").status == 200


def test_predictive_analytics_is_dearer_everywhere_at_once(limited: Sandbox) -> None:
    reader = reader_of(limited)
    members = f"/api/lists/{min(limited.ids('list'))}/profiles"
    query = {"additional-fields[profile]": "subscriptions,predictive_analytics"}
    answers = [reader.get(path, query) for path in ("/api/profiles", members) * 6]
    assert [answer.status for answer in answers[:10]] == [200] * 10
    assert 429 in [answer.status for answer in answers[10:]]
    assert reader.get("/api/profiles").status == 200
    assert (
        reader.get("/api/profiles", {"additional-fields[profile]": "subscriptions"}).status == 200
    )


def test_profile_count_shows_its_own_limit(limited: Sandbox) -> None:
    answer = reader_of(limited).get(
        f"/api/segments/{min(limited.ids('segment'))}",
        {"additional-fields[segment]": "profile_count"},
    )
    assert answer.headers["RateLimit-Limit"] == "1, 1;w=1, 15;w=60"
    assert answer.rows[0]["attributes"]["profile_count"] >= 0


def test_refused_queries_count_too(limited: Sandbox) -> None:
    limited.limits.override("/api/tags", 100, 2)
    reader = reader_of(limited)
    assert reader.get("/api/tags", {"sort": "nonsense"}).headers["RateLimit-Remaining"] == "1"


def test_they_can_be_switched_off(limited: Sandbox) -> None:
    limited.limits.turn_off()
    answers = asks(reader_of(limited), "/api/accounts", 20)
    assert {answer.status for answer in answers} == {200}
    assert "RateLimit-Limit" not in answers[0].headers
