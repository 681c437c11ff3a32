"""`source-klaviyo estimate` finds out what an account holds, and what a sync of it asks."""

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Final

import pytest

from integration_tests.connector.conftest import shop_of
from integration_tests.connector.harness import Connector, Json, catalog, key
from integration_tests.connector.program import in_this_process
from klaviyo_sandbox import Fault, Sandbox, Settings

_SIZE: Final = re.compile(r"^ *([\d,]+) ([\w-]+) \(([\w ]+)\)$", re.MULTILINE)
_ROW: Final = re.compile(r"^(\w+|all together) +([\d,]+) +([\d.]+) (s|min|h)  (\S+)$", re.MULTILINE)


shop = shop_of(Settings(events=12_000, profiles=1_500, limits=False))


def estimate(*options: str, shop: Sandbox | None = None, folder: Path | None = None) -> str:
    """Return what the program prints, in this process."""
    return "".join(in_this_process("estimate", *of_account(shop, folder), *options))


def of_account(shop: Sandbox | None, folder: Path | None) -> tuple[str, ...]:
    if not shop or not folder:
        return ()
    file = folder / "config.json"
    file.write_text(json.dumps(config(shop)), encoding="utf-8")
    return ("--config", str(file))


def config(shop: Sandbox) -> Json:
    return {"credentials": key(shop.key), "api_base_url": shop.url}


def sizes(text: str) -> dict[str, tuple[int, str]]:
    return {name: (int(rows.replace(",", "")), known) for rows, name, known in _SIZE.findall(text)}


def requests(text: str) -> dict[str, int]:
    return {row[0]: int(row[1].replace(",", "")) for row in _ROW.findall(text)}


def test_it_finds_out_what_the_account_holds(shop: Sandbox, tmp_path: Path) -> None:
    shop.log.reset()
    program = (sys.executable, "-m", "source_klaviyo", "estimate")
    done = subprocess.run(
        [*program, *of_account(shop, tmp_path)],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    found = sizes(done.stdout)
    assert not done.stderr
    asked = sum(count.requests for count in shop.log.counts().values())
    assert asked < 900
    counted = (
        "campaign",
        "catalog-item",
        "coupon",
        "event",
        "flow",
        "form",
        "image",
        "list",
        "metric",
        "profile",
    )
    for name in counted:
        assert found[f"{name}s"] == (len(shop.ids(name)), "counted")
    for group in ("list", "segment"):
        rows, _ = found[f"{group}-profiles"]
        members = sum(len(shop.members(group, each)) for each in shop.ids(group))
        assert rows == pytest.approx(members, rel=0.15)
    assert found["accounts"] == (1, "assumed")


def test_a_collection_of_many_pages_is_sampled(tmp_path: Path) -> None:
    with Sandbox.start(Settings(events=80_000, profiles=100, limits=False)) as large:
        rows, known = sizes(estimate("--streams", "events", shop=large, folder=tmp_path))["events"]
        assert known == "sampled"
        assert rows == pytest.approx(len(large.ids("event")), rel=0.15)


def test_the_requests_are_those_that_a_sync_makes(shop: Sandbox, tmp_path: Path) -> None:
    names = ["events", "profiles", "form_definitions", "lists", "email_templates"]
    given = ("--events", "12,000", "--profiles", "1500")
    text = estimate("--streams", ",".join(names), *given, shop=shop, folder=tmp_path)
    told = requests(text)["all together"]
    assert sizes(text)["events"] == (12_000, "given")
    shop.log.reset()
    output = Connector(tmp_path, config(shop)).read(catalog(names))
    assert output.code == 0
    made = sum(count.requests for count in shop.log.counts().values())
    # A page that spans a cut is fetched by both sides, which the estimate leaves out.
    assert told <= made <= 1.05 * told + 2 * 20


def test_it_needs_no_account() -> None:
    small, large = (estimate("--account", account) for account in ("small", "large"))
    assert {known for _, known in sizes(small).values()} == {"assumed"}
    assert requests(small)["all together"] < requests(large)["all together"]
    assert " h  predictive_analytics" in large
    given = sizes(estimate("--profiles", "7", "--streams", "profiles"))
    assert given == {"profiles": (7, "given")}


def test_what_is_closed_is_assumed_and_said(shop: Sandbox, tmp_path: Path) -> None:
    shop.fail(Fault("status", status=403, path="/api/forms", times=100))
    try:
        found = sizes(estimate("--streams", "forms,flows", shop=shop, folder=tmp_path))
    finally:
        shop.clear_faults()
    assert found["forms"] == (30, "assumed")
    assert found["flows"] == (len(shop.ids("flow")), "counted")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--streams", "lists", "profile"), "There is no stream profile. Did you mean profiles?"),
        (("--stream-names", "lists"), "Unrecognized arguments"),
        (("--profiles", "many"), "Argument --profiles: many is not a whole number."),
        (("--profiles", "-1"), "Argument --profiles: -1 is not a whole number."),
        (("--config", "/nowhere.json"), "cannot be read"),
    ],
)
def test_bad_input_gets_one_message(options: tuple[str, ...], message: str) -> None:
    assert message in estimate(*options)


def test_it_prints_no_protocol_messages(shop: Sandbox, tmp_path: Path) -> None:
    shop.fail(Fault("status", status=500, path="/api/lists", times=1))  # which is logged
    options = ("estimate", *of_account(shop, tmp_path), "--streams", "lists")
    program = (sys.executable, "-m", "source_klaviyo")
    done = subprocess.run(
        [*program, *options], capture_output=True, text=True, timeout=60, check=True
    )
    assert sizes(done.stdout)["lists"] == (len(shop.ids("list")), "counted")
    assert "LOG" not in done.stdout + done.stderr


def test_nothing_is_assumed_of_an_account_that_cannot_be_reached(tmp_path: Path) -> None:
    file = tmp_path / "config.json"
    unreachable = {"credentials": key("pk_nobodys"), "api_base_url": "http://127.0.0.1:1"}
    file.write_text(json.dumps(unreachable), encoding="utf-8")
    out, errors = in_this_process("estimate", "--config", str(file))
    assert out == ""
    assert errors == "Klaviyo could not be reached: the connection was refused or broke off.\n"


def test_a_wrong_key_is_said_once(shop: Sandbox, tmp_path: Path) -> None:
    wrong = config(shop) | {"credentials": key("pk_nobodys")}
    (tmp_path / "wrong.json").write_text(json.dumps(wrong), encoding="utf-8")
    told = estimate("--config", str(tmp_path / "wrong.json"))
    assert told.count("Klaviyo does not accept these credentials") == 1
