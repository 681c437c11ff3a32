"""What each failure asks for, by status and body."""

import pytest
import requests
from airbyte_cdk.models import FailureType
from airbyte_cdk.sources.streams.http.error_handlers.response_models import ResponseAction
from hypothesis import given
from hypothesis import strategies as st

from source_klaviyo.api.answers import Verdicts
from source_klaviyo.api.backoff import RetryAfterBackoff

SAID = b'{"errors":[{"id":"1","code":"invalid","title":"No.","detail":"Because."}]}'
HTML = b"<!DOCTYPE html><title>Attention required</title>"
URL = "https://a.klaviyo.com/api/lists"
FOLLOWING = f"{URL}?page%5Bcursor%5D=abc"

FAIL, RETRY = ResponseAction.FAIL, ResponseAction.RETRY
CONFIG, SYSTEM = FailureType.config_error, FailureType.system_error
TRANSIENT = FailureType.transient_error


def answer(
    status: int, body: bytes = SAID, url: str = URL, location: str | None = None
) -> requests.Response:
    response = requests.Response()
    if location:
        response.headers["Location"] = location
    response.status_code = status
    response._content = body
    response.url = url
    response.request = requests.Request("GET", url, headers={"revision": "2026-07-15"}).prepare()
    return response


@pytest.mark.parametrize(
    ("outcome", "action", "failure", "words"),
    [
        (answer(400), FAIL, SYSTEM, "400 at /api/lists): Because."),
        (answer(400, url=FOLLOWING), ResponseAction.RESET_PAGINATION, TRANSIENT, "Because."),
        (
            answer(400, url=f"{URL}?page[cursor]=abc"),
            ResponseAction.RESET_PAGINATION,
            TRANSIENT,
            "",
        ),
        (answer(401), FAIL, CONFIG, "does not accept these credentials"),
        (answer(403), FAIL, CONFIG, "the scope lists:read and tags:read"),
        (answer(403, HTML), RETRY, TRANSIENT, "403 at /api/lists"),
        (answer(404), FAIL, SYSTEM, "404"),
        (answer(409), FAIL, SYSTEM, "409"),
        (answer(410), FAIL, CONFIG, "no longer serves revision 2026-07-15"),
        (answer(410, HTML), FAIL, CONFIG, "no longer serves revision 2026-07-15"),
        (answer(429), ResponseAction.RATE_LIMITED, TRANSIENT, "quota"),
        (answer(500), RETRY, TRANSIENT, "500"),
        (answer(503, HTML), RETRY, TRANSIENT, "503"),
        (answer(524, HTML), RETRY, TRANSIENT, "524"),
        (answer(302, b"", location="https://x.example"), FAIL, SYSTEM, "leads elsewhere"),
        (requests.ConnectTimeout(), RETRY, TRANSIENT, "no connection within"),
        (requests.ReadTimeout(), RETRY, TRANSIENT, "no answer within"),
        (requests.ConnectionError(), RETRY, TRANSIENT, "refused or broke off"),
        (requests.exceptions.SSLError(), RETRY, TRANSIENT, "certificate"),
        (requests.exceptions.ChunkedEncodingError(), RETRY, TRANSIENT, "cut off"),
        (requests.exceptions.InvalidURL("x"), FAIL, SYSTEM, "malformed"),
        (ValueError(), RETRY, TRANSIENT, "not a JSON:API document"),
    ],
)
def test_each_failure_has_its_verdict(
    outcome: requests.Response | Exception,
    action: ResponseAction,
    failure: FailureType,
    words: str,
) -> None:
    verdict = Verdicts(["lists:read", "tags:read"]).interpret_response(outcome)
    assert (verdict.response_action, verdict.failure_type) == (action, failure)
    assert words in (verdict.error_message or "")


def test_a_good_answer_is_no_failure() -> None:
    verdict = Verdicts().interpret_response(answer(200, b'{"data":[]}'))
    assert verdict.response_action is ResponseAction.SUCCESS


@pytest.mark.parametrize(("header", "seconds"), [("17", 17), ("0", 1), ("86400", 86400)])
def test_retry_after_is_obeyed(header: str, seconds: int) -> None:
    refused = answer(429)
    refused.headers["Retry-After"] = header
    assert RetryAfterBackoff().backoff_time(refused, 3) == seconds


@given(st.integers(0, 50))
def test_other_pauses_double_with_jitter_and_are_bounded(attempt: int) -> None:
    longest = min(60, 0.5 * 2**attempt)
    for outcome in (answer(503), requests.ConnectionError(), None):
        assert longest / 2 <= RetryAfterBackoff().backoff_time(outcome, attempt) <= longest
