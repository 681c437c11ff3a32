"""What is almost JSON becomes JSON, and nothing else is changed."""

import json
import math

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from source_klaviyo.api.documents.repair import repaired

texts = st.text() | st.lists(
    st.sampled_from(["\\", '"', "u", "ud83d", "NaN", "Infinity", "😀", "\x00", "\n", "é"])
).map("".join)
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | texts,
    lambda below: st.lists(below) | st.dictionaries(texts, below),
    max_leaves=12,
)
sound = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | texts,
    lambda below: st.lists(below) | st.dictionaries(texts, below),
    max_leaves=12,
)
indents = st.sampled_from([None, 1])


@given(sound, st.booleans(), indents)
def test_sound_json_keeps_every_byte(value: object, ascii_only: bool, indent: int | None) -> None:  # noqa: FBT001
    body = json.dumps(value, ensure_ascii=ascii_only, indent=indent).encode()
    assert repaired(body) == body
    assert repaired(bytearray(body)) == body


def test_a_byte_order_mark_is_left_out() -> None:
    assert repaired(b'\xef\xbb\xbf["\xef\xbb\xbf"]') == b'["\xef\xbb\xbf"]'


@pytest.mark.parametrize("number", ["1.10", "123456789012345678901234", "1E5", "-0", "0.0e-00"])
def test_numbers_keep_their_digits(number: str) -> None:
    assert repaired(f'[NaN,{number},"NaN"]'.encode()) == f'[null,{number},"NaN"]'.encode()


def without_nan(value: object) -> object:
    """Return what JSON can hold of a value."""
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, list):
        return [without_nan(each) for each in value]
    if isinstance(value, dict):
        return {key: without_nan(each) for key, each in value.items()}
    return value


@given(values, st.booleans(), indents)
def test_nan_and_infinities_become_null_and_texts_that_say_so_stay(
    value: object,
    ascii_only: bool,  # noqa: FBT001
    indent: int | None,
) -> None:
    body = json.dumps(value, ensure_ascii=ascii_only, indent=indent).encode()
    assert json.loads(repaired(body)) == without_nan(value)


@pytest.mark.parametrize(
    ("escaped", "becomes"),
    [
        (r"a\ud83d", "a\ufffd"),
        (r"\uDE00b", "\ufffdb"),
        (r"\ud83d\ud83d\ude00", "\ufffd😀"),
        (r"\ud83d\u0041", "\ufffdA"),
        (r"\ud83d\ude00", "😀"),
        (r"\\ud83d", "\\ud83d"),
        (r"\\\ud83d", "\\\ufffd"),
        ("a\tb\x00c\x1f", "a\tb\x00c\x1f"),
    ],
)
def test_half_pairs_and_control_characters_are_replaced_and_escaped(
    escaped: str, becomes: str
) -> None:
    body = b'{"%b": ["%b"]}' % (escaped.encode(), escaped.encode())
    assert orjson.loads(repaired(body)) == {becomes: [becomes]}


units = st.sampled_from(
    [r"\ud83d", r"\ude00", r"\\", r"\"", r"\n", "x", "\x01", "\t", r"\u0041", "é", r"\/"]
)


@given(st.lists(units, max_size=12))
def test_whatever_text_a_shop_sends_can_be_read_by_a_strict_parser(parts: list[str]) -> None:
    body = f'["{"".join(parts)}"]'.encode()
    (text,) = orjson.loads(repaired(body))
    (lenient,) = json.loads(body, strict=False)
    replaced = lenient.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    assert text == replaced


@given(st.binary(max_size=20).filter(lambda found: not set(found) & {*b'"\\'}))
def test_bytes_that_are_not_utf8_become_the_replacement_character(garbage: bytes) -> None:
    body = b'["%b"]' % garbage
    assert orjson.loads(repaired(body)) == [garbage.decode("utf-8", "replace")]
