"""What becomes of a row that is gone in Klaviyo, and what faults must never be taken for that."""

import json
import re
from collections.abc import Callable, Mapping
from datetime import datetime

import pytest

from integration_tests.connector.conftest import shop_of
from integration_tests.connector.relay import Reply, host, pass_on
from integration_tests.deletes.destination import DELETED_AT, Destination, Json
from integration_tests.deletes.syncs import read, truth
from klaviyo_sandbox import Sandbox, Settings
from source_klaviyo.sync.state import deletes

SHOP = Settings(
    events=10, profiles=20, campaigns=14, flows=8, lists=44, segments=5, images=12, limits=False
)
"""A shop with more lists than the tests of this file delete together."""
ERROR = b'{"errors":[{"status":%d,"code":"%b","title":"No.","detail":"No."}]}'
JSON_API = {"Content-Type": "application/vnd.api+json"}
pytestmark = pytest.mark.usefixtures("impatient")


sandbox = shop_of(SHOP)


def state_of(destination: Destination, stream: str) -> Json:
    """Return the last state of a stream."""
    found: Json = destination.states[stream]["stream"]["stream_state"]
    return found


def test_a_row_that_is_gone_has_a_tombstone_with_its_key(sandbox: Sandbox) -> None:
    destination = Destination()
    read(sandbox, destination, ["lists", "tag_links"])
    held = destination.keys("tag_links")
    of_lists = sorted(owner for kind, owner, _ in held if kind == "list")
    gone = of_lists[0]
    sandbox.delete("list", [gone])
    read(sandbox, destination, ["lists", "tag_links"])
    assert not destination.tombstones("lists")  # none is looked for within the hours
    destination.a_day_passes()
    read(sandbox, destination, ["lists", "tag_links"])
    (tombstone,) = destination.tombstones("lists")
    assert tombstone == {
        "id": gone,
        "updated": tombstone[DELETED_AT],
        DELETED_AT: tombstone[DELETED_AT],
    }
    assert datetime.fromisoformat(tombstone[DELETED_AT]).utcoffset() is not None
    links = destination.tombstones("tag_links")
    assert len(links) == of_lists.count(gone)
    for link in links:
        assert (link["resource_type"], link["resource_id"]) == ("list", gone)
        assert link["updated"] == link[DELETED_AT]
    assert destination.keys("tag_links") == {link for link in held if gone not in link}
    destination.a_day_passes()
    read(sandbox, destination, ["lists", "tag_links"])
    assert not destination.tombstones("lists")


def test_a_tombstone_has_the_accounts_id(sandbox: Sandbox) -> None:
    destination = Destination()
    read(sandbox, destination, ["lists"], add_account_id=True)
    (account,) = {row["account_id"] for row in destination.tables["lists"].rows.values()}
    assert account
    sandbox.delete("list", [min(sandbox.ids("list"))])
    destination.a_day_passes()
    read(sandbox, destination, ["lists"], add_account_id=True)
    (tombstone,) = destination.tombstones("lists")
    assert tombstone["account_id"] == account


@pytest.mark.parametrize("stream", ["lists", "lists_detailed"])
def test_a_tombstone_is_not_older_than_its_row(sandbox: Sandbox, stream: str) -> None:
    destination = Destination()
    (name,) = sandbox.add("list", days_ago=-3)
    read(sandbox, destination, [stream])
    row = destination.tables[stream].rows[name,]
    sandbox.delete("list", [name])
    destination.a_day_passes()
    read(sandbox, destination, [stream])
    (tombstone,) = destination.tombstones(stream)
    assert tombstone["updated"] > row["updated"]
    assert (name,) not in destination.keys(stream)


def test_children_go_with_what_they_belong_to(sandbox: Sandbox) -> None:
    destination = Destination()
    streams = ["campaign_messages", "flow_actions", "flow_messages", "form_versions"]
    read(sandbox, destination, streams)
    for kind in ("campaign", "flow", "form"):
        sandbox.delete(kind, sorted(sandbox.ids(kind))[::2])
    destination.a_day_passes()
    read(sandbox, destination, streams)
    held = truth(sandbox)
    for stream in streams:
        assert destination.tombstones(stream)
        assert destination.keys(stream) == held[stream]


