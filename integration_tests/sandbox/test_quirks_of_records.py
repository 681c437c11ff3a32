"""Quirks about what records hold and which parameters are taken, as a client sees them."""

import json
from collections.abc import Iterator
from datetime import datetime

import pytest

from integration_tests.sandbox.reader import Reader
from klaviyo_sandbox import ControlError, Fault, Quirks, RefusedParameter, Sandbox, Settings
from klaviyo_sandbox.quirks import DEFAULT
from klaviyo_sandbox.settings import parse_arguments

from .conftest import reader_of


@pytest.fixture(autouse=True)
def plain(own: Sandbox) -> Iterator[None]:
    yield
    own.set_quirks()
    own.clear_faults()


def test_large_records(own: Sandbox, own_reader: Reader) -> None:
    own.set_quirks(Quirks(record_bytes=20_000))
    for path, name in (("/api/events", "event_properties"), ("/api/profiles", "properties")):
        answer = own_reader.get(path, {"page[size]": 50})
        assert 20_000 * 50 < len(answer.text) < 21_000 * 50
        assert len(answer.rows[0]["attributes"][name]["sandbox_padding"]) > 15_000
    sparse = own_reader.get("/api/events", {"page[size]": 50, "fields[event]": "datetime"})
    assert len(sparse.text) < 50_000


def test_lone_surrogates(own: Sandbox, own_reader: Reader) -> None:
    for path in ("/api/events", "/api/profiles", "/api/lists"):
        own.set_quirks(Quirks(path=path, surrogate_every=2))
        pages = list(own_reader.pages(path))
        odd = [page.text.count('"sandbox_text":"a\\ud83d"') for page in pages]
        assert 0 < sum(odd) < sum(len(page.ids) for page in pages)
    assert "sandbox_text" not in own_reader.get("/api/events").text


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity"])
def test_bare_numbers_that_are_none(number: str, own: Sandbox, own_reader: Reader) -> None:
    own.set_quirks(Quirks(bad_number_every=2, bad_number=number))  # type: ignore[arg-type]  # parametrized
    text = own_reader.get("/api/events").text
    assert f'"sandbox_number":{number},' in text
    found: list[str] = []
    json.loads(text, parse_constant=found.append)
    assert set(found) == {number}


def test_invalid_utf8(own: Sandbox, own_reader: Reader) -> None:
    own.fail(Fault("invalid_utf8", path="/api/events", times=1))
    with pytest.raises(UnicodeDecodeError):
        own_reader.get("/api/events")
    assert own_reader.get("/api/events").status == 200


def test_drift(own: Sandbox, own_reader: Reader) -> None:
    plain_rows = {row["id"]: row["attributes"] for row in own_reader.get("/api/flows").rows}
    own.set_quirks(Quirks(drift=True))
    rows = own_reader.get("/api/flows").rows
    assert {row["attributes"]["status"] for row in rows} == {"sandbox-new-value"}
    assert all("sandbox_new_attribute" in row["attributes"] for row in rows)
    texts = [(row["attributes"]["updated"], plain_rows[row["id"]]["updated"]) for row in rows]
    assert {text[10] + text[-1] for text, _ in texts} == {"TZ", " 0"}
    assert all(datetime.fromisoformat(new) == datetime.fromisoformat(old) for new, old in texts)
    event = own_reader.get("/api/events").rows[0]["attributes"]
    assert event["timestamp"].isdigit()


def test_included_that_is_missing(own: Sandbox, own_reader: Reader) -> None:
    query: dict[str, str | int] = {"include": "profile", "page[size]": 200}
    whole = {row["id"] for row in own_reader.get("/api/events", query).included}
    own.set_quirks(Quirks(included_missing_every=4))
    some = {row["id"] for row in own_reader.get("/api/events", query).included}
    assert some < whole
    assert len(some) > len(whole) / 2
    own.set_quirks(Quirks(included_missing_every=1))
    assert own_reader.get("/api/events", query).included == []
    own.set_quirks(Quirks(included_absent=True))
    assert "included" not in own_reader.get("/api/events", query).document


def test_refused_parameters(own: Sandbox, own_reader: Reader) -> None:
    own.set_quirks(
        Quirks(
            refuse_parameters=(
                RefusedParameter("include=tags"),
                RefusedParameter("fields[flow]", named=False),
                RefusedParameter("additional-fields[profile]=predictive_analytics", status=403),
                RefusedParameter("sort", status=503),
            )
        )
    )
    for names in ("tags", "flow-actions,tags", "tags,flow-actions"):
        answer = own_reader.get("/api/flows", {"include": names})
        assert answer.status == 400
        assert answer.error["source"] == {"parameter": "include"}
    assert own_reader.get("/api/flows", {"include": "flow-actions"}).status == 200
    unnamed = own_reader.get("/api/flows", {"fields[flow]": "name"})
    assert unnamed.status == 400
    assert "parameter" not in unnamed.error["source"]
    name = "additional-fields[profile]"
    refused = own_reader.get("/api/profiles", {name: "subscriptions,predictive_analytics"})
    assert refused.status == 403
    assert refused.error["code"] == "permission_denied"
    assert own_reader.get("/api/profiles", {name: "subscriptions"}).status == 200
    assert own_reader.get("/api/profiles", {"sort": "updated"}).status == 503


def test_date_headers(own: Sandbox, own_reader: Reader) -> None:
    own.set_quirks(Quirks(date_header="minus_zero"))
    assert own_reader.get("/api/accounts").headers["Date"].endswith("-0000")
    own.set_quirks(Quirks(date_header="missing"))
    assert "Date" not in own_reader.get("/api/accounts").headers
    own.set_quirks(Quirks(date_header="garbage"))
    assert own_reader.get("/api/accounts").headers["Date"] == "yesterday, towards evening"


def test_settings_hold_quirks() -> None:
    quirks = (Quirks(path="/api/tags", refuse_parameters=(RefusedParameter("sort"),)), DEFAULT)
    settings = Settings(events=0, profiles=5, quirks=quirks)
    assert Settings.from_json(settings.to_json()) == settings
    text = '[{"path":"/api/tags","drift":true}]'
    assert parse_arguments(["--quirks", text]).quirks == (Quirks(path="/api/tags", drift=True),)
    with Sandbox.start(settings) as sandbox:
        reader = reader_of(sandbox)
        assert reader.get("/api/tags", {"sort": "name"}).status == 400
        assert reader.get("/api/flows", {"sort": "name"}).status == 200


def test_quirks_that_do_not_exist(own: Sandbox) -> None:
    with pytest.raises(ControlError, match="unsorted"):
        own.set_quirks(Quirks(unsorted="upside down"))  # type: ignore[arg-type]
