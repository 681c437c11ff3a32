"""What a user sees of the default revision's age, on the day on which the test runs."""

from datetime import timedelta

import pytest

from integration_tests.connector.conftest import Connect
from klaviyo_sandbox import Sandbox
from source_klaviyo.api import revision

pytestmark = pytest.mark.calendar


def test_the_last_half_year_and_the_end_of_the_default_revision_are_told(
    shop: Sandbox, connect: Connect
) -> None:
    output = connect(shop).check()
    assert output.connection["status"] == "SUCCEEDED"
    told = [line for line in output.logs if "revision" in line]
    left = revision.retired_on(revision.DEFAULT) - revision.today()
    if left >= timedelta(days=180):
        assert not told
    else:
        (warning,) = told
        assert ("has retired revision 2026-07-15" in warning) == (left <= timedelta(0))
        assert "Update this connector" in warning
