"""A shop that changes while it is read."""

from collections.abc import Iterator
from typing import Literal

import pytest

from integration_tests.sandbox.reader import Reader
from klaviyo_sandbox import Sandbox


@pytest.fixture(autouse=True)
def plain(own: Sandbox) -> Iterator[None]:
    yield
    own.clear_changes()


def ask(reader: Reader, path: str, times: int) -> None:
    assert {reader.get(path).status for _ in range(times)} == {200}


def updated(own: Sandbox, kind: str) -> dict[str, str]:
    return {str(row["id"]): row["attributes"]["updated"] for row in own.documents(kind)}


def test_updates_after_every_third_request(own: Sandbox, own_reader: Reader) -> None:
    before = updated(own, "profile")
    own.change_while_read(path="/api/profiles", every=3, type="profile", rows=20)
    ask(own_reader, "/api/profiles", 3)
    ask(own_reader, "/api/tags", 3)
    assert updated(own, "profile") == before
    ask(own_reader, "/api/profiles", 4)
    (changed,) = own.clear_changes()
    after = updated(own, "profile")
    assert len(changed) == 40
    assert {row_id for row_id in after if after[row_id] != before[row_id]} == set(changed)


def test_new_and_deleted_rows(own: Sandbox, own_reader: Reader) -> None:
    before = own.ids("profile")
    own.change_while_read("/api/profiles", 1, "profile", 5, change="add", times=2)
    own.change_while_read("/api/profiles", 2, "profile", 3, change="delete", times=1)
    ask(own_reader, "/api/profiles", 6)
    added, deleted = own.clear_changes()
    assert len(added) == 10
    assert len(deleted) == 3
    assert own.ids("profile") == (before | set(added)) - set(deleted)


@pytest.mark.parametrize("kind", ["flow", "omni-campaign"])
def test_rows_change_sides_without_a_trace(kind: str, own: Sandbox, own_reader: Reader) -> None:
    def documents() -> dict[str, str]:
        return {
            str(row["id"]): str(row["attributes"]).replace("'archived': True", "'archived': False")
            for row in own.documents(kind)
        }

    before, shown, hidden = documents(), own.ids(kind, hidden=False), own.ids(kind, hidden=True)
    own.change_while_read("/api/tags", 1, kind, 2, change="archive", times=1)
    own.change_while_read("/api/tags", 2, kind, 3, change="unarchive", times=1)
    ask(own_reader, "/api/tags", 2)
    (archived, _) = (set(rule) for rule in [*own.clear_changes()])
    assert archived < shown
    assert own.ids(kind, hidden=True) == hidden | archived
    own.change_while_read("/api/tags", 1, kind, 3, change="unarchive", times=1)
    ask(own_reader, "/api/tags", 2)
    (back,) = own.clear_changes()
    assert set(back) < hidden | archived
    assert own.ids(kind, hidden=False) == (shown - archived) | set(back)
    assert documents() == before


@pytest.mark.parametrize("change", ["archive", "unarchive"])
def test_a_change_of_sides_may_move_the_time(
    change: Literal["archive", "unarchive"], own: Sandbox, own_reader: Reader
) -> None:
    before = updated(own, "flow")
    own.change_while_read("/api/tags", 1, "flow", 2, change=change, times=1, moves_updated=True)
    ask(own_reader, "/api/tags", 2)
    (changed,) = own.clear_changes()
    after = updated(own, "flow")
    assert len(changed) == 2
    assert {row_id for row_id in after if after[row_id] > before[row_id]} == set(changed)
    assert set(changed) <= own.ids("flow", hidden=change == "archive")


def test_members_join(own: Sandbox, own_reader: Reader) -> None:
    def members() -> int:
        return sum(len(own.members("list", one)) for one in own.ids("list"))

    before = members()
    own.change_while_read("/api/lists", 1, "list", 6, change="join", times=1)
    ask(own_reader, "/api/lists", 2)
    (joined,) = own.clear_changes()
    assert len(joined) == 6
    assert set(joined) <= own.ids("profile")
    assert members() == before + 6
