"""Odd answers of the token endpoint."""

import pytest
import requests_mock

from source_klaviyo.errors import RequestFailed
from source_klaviyo.oauth.token_endpoint import OAuthApp


@pytest.mark.parametrize("body", ['{"error":"too_many_requests"}', '{"errors":[]}', "busy"])
def test_a_429_is_waited_out_whatever_it_says(body: str) -> None:
    app = OAuthApp("https://a.klaviyo.com", "made-up", "a made-up secret")
    with requests_mock.Mocker() as klaviyo:
        klaviyo.post(requests_mock.ANY, status_code=429, text=body, headers={"Retry-After": "7"})
        with pytest.raises(RequestFailed, match="answered 429") as refused:
            app.refresh("a made-up token")
    assert refused.value.retry_after == 7
