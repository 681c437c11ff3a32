"""What goes wrong on the way costs time, not records; what cannot be mended ends one stream."""

from collections.abc import Iterator, Mapping
from dataclasses import replace

import pytest

from integration_tests.connector.conftest import SMALL, Connect, shop_of
from integration_tests.connector.harness import RESOURCES, Output, catalog
from integration_tests.connector.relay import Reply, host, pass_on
from integration_tests.connector.truth import assert_complete
from klaviyo_sandbox import Fault, Sandbox

faulty_shop = shop_of(SMALL)


@pytest.fixture
def faulty(faulty_shop: Sandbox) -> Iterator[Sandbox]:
    """Yield a shop that a test may spoil."""
    yield faulty_shop
    faulty_shop.clear_faults()
    faulty_shop.log.reset()


@pytest.mark.parametrize("kinds", ["status", "reset cut", "not_json html_403"])
def test_passing_faults_cost_no_record(faulty: Sandbox, connect: Connect, kinds: str) -> None:
    faults = [
        Fault(kind, status=503, path="/api/*", after=4 * place, times=4)
        for place, kind in enumerate(kinds.split())
    ]
    for fault in faults:
        faulty.fail(fault)
    output = connect(faulty).read(catalog())
    assert faulty.faults() == [(fault, 4) for fault in faults]
    assert output.code == 0
    assert output.failures == []
    assert_complete(faulty, output)


def test_a_refusal_for_the_quota_costs_no_record(faulty: Sandbox, connect: Connect) -> None:
    faulty.fail(Fault("status", status=429, path="/api/*", after=4, times=4, retry_after=1))
    output = connect(faulty).read(catalog())
    assert sum(count.statuses.get(429, 0) for count in faulty.log.counts().values()) == 4
    assert output.code == 0
    assert output.failures == []
    assert_complete(faulty, output)


def test_a_lost_page_cursor_costs_no_record(faulty: Sandbox, connect: Connect) -> None:
    faulty.fail(Fault("invalid_cursor", path="/api/*", times=4))
    output = connect(faulty).read(catalog())
    ((_, hits),) = faulty.faults()
    assert hits == 4
    assert output.code == 0
    # The second at which the cursor stood is read again.
    assert_complete(faulty, output, once=False)
    assert len(output.ids("events")) < 1.5 * len(faulty.ids("event"))


def test_quotas_are_never_exceeded(connect: Connect) -> None:
    with Sandbox.start(replace(SMALL, profiles=450, limits=True)) as sandbox:
        sandbox.limits.override("/api/profiles", burst=3, steady=100)
        output = connect(sandbox).read(catalog())
        assert output.code == 0
        assert_complete(sandbox, output)
        assert len(sandbox.ids("profile")) > 3 * 100
        statuses = {path: count.statuses for path, count in sandbox.log.counts().items()}
        # The published quotas are known; a smaller one is told by the first answer, and keeping
        # to it may fail where requests are held up on their way and arrive in a bunch.
        few = statuses.pop("/api/profiles")
        assert few.get(429, 0) < few[200] / 2
        assert {status for found in statuses.values() for status in found} == {200}


def test_one_stream_failing_for_good_leaves_the_others_whole(
    faulty: Sandbox, connect: Connect
) -> None:
    faulty.fail(Fault("status", status=404, path="/api/flows"))
    output = connect(faulty).read(catalog())
    _assert_failed_alone(faulty, output, "flows")
    assert output.failure_of("flows")["failure_type"] == "system_error"
    assert "404 at /api/flows" in output.failure_of("flows")["message"]


def test_no_page_is_fetched_from_another_host(faulty: Sandbox, connect: Connect) -> None:
    with host(lambda *_: (200, {}, b'{"data":[]}')) as stranger:
        relayed = pass_on(faulty)

        def lured(path: str, headers: Mapping[str, str], sent: bytes) -> Reply:
            status, extra, body = relayed(path, headers, sent)
            if path.startswith("/api/profiles"):
                body = body.replace(b"http://" + headers["host"].encode(), stranger.url.encode())
            return status, extra, body

        with host(lured) as front:
            output = connect(faulty, api_base_url=front.url).read(catalog())
        assert len(front.asked) > len(RESOURCES)
        assert stranger.asked == []
    _assert_failed_alone(faulty, output, "profiles")
    failure = output.failure_of("profiles")
    assert failure["failure_type"] == "system_error"
    assert stranger.url.removeprefix("http://") in failure["message"]


def test_a_redirect_is_not_followed(connect: Connect, faulty: Sandbox) -> None:
    with (
        host(lambda *_: (200, {}, b'{"data":[]}')) as stranger,
        host(lambda path, *_: (302, {"Location": stranger.url + path}, b"")) as front,
    ):
        output = connect(faulty, api_base_url=front.url).check()
        assert output.connection["status"] == "FAILED"
        assert front.asked
        assert stranger.asked == []


def _assert_failed_alone(sandbox: Sandbox, output: Output, stream: str) -> None:
    assert output.code == 1
    assert output.statuses(stream)[-1] == "INCOMPLETE"
    assert stream in output.failures[-1]["message"]
    others = [other for other in RESOURCES if other != stream]
    assert_complete(sandbox, output, others)
    assert {output.statuses(other)[-1] for other in others} == {"COMPLETE"}
