"""Requests outside the engine: how long they wait for quota."""

import time
from collections.abc import Callable

import pytest
from airbyte_cdk.models import FailureType

from source_klaviyo.api.retry import RetryState, retried
from source_klaviyo.errors import StreamFailed, Throttled


def busy(pause: float, times: int) -> Callable[[], str]:
    """Return a request that is answered 429 so many times."""
    left = list(range(times))

    def send() -> str:
        if left:
            left.pop()
            raise Throttled("busy", pause)
        return "page"

    return send


@pytest.fixture(autouse=True)
def slept(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    waits: list[float] = []
    monkeypatch.setattr(time, "sleep", waits.append)
    return waits


def test_a_sync_waits_for_quota_as_long_as_klaviyo_asks(
    slept: list[float], caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level("INFO", "airbyte"):
        assert retried(busy(40.0, 3), "lists", RetryState()) == "page"
    assert slept == [40.0] * 3
    assert caplog.messages == ["Waiting 40 s for the quota of lists"] * 3


@pytest.mark.parametrize(("pause", "waits"), [(40.0, [40.0]), (900.0, [])])
def test_a_check_gives_up_after_a_minute(
    slept: list[float], pause: float, waits: list[float]
) -> None:
    with pytest.raises(StreamFailed, match="Klaviyo grants no request of lists for") as refused:
        retried(busy(pause, 3), "lists", RetryState(patience=60.0))
    assert refused.value.failure_type is FailureType.transient_error
    assert slept == waits