@pytest.mark.parametrize(("mode", "hours"), [("append", 24), ("append_dedup", 0)])
def test_deletes_are_followed_only_where_they_can_be(
    sandbox: Sandbox, mode: str, hours: int
) -> None:
    destination = Destination()
    for _ in range(2):
        sandbox.log.reset()
        read(sandbox, destination, ["lists"], mode=mode, deletes_every_hours=hours)
        assert "deletes" not in state_of(destination, "lists")
    assert len(sandbox.log.requests()) == 1
    sandbox.delete("list", [min(sandbox.ids("list"))])
    read(sandbox, destination, ["lists"], mode=mode, deletes_every_hours=hours)
    assert not destination.tombstones("lists")


Spoil = Callable[[str, Reply], Reply]


def items_answer(status: int, body: bytes, headers: Mapping[str, str] = JSON_API) -> Spoil:
    """Return what answers for single lists as Klaviyo does not while all is well."""

    def spoil(path: str, reply: Reply) -> Reply:
        return (status, headers, body) if re.match("/api/lists/", path) else reply

    return spoil


def changed(change: Callable[[Json], object]) -> Spoil:
    """Return what changes the listings of ids."""

    def spoil(path: str, reply: Reply) -> Reply:
        if not (path.startswith("/api/lists?") and "fields" in path):
            return reply
        status, headers, body = reply
        page = json.loads(body)
        change(page)
        return status, headers, json.dumps(page).encode()

    return spoil


def listing_answers(status: int, code: bytes) -> Spoil:
    """Return what refuses the listings of ids."""

    def spoil(path: str, reply: Reply) -> Reply:
        is_listing = path.startswith("/api/lists?") and "fields" in path
        return (status, JSON_API, ERROR % (status, code)) if is_listing else reply

    return spoil


