"""The limits that answers tell count, whatever is published."""

from collections.abc import Iterator

import pytest

from integration_tests.connector.conftest import Connect
from integration_tests.connector.harness import catalog
from integration_tests.connector.truth import assert_complete
from klaviyo_sandbox import Sandbox, Settings
from klaviyo_sandbox.spec import load_spec

STREAMS = ["profiles"]
PROFILES = "/api/profiles"


@pytest.fixture
def limited() -> Iterator[Sandbox]:
    """Yield a shop with more pages of profiles than any burst below lets through at once."""
    settings = Settings(events=100, profiles=4_000, profile_spread="even", latency_ms=10)
    with Sandbox.start(settings) as sandbox:
        yield sandbox


def test_a_lower_limit_than_published_is_kept_from_the_first_answer_on(
    limited: Sandbox, connect: Connect
) -> None:
    limited.limits.override(PROFILES, 20, 10_000)
    output = connect(limited).read(catalog(STREAMS))
    assert output.code == 0
    assert_complete(limited, output, STREAMS)
    count = limited.log.counts()[PROFILES]
    assert count.requests >= 40
    assert count.statuses == {200: count.requests}


def test_a_higher_limit_than_published_is_used(limited: Sandbox, connect: Connect) -> None:
    endpoint = "/api/forms/{id}/form-versions"
    published = load_spec().endpoints[endpoint].windows[1]
    limited.limits.override(endpoint, 1_000, 60_000)
    output = connect(limited).read(catalog(["form_versions"]))
    assert output.code == 0
    records = [message["record"]["data"] for message in output.of_type("RECORD")]
    assert {record["id"] for record in records} == limited.ids("form-version")
    moments = sorted(entry.at for entry in limited.log.requests() if entry.endpoint == endpoint)
    assert len(moments) > 2 * published
    assert any(
        last - first < 1 for first, last in zip(moments, moments[2 * published :], strict=False)
    )
