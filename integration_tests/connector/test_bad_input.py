"""Input that cannot be used gets one clear sentence, never a stack trace, never a hang."""

from pathlib import Path
from typing import Final

import pytest

from integration_tests.connector.conftest import Connect
from integration_tests.connector.harness import Json, Output, catalog
from klaviyo_sandbox import Sandbox

CONFIGS: Final[dict[str, tuple[Json, list[str]]]] = {
    "no key": ({"credentials": None}, ["give one of `credentials` and `api_key`"]),
    "every setting wrong": (
        {
            "credentials": {"auth_type": "api_key", "api_key": ""},
            "start_date": "last week",
            "num_workers": "many",
            "revision": "2026-07-16",
            "api_base_url": "http://a.klaviyo.com",
        },
        [
            "credentials.api_key is blank",
            "start_date: must be a date like 2024-01-31",
            "num_workers: ",
            "Use one of: 2026-04-15, 2026-07-15",
            "api_base_url: must begin with https://",
        ],
    ),
    "wrong times": (
        {"start_date": "2999-01-01", "revision": "2024-10-15"},
        [
            "start_date: must not lie in the future",
            "revision: Klaviyo retired revision 2024-10-15 on 2026-10-15. Use one of:",
        ],
    ),
}


@pytest.mark.parametrize(("change", "words"), CONFIGS.values(), ids=[*CONFIGS])
def test_a_configuration_that_cannot_be_used(
    connect: Connect, shop: Sandbox, change: Json, words: list[str]
) -> None:
    output = connect(shop, **change).check()
    _assert_clear(output.connection["message"], *words)
    assert output.connection["status"] == "FAILED"
    assert output.code == 0


def test_such_a_configuration_ends_a_read(connect: Connect, shop: Sandbox) -> None:
    change, words = CONFIGS["wrong times"]
    _assert_refused(connect(shop, **change).read(catalog()), *words)


@pytest.mark.parametrize(
    ("which", "content", "words"),
    [
        ("config", None, "cannot be read: No such file"),
        ("config", "[]", "is not a JSON object"),
        ("catalog", "nonsense", "is not JSON"),
        (
            "catalog",
            '{"streams": [{"name": "events"}]}',
            "is neither a configured catalog nor what",
        ),
        ("catalog", '{"streams": []}', "selects no stream"),
        ("state", None, "cannot be read: No such file"),
        (
            "state",
            '{"events": {"datetime": "2026-01-01"}}',
            "is neither a list of stream states nor what",
        ),
    ],
)
def test_files_that_are_missing_or_garbage(
    connect: Connect, shop: Sandbox, which: str, content: str | None, words: str
) -> None:
    connector = connect(shop)
    paths = {
        "config": connector.file("config", connector.config),
        "catalog": connector.file("catalog", catalog()),
        "state": connector.file("state", []),
    }
    path = Path(paths[which])
    if content is None:
        path.unlink()
    else:
        path.write_text(content, encoding="utf-8")
    arguments = [part for name, file in paths.items() for part in (f"--{name}", file)]
    _assert_refused(connector.run("read", *arguments), words)


def _assert_refused(output: Output, *words: str) -> None:
    assert output.code == 1
    assert output.stderr == b""
    (failure,) = output.failures
    _assert_clear(failure["message"], *words)
    assert failure["failure_type"] == "config_error"
    assert output.of_type("RECORD") == []


def _assert_clear(message: str, *words: str) -> None:
    for expected in words:
        assert expected in message
    assert "Traceback" not in message
    assert "\n" not in message
    assert len(message) < 800
