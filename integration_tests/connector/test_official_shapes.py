"""Our records have every field that those of Airbyte's own connector have.

`make compare-official` has written down which these are.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from integration_tests.connector.conftest import connector_of
from integration_tests.connector.harness import Output, catalog
from klaviyo_sandbox import Sandbox, Settings
from tools.compare_official.differences import DIFFERENT_ON_PURPOSE, RENAMED
from tools.compare_official.shapes import Shape, recorded_shapes, shape

_SHOP: Final = Settings(events=2_000, profiles=600, lists=5, campaigns=30, limits=False)
_PAGE: Final = Path(__file__).parents[2] / "docs" / "migrating.md"

RARE: Final = {"attributes.send_strategy.options.send_past_recipients_immediately"}
"""What Klaviyo sends for campaigns by local time alone, which the sandbox has none of."""

THEIRS: Final = recorded_shapes()


@pytest.fixture(scope="module")
def read(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Output]:
    with Sandbox.start(_SHOP) as sandbox:
        folder = tmp_path_factory.mktemp("shapes")
        connector = connector_of(sandbox, folder, disable_fetching_predictive_analytics=False)
        yield connector.read(catalog(THEIRS, mode="full_refresh", destination="overwrite"))


def kinds(found: Shape, path: str) -> set[str]:
    return set(found[path]) - {"null"}


@pytest.mark.parametrize("stream", sorted(THEIRS))
def test_every_field_of_theirs_is_in_ours(read: Output, stream: str) -> None:
    assert read.code == 0
    theirs, ours = THEIRS[stream], shape(read.records[stream])
    assert len(theirs) > 5
    assert not theirs.keys() - ours.keys()
    for path in theirs:
        # A type of theirs may be missing: where Klaviyo sends a number as text, ours is a number.
        assert kinds(ours, path) <= kinds(theirs, path) or not kinds(theirs, path), path


@pytest.mark.parametrize(
    ("stream", "before", "now"),
    [(stream, *names) for stream, renamed in RENAMED.items() for names in renamed.items()],
)
def test_what_klaviyo_has_renamed_is_there_by_its_new_name(
    read: Output, stream: str, before: str, now: str
) -> None:
    ours = shape(read.records[stream])
    assert before not in ours
    assert now in ours or now in RARE
    assert f"| `{stream}` | `{before}` | `{now}` |" in _PAGE.read_text(encoding="utf-8")


def test_the_page_has_every_difference_and_no_other() -> None:
    page = _PAGE.read_text(encoding="utf-8")
    for stream, paths in DIFFERENT_ON_PURPOSE.items():
        for path in paths:
            assert f"`{stream}.{path}`" in page
    rows = re.findall(r"^\| `\w+` \| `[^`]+` \| `[^`]+` \|$", page, re.MULTILINE)
    assert len(rows) == sum(map(len, RENAMED.values()))
