"""What the schemas lack is noticed, and whatever a record holds, it fails nothing."""

import pytest

from source_klaviyo.streams.records.drift import Drift

SCHEMA = {
    "properties": {
        "id": {"type": "string"},
        "links": {"properties": {"related": {"type": "string"}}},
        "places": {"type": "array", "items": {"properties": {"latitude": {}}}},
    }
}


def unknown(record: bytes) -> set[str]:
    drift = Drift("things", lambda: SCHEMA)
    drift.look_at((memoryview(record[:-1]), record[-1:]))
    return drift.unknown


@pytest.mark.parametrize("value", [b"1e400", b"-1e400", b"9" * 400, b'"x"', b"1.5"])
def test_a_number_of_any_size_is_no_obstacle(value: bytes) -> None:
    record = b'{"id":"1","links":{"self":"x"},"places":[{"latitude":%b,"height":%b}],"new":1}' % (
        value,
        value,
    )
    assert unknown(record) == {"things.places.height", "things.new"}


@pytest.mark.parametrize(
    "value", [b"[" * 1000 + b"]" * 1000, b"[" * 3000 + b"]" * 3000, b"9" * 5000]
)
def test_a_record_that_no_parser_takes_is_passed_over(value: bytes) -> None:
    assert unknown(b'{"places":%b}' % value) == set()