FAULTS = {
    "lists are not found for a while": items_answer(404, ERROR % (404, b"not_found")),
    "a proxy's 404": items_answer(404, b"<html>Not found</html>", {"Content-Type": "text/html"}),
    "a revision that has ended": items_answer(410, ERROR % (410, b"gone")),
    "a missing scope": items_answer(403, ERROR % (403, b"permission_denied")),
    "an outage": items_answer(503, b""),
    "an empty listing": changed(lambda page: page.update(data=[], links={"next": None})),
    "a listing that is cut": changed(lambda page: page["links"].update(next=None)),
    "a page that is cut": changed(lambda page: page.update(data=page["data"][:3])),
    "a listing that is not found": listing_answers(404, b"not_found"),
    "a listing that is refused": listing_answers(403, b"permission_denied"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_deletes_nothing_that_is_there(sandbox: Sandbox, fault: str) -> None:
    destination, answer = Destination(), pass_on(sandbox)
    read(sandbox, destination, ["lists"])
    gone = min(sandbox.ids("list"))
    sandbox.delete("list", [gone])

    def spoiled(path: str, headers: Mapping[str, str], sent: bytes) -> Reply:
        return FAULTS[fault](path, answer(path, headers, sent))

    with host(spoiled) as klaviyo:
        for _ in range(2):
            destination.a_day_passes()
            read(sandbox, destination, ["lists"], url=klaviyo.url)
            assert len(klaviyo.asked) < 120
            assert {row["id"] for row in destination.tombstones("lists")} <= {gone}
    destination.a_day_passes()
    read(sandbox, destination, ["lists"])
    assert destination.keys("lists") == {(name,) for name in sandbox.ids("list")}


def test_a_410_of_klaviyos_own_counts(sandbox: Sandbox) -> None:
    destination, answer = Destination(), pass_on(sandbox)
    read(sandbox, destination, ["lists"])
    gone = min(sandbox.ids("list"))
    sandbox.delete("list", [gone])

    def answers(path: str, headers: Mapping[str, str], sent: bytes) -> Reply:
        reply = answer(path, headers, sent)
        return (410, *reply[1:]) if reply[0] == 404 else reply

    destination.a_day_passes()
    with host(answers) as klaviyo:
        read(sandbox, destination, ["lists"], url=klaviyo.url)
    assert [row["id"] for row in destination.tombstones("lists")] == [gone]


def test_the_last_row_of_a_stream_can_go(sandbox: Sandbox) -> None:
    destination = Destination()
    read(sandbox, destination, ["segments"])
    sandbox.delete("segment", sandbox.ids("segment"))
    destination.a_day_passes()
    read(sandbox, destination, ["segments"])
    assert not destination.keys("segments")


@pytest.mark.parametrize("moves", [True, False])
def test_an_id_that_comes_back_is_emitted_anew(sandbox: Sandbox, moves: bool) -> None:  # noqa: FBT001
    destination = Destination()
    read(sandbox, destination, ["lists"])
    (row,) = sandbox.documents("list", [min(sandbox.ids("list"))])
    sandbox.delete("list", [row["id"]])
    destination.a_day_passes()
    read(sandbox, destination, ["lists"])
    assert (row["id"],) not in destination.keys("lists")
    sandbox.put(row)
    if moves:
        sandbox.update("list", [row["id"]])
    for _ in range(2):
        destination.a_day_passes()
        read(sandbox, destination, ["lists"])
    assert (row["id"],) in destination.keys("lists")
    read(sandbox, destination, ["lists"])
    assert "unfinished" not in state_of(destination, "lists")


def test_a_state_of_an_older_version_begins_with_what_is_listed(
    sandbox: Sandbox, caplog: pytest.LogCaptureFixture
) -> None:
    destination = Destination()
    before = min(sandbox.ids("list"))
    read(sandbox, destination, ["lists"], deletes_every_hours=0)
    sandbox.delete("list", [before])
    read(sandbox, destination, ["lists"])
    told = "Deletes are followed from now on; earlier deletes are unknown: lists."
    assert told in caplog.messages
    caplog.clear()
    assert not destination.tombstones("lists")
    gone = min(sandbox.ids("list"))
    sandbox.delete("list", [gone])
    destination.a_day_passes()
    read(sandbox, destination, ["lists"])
    assert told not in caplog.messages
    assert [row["id"] for row in destination.tombstones("lists")] == [gone]


def test_too_many_ids_are_not_followed(
    sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(deletes, "MOST_IDS", 20)
    destination = Destination()
    for _ in range(2):
        sandbox.log.reset()
        caplog.clear()
        read(sandbox, destination, ["lists", "segments"])
        told = [line for line in caplog.messages if "deletes are not followed" in line]
        assert [line.partition(":")[0] for line in told] == ["lists"]
        assert state_of(destination, "lists")["deletes"] == {"too_many": True}
        destination.a_day_passes()
    assert {entry.path for entry in sandbox.log.requests() if "fields" in entry.query} <= {
        "/api/segments"
    }


class Watched(Destination):
    """Has in its last state, at any moment, the id of every list that has been written."""

    def take(self, line: bytes) -> None:
        super().take(line)
        state = state_of(self, "lists") if "lists" in self.states else {}
        known = deletes.Deletes.load("lists", state, 0, 1).candidates()
        written = {row["id"] for row in self.syncs[-1]["lists"]}
        assert written <= {str(each["id"]) for each in known}


def test_a_row_stands_in_state_before_it_is_written(sandbox: Sandbox) -> None:
    """Or a kill between the two would hide its delete for ever."""
    destination = Watched()
    read(sandbox, destination, ["lists"])
    assert destination.keys("lists") == {(name,) for name in sandbox.ids("list")}


class KilledAtTombstone(Destination):
    """Takes nothing after a tombstone, and ends the sync."""

    def take(self, line: bytes) -> None:
        super().take(line)
        if DELETED_AT.encode() in line:
            raise InterruptedError


def test_a_row_that_comes_back_after_a_kill_at_its_tombstone_is_read_again(
    sandbox: Sandbox,
) -> None:
    destination = KilledAtTombstone()
    read(sandbox, destination, ["lists"])
    name = min(sandbox.ids("list"))
    (kept,) = sandbox.documents("list", [name])
    sandbox.delete("list", [name])
    destination.a_day_passes()
    with pytest.raises(InterruptedError):
        read(sandbox, destination, ["lists"])
    sandbox.put(kept)
    assert destination.keys("lists") == {(each,) for each in sandbox.ids("list") - {name}}
    for _ in range(2):  # the first finds the row, the second reads it
        read(sandbox, destination, ["lists"])
    assert destination.keys("lists") == {(each,) for each in sandbox.ids("list")}
