"""A Klaviyo that differs as has been reported: everything is read all the same, or said loudly.

Each case is one way to differ; `Quirks` names their sources. Rows are compared with what the shop
holds.
"""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from integration_tests.quirks.conftest import SHOP
from integration_tests.quirks.reading import HELD, Outcome, read
from klaviyo_sandbox import Fault, Quirks, RefusedParameter, Sandbox

ALL = [*HELD, "campaign_messages", "event_attributions", "list_profiles", "tag_links"]

SURVIVED = {
    "smaller pages": [Quirks(path="/api/events", max_page_size=200)],
    "smaller pages everywhere": [Quirks(max_page_size=7)],
    "heavy pages": [Quirks(path="/api/events", heavy_page_size=499)],
    "lone surrogates": [Quirks(surrogate_every=40)],
    "page cursors without an id": [
        Quirks(path="/api/profiles", cursor_without_id=True),
        Quirks(path="/api/events", cursor_without_id=True),
        Quirks(path="/api/lists*", cursor_without_id=True),
    ],
    "no Date": [Quirks(no_date=True)],
}


@pytest.mark.parametrize("case", SURVIVED)
def test_everything_is_read(shop: Sandbox, case: str) -> None:
    shop.set_quirks(*SURVIVED[case])
    outcome = read(shop, ALL)
    assert outcome.failures == {}
    assert_complete(shop, outcome)
    assert_once(outcome)


@pytest.mark.parametrize("mode", ["incremental", "full_refresh"])
def test_refused_page_cursors_cost_no_row(shop: Sandbox, mode: str) -> None:
    """Klaviyo has said "Invalid cursor provided." (issues 9 and 11 of klaviyo-api-python)."""
    shop.set_quirks(Quirks(path="/api/events", max_page_size=90))
    shop.fail(Fault("invalid_cursor", probability=0.2))
    outcome = read(shop, ALL, mode)
    assert outcome.failures == {}
    assert_complete(shop, outcome)


@pytest.mark.parametrize("nulls_last", [False, True])
def test_rows_without_a_cursor_value_are_read(nulls_last: bool) -> None:  # noqa: FBT001
    """The specification lets `updated` be null, and does not say where it is sorted."""
    with Sandbox.start(replace(SHOP, nulls_last=nulls_last)) as own:
        own.limits.grant_plenty()
        for kind in ("profile", "list", "flow"):
            own.update(kind, sorted(own.ids(kind))[::5], {"updated": None})
        outcome = read(own, ALL)
        assert outcome.failures == {}
        assert_complete(own, outcome)
        assert_once(outcome)


@pytest.mark.parametrize("status", [400, 403])
def test_what_enriches_may_be_refused(shop: Sandbox, status: int) -> None:
    parts = ("include=tags", "additional-fields[profile]=subscriptions")
    refuse = tuple(RefusedParameter(part, status=status) for part in parts)
    shop.set_quirks(Quirks(refuse_parameters=refuse))
    outcome = read(shop, ["campaigns", "flows", "profiles", "campaign_messages"])
    assert outcome.failures == {}
    assert_complete(shop, outcome, ["campaigns", "flows", "profiles"])
    assert {record["tags"] for record in outcome.records["campaigns"]} == {None}
    assert all(record["campaign_messages"] for record in outcome.records["campaigns"])
    if status == 403:
        (told,) = [line for line in outcome.logs if "Missing scope tags:read" in line]
        assert "the tags of campaigns, the tags of flows" in told
    else:
        refused = [line for line in outcome.logs if "Klaviyo does not serve" in line]
        assert len(refused) == 3, refused
        assert any("campaigns: Klaviyo does not serve include=tags." in line for line in refused)


def test_a_stream_that_is_made_of_what_is_refused_fails_alone(shop: Sandbox) -> None:
    shop.set_quirks(Quirks(refuse_parameters=(RefusedParameter("include=attributions"),)))
    outcome = read(shop, ["events", "event_attributions"])
    assert outcome.failures.keys() == {"event_attributions"}
    assert "include=attributions" in outcome.failures["event_attributions"]
    assert_complete(shop, outcome, ["events"])


def test_members_that_are_not_found_though_their_list_is_fail_loudly(shop: Sandbox) -> None:
    shop.fail(Fault("status", status=404, path="/api/lists/*/profiles"))
    outcome = read(shop, ALL)
    assert outcome.failures.keys() == {"list_profiles"}
    assert "404" in outcome.failures["list_profiles"]
    assert_complete(shop, outcome, [*HELD])


def test_a_deleted_parent_ends_only_what_is_read_of_it(shop: Sandbox) -> None:
    with_members = {group for group in shop.ids("list") if shop.members("list", group)}
    gone = min(with_members)
    shop.fail(Fault("status", status=404, path=f"/api/lists/{gone}/profiles", times=1))
    shop.fail(Fault("status", status=404, path=f"/api/lists/{gone}", times=1))
    outcome = read(shop, ["list_profiles"])
    assert outcome.failures == {}
    assert with_members - {key[0] for key in outcome.keys("list_profiles")} == {gone}
    again = read(shop, ["list_profiles"], states=outcome.states)
    assert {key[1] for key in again.keys("list_profiles") if key[0] == gone} == set(
        shop.members("list", gone)
    ), "its window was not taken as read"


