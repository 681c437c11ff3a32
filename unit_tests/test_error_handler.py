"""What each failure asks for, by status and body."""

from socket import gaierror

import orjson
import pytest
import requests
from airbyte_cdk.models import FailureType
from airbyte_cdk.sources.streams.http.error_handlers.response_models import ResponseAction
from urllib3 import HTTPConnectionPool
from urllib3.connection import HTTPConnection
from urllib3.exceptions import MaxRetryError, NameResolutionError

from source_klaviyo.api.error_handler import KlaviyoErrorHandler
from source_klaviyo.errors import (
    PageSizeRefused,
    PageTooLarge,
    ParameterRefused,
    RequestFailed,
    ScopeMissing,
    StreamFailed,
)

SAID = b'{"errors":[{"id":"1","code":"invalid","title":"No.","detail":"Because."}]}'
HTML = b"<!DOCTYPE html><title>Attention required</title>"
DEEP = b'{"errors":[{"x":%b%b}]}' % (b"[" * 100_000, b"]" * 100_000)
URL = "https://a.klaviyo.com/api/lists"
FOLLOWING = f"{URL}?page%5Bcursor%5D=abc"

NO_SUCH_HOST = MaxRetryError(
    HTTPConnectionPool("x.invalid"),
    URL,
    NameResolutionError("x.invalid", HTTPConnection("x.invalid"), gaierror(-2)),
)

LOOKED_UP_BY_THE_CDK = requests.exceptions.InvalidURL("Invalid URL")
"""On Airbyte Cloud the CDK looks up each name before the request."""
LOOKED_UP_BY_THE_CDK.__context__ = gaierror(-3)

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
        (answer(401), RETRY, TRANSIENT, "does not accept these credentials"),
        (answer(403), FAIL, CONFIG, "the scope lists:read and tags:read"),
        (answer(403, HTML), RETRY, TRANSIENT, "403 at /api/lists"),
        (answer(403, b'{"errors":[{"detail":"\xff"}]}'), RETRY, TRANSIENT, "403"),
        (answer(403, DEEP), RETRY, TRANSIENT, "403"),
        (answer(404), FAIL, SYSTEM, "404"),
        (answer(404, HTML), RETRY, TRANSIENT, "404"),
        (answer(413, HTML), FAIL, SYSTEM, "for its size"),
        (answer(422), FAIL, SYSTEM, "Because."),
        *((answer(status), RETRY, TRANSIENT, f"{status}") for status in (408, 409, 423, 425)),
        (answer(410), FAIL, CONFIG, "no longer serves revision 2026-07-15"),
        (answer(410, HTML), FAIL, CONFIG, "no longer serves revision 2026-07-15"),
        (answer(429), ResponseAction.RATE_LIMITED, TRANSIENT, "quota"),
        (answer(500), RETRY, TRANSIENT, "500"),
        (answer(503, HTML), RETRY, TRANSIENT, "503"),
        (answer(524, HTML), RETRY, TRANSIENT, "524"),
        (answer(302, b"", location="https://x.example"), FAIL, SYSTEM, "redirect"),
        (OSError(24, "Too many open files"), RETRY, TRANSIENT, "lower `num_workers`"),
        (requests.ConnectionError("[Errno 24] Too many open files"), RETRY, TRANSIENT, "ulimit -n"),
        (OSError(5, "x"), RETRY, TRANSIENT, "could not be reached: OSError"),
        (requests.ConnectTimeout(), RETRY, TRANSIENT, "no connection within"),
        (requests.ReadTimeout(), RETRY, TRANSIENT, "no answer within"),
        (requests.ConnectionError(), RETRY, TRANSIENT, "refused or broke off"),
        (requests.ConnectionError(NO_SUCH_HOST), RETRY, TRANSIENT, "name of the host is unknown"),
        (LOOKED_UP_BY_THE_CDK, RETRY, TRANSIENT, "name of the host is unknown"),
        (requests.exceptions.SSLError(), RETRY, TRANSIENT, "certificate"),
        (requests.exceptions.ChunkedEncodingError(), RETRY, TRANSIENT, "cut off"),
        (requests.exceptions.InvalidURL("x"), FAIL, CONFIG, "Check `api_base_url`"),
        (requests.exceptions.InvalidHeader("pk_secret"), FAIL, CONFIG, "cannot be sent"),
        (ValueError(), RETRY, TRANSIENT, "not a JSON:API document"),
    ],
)
def test_each_failure_is_resolved(
    outcome: requests.Response | Exception,
    action: ResponseAction,
    failure: FailureType,
    words: str,
) -> None:
    resolution = KlaviyoErrorHandler(["lists:read", "tags:read"]).interpret_response(outcome)
    assert (resolution.response_action, resolution.failure_type) == (action, failure)
    assert words in (resolution.error_message or "")


