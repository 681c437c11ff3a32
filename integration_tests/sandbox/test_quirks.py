"""Quirks as a client sees them."""

from collections.abc import Iterator

import pytest

from integration_tests.sandbox.reader import Reader
from klaviyo_sandbox import ControlError, Quirks, RefusedParameter, Sandbox, Settings

from .conftest import reader_of

BY_UPDATED: dict[str, str | int] = {"page[size]": 50, "sort": "updated"}


@pytest.fixture(autouse=True)
def plain(own: Sandbox) -> Iterator[None]:
    yield
    own.set_quirks()


def test_a_smaller_maximum(own: Sandbox, own_reader: Reader) -> None:
    own.set_quirks(Quirks(path="/api/events", max_page_size=60))
    answer = own_reader.get("/api/events", {"page[size]": 61})
    assert answer.status == 400
    assert answer.error["source"] == {"parameter": "page[size]"}
    assert answer.error["detail"] == "Page size must be an integer between 1 and 60: 61"
    assert len(own_reader.get("/api/events").ids) == 60
    assert set(own_reader.all_ids("/api/events", {"page[size]": 60})) == own.ids("event")
    assert own_reader.get("/api/profiles", {"page[size]": 100}).status == 200


def test_heavy_pages(own: Sandbox, own_reader: Reader) -> None:
    own.set_quirks(Quirks(path="/api/events", heavy_page_size=99))
    assert own_reader.get("/api/events", {"page[size]": 100}).status == 503
    assert own_reader.get("/api/events", {"page[size]": 99}).status == 200


@pytest.mark.parametrize("sort", ["datetime", "-datetime"])
def test_cursors_without_an_id_skip_ties(one_second: Sandbox, sort: str) -> None:
    one_second.set_quirks(Quirks(cursor_without_id=True))
    found = reader_of(one_second).all_ids("/api/events", {"page[size]": 100, "sort": sort})
    one_second.set_quirks()
    assert len(found) == 100


def test_cursors_without_an_id_lead_to_the_next_second(own: Sandbox, own_reader: Reader) -> None:
    own.set_quirks(Quirks(cursor_without_id=True))
    pages = list(own_reader.pages("/api/profiles", BY_UPDATED))
    found = {row_id for page in pages for row_id in page.ids}
    assert found <= own.ids("profile")
    assert len(found) > len(pages) * 40


@pytest.mark.parametrize("nulls_last", [False, True])
def test_rows_without_a_cursor_value(nulls_last: bool) -> None:  # noqa: FBT001
    settings = Settings(events=0, profiles=120, nulls_last=nulls_last, limits=False)
    with Sandbox.start(settings) as shop:
        without = sorted(shop.ids("profile"))[::4]
        shop.update("profile", without, {"updated": None})
        reader = reader_of(shop)
        rows = [row for page in reader.pages("/api/profiles", BY_UPDATED) for row in page.rows]
        assert {row["id"] for row in rows} == shop.ids("profile")
        nulls = rows[-len(without) :] if nulls_last else rows[: len(without)]
        assert {row["id"] for row in nulls} == set(without)
        for bound in ("greater-than(updated,2001-01-01T00:00:00Z)", "less-than(updated,{})"):
            query = {**BY_UPDATED, "filter": bound.format(f"{shop.now()[:19]}Z")}
            assert set(reader.all_ids("/api/profiles", query)) == shop.ids("profile") - {*without}


def test_lone_surrogates(own: Sandbox, own_reader: Reader) -> None:
    for path in ("/api/events", "/api/profiles", "/api/lists"):
        own.set_quirks(Quirks(path=path, surrogate_every=2))
        pages = list(own_reader.pages(path))
        odd = sum(page.text.count('"sandbox_text":"a\\ud83d"') for page in pages)
        assert 0 < odd < sum(len(page.ids) for page in pages)


def test_refused_parameters(own: Sandbox, own_reader: Reader) -> None:
    own.set_quirks(
        Quirks(
            refuse_parameters=(
                RefusedParameter("include=tags"),
                RefusedParameter("additional-fields[profile]=predictive_analytics", status=403),
            )
        )
    )
    for names in ("tags", "flow-actions,tags", "tags,flow-actions"):
        answer = own_reader.get("/api/flows", {"include": names})
        assert answer.status == 400
        assert answer.error["source"] == {"parameter": "include"}
    assert own_reader.get("/api/flows", {"include": "flow-actions"}).status == 200
    name = "additional-fields[profile]"
    refused = own_reader.get("/api/profiles", {name: "subscriptions,predictive_analytics"})
    assert refused.error["code"] == "permission_denied"
    assert own_reader.get("/api/profiles", {name: "subscriptions"}).status == 200


def test_no_date(own: Sandbox, own_reader: Reader) -> None:
    own.set_quirks(Quirks(path="/api/accounts", no_date=True))
    assert "Date" not in own_reader.get("/api/accounts").headers
    assert "Date" in own_reader.get("/api/tags").headers


def test_the_last_that_match_a_path_count(own: Sandbox, own_reader: Reader) -> None:
    own.set_quirks(Quirks(max_page_size=30), Quirks(path="/api/events", max_page_size=40))
    assert len(own_reader.get("/api/events").ids) == 40
    assert own_reader.get("/api/profiles", {"page[size]": 31}).status == 400


def test_quirks_that_do_not_exist(own: Sandbox) -> None:
    with pytest.raises(ControlError, match="max_page_size"):
        own.set_quirks(Quirks(max_page_size="many"))  # type: ignore[arg-type]