def test_a_retry_after_of_a_day_is_not_waited_for(shop: Sandbox) -> None:
    shop.fail(Fault("status", status=503, path="/api/metrics", times=2, retry_after=1))
    outcome = read(shop, ["metrics"])
    assert outcome.ids("metrics") == set(shop.ids("metric"))


@pytest.mark.parametrize(
    ("stream", "kind", "path"),
    [
        ("profiles", "profile", "/api/profiles"),
        ("reviews", "review", "/api/reviews"),
        ("campaigns", "campaign", "/api/campaigns"),
    ],
)
@pytest.mark.parametrize("mode", ["full_refresh", "incremental"])
def test_rows_that_change_while_they_are_read(
    own: Sandbox, stream: str, kind: str, path: str, mode: str
) -> None:
    own.change_while_read(path=path, every=2, type=kind, rows=15)
    outcome = read(own, [stream], mode)
    own.clear_changes()
    found = outcome.ids(stream)
    if mode == "incremental":
        found |= read(own, [stream], mode, outcome.states).ids(stream)
    assert found == set(own.ids(kind))


def test_newest_first_a_full_refresh_reads_what_moves_to_the_front(own: Sandbox) -> None:
    own.set_quirks(Quirks(path="/api/reviews", max_page_size=13))
    own.change_while_read(path="/api/reviews", every=3, type="review", rows=65, times=1)
    outcome = read(own, ["reviews"], "full_refresh")
    assert outcome.failures == {}
    assert outcome.ids("reviews") == set(own.ids("review"))


def test_rows_that_are_archived_while_they_are_read(own: Sandbox) -> None:
    own.change_while_read(path="/api/campaigns", every=1, type="campaign", rows=2, change="archive")
    outcome = read(own, ["campaigns"])
    own.clear_changes()
    assert outcome.ids("campaigns") == set(own.ids("campaign"))


LONG_PAST = {"updated": "2026-01-05T10:00:00+00:00"}


@pytest.mark.parametrize("case", ["smaller pages everywhere", "no Date"])
def test_an_import_of_many_rows_in_one_second_is_read(own: Sandbox, case: str) -> None:
    own.update("profile", sorted(own.ids("profile"))[:400], LONG_PAST)
    own.set_quirks(*SURVIVED[case])
    outcome = read(own, ["profiles"])
    assert outcome.failures == {}
    assert_complete(own, outcome, ["profiles"])
    assert_once(outcome)


@pytest.mark.parametrize(("rows", "is_read"), [(150, True), (400, False)])
def test_a_second_that_fills_pages_is_read_from_both_ends_or_fails(
    own: Sandbox,
    rows: int,
    is_read: bool,  # noqa: FBT001
) -> None:
    """Page cursors of whole seconds, as those of forms and web feeds, tell no ties apart."""
    own.update("profile", sorted(own.ids("profile"))[:rows], LONG_PAST)
    own.set_quirks(Quirks(path="/api/profiles", cursor_without_id=True))
    outcome = read(own, ["profiles", "flows"])
    assert_complete(own, outcome, ["flows"])
    if is_read:
        assert outcome.failures == {}
        assert_complete(own, outcome, ["profiles"])
    else:
        assert "share a second than fit on a page" in outcome.failures["profiles"]


@pytest.mark.parametrize(("mode", "times"), [("incremental", 1.3), ("full_refresh", 2.6)])
def test_an_import_while_a_sync_begins_costs_no_more_than_its_pages(
    own: Sandbox, mode: str, times: float
) -> None:
    """A full refresh reads once more what has changed since its start."""
    own.update("profile", sorted(own.ids("profile"))[:400], {"title": "imported"})
    own.set_quirks(Quirks(path="/api/profiles", max_page_size=10))
    outcome = read(own, ["profiles"], mode)
    assert_complete(own, outcome, ["profiles"])
    pages = len(own.ids("profile")) / 10
    assert own.log.counts()["/api/profiles"].requests <= times * pages + 20


def test_values_that_no_schema_foresees_are_read_and_told_once(own: Sandbox) -> None:
    """Klaviyo adds attributes and values within a revision (its versioning policy).

    It writes some times with a space (recorded), and numbers where others have text (issue 85 of
    klaviyo-api-python).
    """
    odd = {"sandbox_new_attribute": {"since": "2026"}, "created": "2026-01-05 10:00:00+00:00"}
    own.update("flow", own.ids("flow"), {**odd, "status": "sandbox-new-value"})
    own.update("profile", own.ids("profile"), {**odd, "external_id": 17})
    outcome = read(own, ["flows", "profiles"])
    assert outcome.failures == {}
    assert_complete(own, outcome, ["flows", "profiles"])
    (line,) = [line for line in outcome.logs if "profiles.attributes." in line]
    assert "schemas lack" in line


def assert_complete(shop: Sandbox, outcome: Outcome, streams: Sequence[str] = tuple(HELD)) -> None:
    """Show that every row that the shop holds has come, and none that it does not."""
    for stream in streams:
        held = set(shop.ids(HELD[stream]))
        assert held, stream
        assert outcome.ids(stream) == held, stream
    if "list_profiles" in outcome.records:
        members = {
            (group, member) for group in shop.ids("list") for member in shop.members("list", group)
        }
        assert set(outcome.keys("list_profiles")) == members


def assert_once(outcome: Outcome) -> None:
    """Show that no row has come twice."""
    for stream, records in outcome.records.items():
        assert len(records) == len({*outcome.keys(stream)}), stream