def test_a_good_answer_is_no_failure() -> None:
    resolution = KlaviyoErrorHandler().interpret_response(answer(200, b'{"data":[]}'))
    assert resolution.response_action is ResponseAction.SUCCESS


def error(detail: str = "No.", parameter: str | None = None) -> bytes:
    return orjson.dumps({"errors": [{"detail": detail, "source": {"parameter": parameter}}]})


@pytest.mark.parametrize(
    ("body", "largest"),
    [
        (error("Page size must be an integer between 1 and 200.", "page[size]"), 200),
        (error("Page size must be at most 50."), 50),
        (error("Too much.", "page[size]"), None),
        (error("`page[size]` is 1000 and cannot be."), 1000),
        (error("'page_size' is not a valid field for the resource 'list'."), None),
    ],
)
def test_a_page_size_that_is_refused_is_told_from_other_refusals(
    body: bytes, largest: int | None
) -> None:
    for url in (URL, FOLLOWING):
        refused = KlaviyoErrorHandler().failure(answer(400, body, url))
        assert isinstance(refused, PageSizeRefused)
        assert (largest in refused.numbers) == bool(largest)
    assert isinstance(KlaviyoErrorHandler().failure(answer(413, HTML)), PageSizeRefused)


def test_a_refused_parameter_is_named() -> None:
    for status in (400, 422):
        refused = KlaviyoErrorHandler().failure(answer(status, error("No.", "include")))
        assert isinstance(refused, ParameterRefused)
        assert refused.parameter == "include"
    unnamed = KlaviyoErrorHandler().failure(answer(400, SAID))
    assert isinstance(unnamed, ParameterRefused)
    assert unnamed.parameter is None


@pytest.mark.parametrize(
    ("outcome", "by_size", "retry_after"),
    [
        (answer(503, HTML), True, 17.0),
        (answer(500), True, 17.0),
        (answer(403, HTML), False, 17.0),
        (requests.ReadTimeout(), True, None),
        (requests.ConnectTimeout(), False, None),
        (requests.ConnectionError(), False, None),
    ],
)
def test_a_smaller_page_is_worth_a_try_where_the_answer_was_too_much(
    outcome: requests.Response | Exception, *, by_size: bool, retry_after: float | None
) -> None:
    if isinstance(outcome, requests.Response):
        outcome.headers["Retry-After"] = "17"
    failed = KlaviyoErrorHandler().failure(outcome)
    assert isinstance(failed, RequestFailed)
    assert (failed.by_size, failed.retry_after) == (by_size, retry_after)


def test_what_is_malformed_is_not_repeated_to_the_user() -> None:
    failed = KlaviyoErrorHandler().failure(requests.exceptions.InvalidHeader("pk_secret"))
    assert "pk_secret" not in str(failed)


def test_klaviyos_words_are_cut_short_and_stay_on_the_path() -> None:
    failed = KlaviyoErrorHandler().failure(answer(409, error("x" * 5_000), f"{URL}?secret=1"))
    assert len(str(failed)) < 500
    assert "secret" not in str(failed)


def test_a_page_that_is_too_large_stays_what_it_is() -> None:
    too_large = PageTooLarge("An answer has more than 16 bytes.", 16)
    assert KlaviyoErrorHandler().failure(too_large) is too_large


@pytest.mark.parametrize(
    "detail",
    [
        "You must have Advanced KDP enabled to use this endpoint.",
        "Entitlement to create object type not found.",
    ],
)
def test_what_the_account_lacks_no_scope_can_bring(detail: str) -> None:
    refused = KlaviyoErrorHandler(["x:read"]).failure(answer(403, error(detail)))
    assert isinstance(refused, StreamFailed)
    assert not isinstance(refused, ScopeMissing)
    assert detail in str(refused)
    assert "x:read" not in str(refused)


def test_the_network_edge_is_told_from_klaviyo() -> None:
    assert "address of this machine" in str(KlaviyoErrorHandler().failure(answer(403, HTML)))
    assert "machine" not in str(KlaviyoErrorHandler().failure(answer(503, HTML)))
