"""Forms and their versions."""

from integration_tests.sandbox.reader import Reader
from klaviyo_sandbox import Sandbox

from .report_tools import ask, last


def test_a_form_is_the_sum_of_its_versions(reporter: Reader, reporting: Sandbox) -> None:
    forms = ask(reporter, reporting, "form-values", timeframe=last(200))
    versions = ask(
        reporter,
        reporting,
        "form-values",
        timeframe=last(200),
        group_by=["form_id", "form_version_id"],
    )
    assert len(versions) > len(forms) > 2
    for (form,), row in forms.items():
        parts = [values for key, values in versions.items() if key[0] == form]
        assert row["submits"] == sum(part["submits"] for part in parts)
    live = {
        one["id"] for one in reporting.documents("form") if one["attributes"]["status"] == "live"
    }
    assert {key[0] for key in forms} <= live
