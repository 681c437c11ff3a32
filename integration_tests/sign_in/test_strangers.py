"""A refresh token goes to the configured host alone, whatever that answers."""

from contextlib import AbstractContextManager

import pytest

from integration_tests.connector.relay import Host, host
from source_klaviyo.errors import CredentialsRefused, RequestFailed
from source_klaviyo.oauth.token_endpoint import OAuthApp

SECRETS = ("s3cret", "rt_secret")


def answering(
    body: bytes, status: int = 200, location: str | None = None
) -> AbstractContextManager[Host]:
    """Return a host that answers every request alike."""
    headers = {"Location": location} if location else {}
    return host(lambda *_: (status, headers, body))


def refused(url: str) -> str:
    """Return what is said where no token comes."""
    with pytest.raises(RequestFailed) as failed:
        OAuthApp(url, "app", SECRETS[0]).refresh(SECRETS[1])
    for secret in SECRETS:
        assert secret not in str(failed.value)
        assert secret not in repr(failed.value)
    assert failed.value.__cause__ is None
    return str(failed.value)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_not_followed(status: int) -> None:
    token = b'{"access_token":"at_a1b2c3","refresh_token":"rt_a1b2c3","expires_in":3600}'
    with (
        answering(token) as stranger,
        answering(b"", status, f"{stranger.url}/x") as klaviyo,
    ):
        refused(klaviyo.url)
    assert [path for path, _ in klaviyo.asked] == ["/oauth/token"]
    assert not stranger.asked


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (500, b'{"error":"rt_secret"}'),
        (503, b"<html>rt_secret</html>"),
        (403, b"<html>rt_secret</html>"),
        (200, b"<html>rt_secret</html>"),
        (200, b"[1]"),
        (200, b'{"refresh_token":"rt"}'),
        (200, b'{"access_token":"at_a1b2c3\\r\\nx: y","refresh_token":"rt_a1b2c3"}'),
        (200, b'{"access_token":"at","refresh_token":"rt_a1b2c3"}'),
        (200, b'{"access_token":7,"refresh_token":"rt"}'),
        (200, b""),
        (200, b'{"access_token":"at_a1b2c3","refresh_token":"rt_a1b2c3","expires_in":[1]}'),
        (200, b'{"access_token":"at_a1b2c3","refresh_token":"rt_a1b2c3","expires_in":1e400}'),
        (200, b'{"access_token":"at_a1b2c3","x":' + b"[" * 9000 + b"]" * 9000 + b"}"),
        (429, b'{"errors":[{"detail":"throttled"}]}'),
    ],
)
def test_what_is_no_token_is_tried_again(status: int, body: bytes) -> None:
    with answering(body, status) as klaviyo:
        assert "token endpoint" in refused(klaviyo.url)


def test_a_refusal_in_another_form_is_one_as_well() -> None:
    body = b'{"errors":[{"status":401,"code":"not_authenticated","detail":"No such app."}]}'
    with (
        answering(body, 401) as klaviyo,
        pytest.raises(CredentialsRefused, match="No such app"),
    ):
        OAuthApp(klaviyo.url, "app", SECRETS[0]).refresh(SECRETS[1])


def test_an_answer_that_tells_little_is_enough() -> None:
    with answering(b'{"access_token":"at_a1b2c3","token_type":"bearer"}') as klaviyo:
        granted = OAuthApp(klaviyo.url, "app", SECRETS[0]).refresh(SECRETS[1])
    assert (granted.access_token, granted.refresh_token) == ("at_a1b2c3", SECRETS[1])
    assert (granted.lifetime, granted.scopes) == (3600.0, None)


@pytest.mark.parametrize("lifetime", [b"1e300", b"1" + b"0" * 400, b"-7"])
def test_a_lifetime_that_cannot_be_is_as_if_not_told(lifetime: bytes) -> None:
    body = b'{"access_token":"at_a1b2c3","expires_in":%b}' % lifetime
    with answering(body) as klaviyo:
        assert OAuthApp(klaviyo.url, "app", SECRETS[0]).refresh(SECRETS[1]).lifetime == 3600.0
