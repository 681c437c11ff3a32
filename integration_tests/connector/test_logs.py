"""What a sync says at its end is short where there was little to do."""

import re
from typing import Final

from integration_tests.connector.conftest import Connect
from integration_tests.connector.harness import CURSORS, Output, catalog, last_states
from klaviyo_sandbox import Sandbox

_SUMMARY: Final = re.compile(r"[^ ]+: (\d+ \w+(?:, \d+ \w+)*); \d+ requests \(")
_IDLE: Final = re.compile(r"No rows in (\d+) requests: (.+)")


def told(output: Output) -> dict[str, int]:
    """Return the records of each stream, by the last lines about collections."""
    found = (match[1].split(", ") for line in output.logs if (match := _SUMMARY.match(line)))
    pairs = [part.split(" ") for line in found for part in line]
    return {name: int(count) for count, name in pairs}


def test_streams_with_nothing_to_do_take_one_line_together(
    shop: Sandbox, full_read: Output, connect: Connect
) -> None:
    assert not [line for line in full_read.logs if _IDLE.match(line)]
    assert told(full_read) == {name: len(found) for name, found in full_read.records.items()}
    connector = connect(shop, lookback_days=0)
    first = connector.read(catalog(CURSORS))
    again = connector.read(catalog(CURSORS), last_states(first))
    (idle,) = (match for line in again.logs if (match := _IDLE.match(line)))
    names = idle[2].split(", ")
    assert len(names) > len(CURSORS) / 2
    assert told(again).keys() | set(names) == CURSORS.keys()
    assert not told(again).keys() & set(names)
    assert int(idle[1]) >= len(names)
