"""Revisions: which can be used when, and what is said of the others."""

import logging
from datetime import date

import pytest

from source_klaviyo.api import revision

pytestmark = pytest.mark.calendar


def test_the_default_can_be_used_for_longer_than_the_warning_lasts() -> None:
    assert revision.complaint(revision.DEFAULT, date(2026, 11, 23)) is None
    assert revision.retired_on(revision.DEFAULT) == date(2028, 7, 15)


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("2024-10-15", "retired revision 2024-10-15 on 2026-10-15"),
        ("2025-07-15", "older than this connector"),
        ("2026-08-01", "not known"),
        ("2030-01-15", "not known"),
        ("latest", "not a revision"),
        ("2026-07-15.pre", "not a revision"),
        ("2024-06-15", "Klaviyo retired revision 2024-06-15 on 2026-06-15."),
        ("15/06/2024", "15/06/2024 means revision 2024-06-15 (day/month/year). Klaviyo retired"),
        ("06/15/2024", "not a revision"),
        ("2024-02-29", "not a revision"),
    ],
)
def test_another_is_refused_and_the_usable_ones_are_named(name: str, reason: str) -> None:
    complaint = revision.complaint(name, date(2026, 11, 23))
    assert complaint
    assert reason in complaint
    assert complaint.endswith("Use one of: 2026-04-15, 2026-07-15, 2026-10-15.")


def test_a_usable_revision_in_another_form_is_told_how_to_be_written() -> None:
    assert revision.complaint("15/07/2026", date(2026, 11, 23)) == (
        "15/07/2026 means revision 2026-07-15 (day/month/year). Write 2026-07-15."
    )


def test_a_revision_ends_on_its_last_day() -> None:
    assert revision.complaint("2026-04-15", date(2028, 4, 14)) is None
    assert "retired" in (revision.complaint("2026-04-15", date(2028, 4, 15)) or "")


def test_a_pinned_revision_does_not_fall_forward() -> None:
    headers = revision.headers("2026-07-15")
    assert headers["revision"] == "2026-07-15"
    assert headers["X-Klaviyo-Revision-Fall-Forward-Opt-Out"] == "1"


def test_a_retirement_is_told_as_answers_say_it(caplog: pytest.LogCaptureFixture) -> None:
    retirements = revision.Retirements()
    header = "X-Klaviyo-Api-Retirement-Date"
    retirements.note("2026-07-15", {header: "2028-07-15"})
    retirements.note("2026-10-15", {})
    retirements.note("2026-04-15", {header: "soon"})
    with caplog.at_level(logging.WARNING, logger="airbyte"):
        retirements.warn()
    (told,) = [record.getMessage() for record in caplog.records]
    assert "revision 2026-07-15 on 2028-07-15" in told
