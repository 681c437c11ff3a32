"""What a user sees of a revision's age, on the day on which the test runs."""

import pytest

from integration_tests.connector.conftest import Connect
from klaviyo_sandbox import Sandbox
from source_klaviyo.api import revision

pytestmark = pytest.mark.calendar


def test_check_warns_of_a_revision_in_its_last_year(shop: Sandbox, connect: Connect) -> None:
    output = connect(shop).check()
    assert output.connection["status"] == "SUCCEEDED"
    told = [line for line in output.logs if "retires revision" in line]
    ends = revision.retired_on(revision.DEFAULT)
    expected = (
        f"Klaviyo retires revision {revision.DEFAULT} on {ends}. Update this connector,"
        " or set `revision` to a newer one."
    )
    is_last_year = revision.today() >= ends.replace(year=ends.year - 1)
    assert [line for line in told if revision.DEFAULT in line] == [expected] * is_last_year
