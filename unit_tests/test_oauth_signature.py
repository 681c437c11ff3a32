"""One token for all threads: when it is renewed, how often, and what others see of it."""

import threading
import time
from collections.abc import Callable

import pytest
import requests
from airbyte_cdk.models import AirbyteMessage, FailureType

from source_klaviyo.api import backoff
from source_klaviyo.errors import CredentialsRefused, RequestFailed, StreamFailed
from source_klaviyo.oauth.granted import Granted
from source_klaviyo.oauth.kept_config import KeptConfig
from source_klaviyo.oauth.signature import OAuthSignature, Token

LONG = 3600.0
SCOPES = frozenset({"lists:read"})
THREADS = 32


class Endpoint:
    """Gives one token after the other, each by the refresh token that came with the last."""

    def __init__(self, lifetime: float = LONG, *failures: Exception) -> None:
        self.lifetime = lifetime
        self.failures = list(failures)
        self.asked: list[str] = []

    def refresh(self, refresh_token: str) -> Granted:
        self.asked.append(refresh_token)
        time.sleep(0.01)
        if self.failures:
            raise self.failures.pop(0)
        count = len(self.asked)
        return Granted(f"at_{count}", f"rt_{count}", self.lifetime, SCOPES)


@pytest.fixture(autouse=True)
def no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(backoff, "pause", lambda *_: 0.0)


def signature(endpoint: Endpoint, token: Token | None = None) -> OAuthSignature:
    return OAuthSignature(endpoint.refresh, "rt_0", lambda _: None, token)


def signed(by: OAuthSignature) -> requests.PreparedRequest:
    return requests.Request("GET", "https://a.klaviyo.com/", auth=by).prepare()


def at_once(act: Callable[[], object]) -> list[object]:
    """Return what each of many threads got, or met."""
    results: list[object] = []
    ready = threading.Barrier(THREADS)

    def run() -> None:
        ready.wait()
        try:
            results.append(act())
        except StreamFailed as failure:
            results.append(failure)

    threads = [threading.Thread(target=run) for _ in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def test_all_threads_share_the_first_token() -> None:
    endpoint = Endpoint()
    signs = signature(endpoint)
    assert signs.scopes is None
    assert at_once(signs.header) == ["Bearer at_1"] * THREADS
    assert endpoint.asked == ["rt_0"]
    assert signs.scopes == SCOPES


def test_all_threads_that_meet_a_401_share_one_renewal() -> None:
    endpoint = Endpoint()
    signs = signature(endpoint)
    refused = signed(signs)
    assert at_once(lambda: signs.renew(refused)) == [True] * THREADS
    assert endpoint.asked == ["rt_0", "rt_1"]
    assert signs.header() == "Bearer at_2"
    assert signs.is_outdated(refused)
    assert not signs.is_outdated(signed(signs))


def test_a_token_is_renewed_shortly_before_it_ends() -> None:
    endpoint = Endpoint()
    now = time.monotonic()
    assert signature(endpoint, Token.of("old", now, 61)).header() == "Bearer old"
    assert signature(endpoint, Token.of("old", now - LONG, LONG + 59)).header() == "Bearer at_1"
    assert signature(endpoint, Token.of("old", now, -5)).header() == "Bearer at_2"


def test_the_life_of_a_token_begins_when_it_was_asked_for() -> None:
    endpoint = Endpoint(lifetime=0.01)  # it takes as long to come
    signs = signature(endpoint)
    signs.sign_in()
    assert signs.header() == "Bearer at_2"


def test_a_token_is_kept_before_it_is_used() -> None:
    endpoint = Endpoint()
    seen: list[tuple[Granted, str | None]] = []
    ready = threading.Event()

    def keep(granted: Granted) -> None:
        def use() -> None:
            signs.header()
            ready.set()

        late = threading.Thread(target=use, daemon=True)
        late.start()
        late.join(0.05)
        seen.append((granted, "used" if ready.is_set() else None))

    signs = OAuthSignature(endpoint.refresh, "rt_0", keep)
    assert signs.header() == "Bearer at_1"
    assert [(granted.refresh_token, used) for granted, used in seen] == [("rt_1", None)]


def test_faults_that_may_pass_are_waited_out() -> None:
    endpoint = Endpoint(LONG, *[RequestFailed("503")] * 8)
    assert signature(endpoint).header() == "Bearer at_9"
    assert endpoint.asked == ["rt_0"] * 9


@pytest.mark.parametrize(
    ("failures", "asked", "kind"),
    [
        ([RequestFailed("503")] * 9, 9, FailureType.transient_error),
        ([CredentialsRefused("sign in again")], 1, FailureType.config_error),
    ],
)
def test_a_failure_is_the_same_for_all_threads(
    failures: list[Exception], asked: int, kind: FailureType
) -> None:
    endpoint = Endpoint(LONG, *failures)
    met = at_once(signature(endpoint).header)
    assert len(endpoint.asked) == asked
    assert len(met) == THREADS
    assert all(isinstance(one, StreamFailed) and one.failure_type is kind for one in met)


def test_no_token_shows_when_it_is_printed() -> None:
    for held in (Granted("at_1", "rt_1", LONG, None), Token.of("at_1", 0, LONG)):
        assert "at_1" not in repr(held)
        assert "rt_1" not in repr(held)


GRANTED = Granted("at_2", "rt_2", LONG, None)


@pytest.mark.parametrize(
    ("held", "after"),
    [
        ({"refresh_token": "rt_1"}, {"refresh_token": "rt_2"}),
        ({"refresh_token": "rt_2"}, None),
        (
            {"refresh_token": "rt_2", "access_token": "at_1"},
            {"refresh_token": "rt_2", "access_token": "at_2"},
        ),
    ],
)
def test_what_changed_is_emitted_in_the_form_in_which_it_came(
    held: dict[str, str], after: dict[str, str] | None
) -> None:
    emitted: list[AirbyteMessage] = []
    config = {"credentials": {"auth_type": "x", **held}, "start_date": "2020-01-01", "later": 1}
    kept = KeptConfig(config, emitted.append)
    kept.keep(GRANTED)
    kept.keep(GRANTED)
    configs = [
        message.control.connectorConfig.config
        for message in emitted
        if message.control and message.control.connectorConfig
    ]
    assert configs == ([{**config, "credentials": {"auth_type": "x", **after}}] if after else [])
    assert config["credentials"] == {"auth_type": "x", **held}
