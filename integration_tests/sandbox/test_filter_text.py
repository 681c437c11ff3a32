"""The grammar of filters, on its own."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from klaviyo_sandbox.api.filter_text import (
    OPERATORS,
    Condition,
    Date,
    FilterSyntaxError,
    Literal,
    parse_filter,
)

dates = st.datetimes().map(lambda moment: Date(moment.isoformat() + "+02:00"))
singles = st.one_of(
    st.text(),
    st.integers(),
    st.floats(allow_nan=False, allow_infinity=False),
    st.booleans(),
    st.none(),
    dates,
)
literals: st.SearchStrategy[Literal] = st.one_of(singles, st.lists(singles).map(tuple))
fields = st.from_regex(r"[a-z_$][a-z_.]{0,12}", fullmatch=True)
conditions = st.one_of(
    st.builds(Condition, st.sampled_from(sorted(OPERATORS - {"has"})), fields, literals),
    st.builds(Condition, st.just("has"), fields),
)


def written(condition: Condition) -> str:
    """Return the text of a condition, as a client would send it."""
    if condition.operator == "has":
        return f"has({condition.field})"
    literal = condition.literal
    values = [written_value(one) for one in literal] if isinstance(literal, tuple) else None
    text = written_value(literal) if values is None else f"[{','.join(values)}]"
    return f"{condition.operator}({condition.field},{text})"


def written_value(value: object) -> str:
    if isinstance(value, Date):
        return value.text
    if isinstance(value, str):
        return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
    return "null" if value is None else str(value).lower()


@given(st.lists(conditions, min_size=1, max_size=4))
def test_what_is_written_is_read_back(wanted: list[Condition]) -> None:
    text = ",".join(map(written, wanted))
    assert parse_filter(text) == wanted
    assert parse_filter(f"and({text})") == wanted
    assert parse_filter(text.replace('",', '" , ')) is not None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("equals(name,'it\\'s')", Condition("equals", "name", "it's")),
        ('equals(name,"say \\"hi\\", (ok)")', Condition("equals", "name", 'say "hi", (ok)')),
        (
            "greater-than(updated,2024-08-01)",
            Condition("greater-than", "updated", Date("2024-08-01")),
        ),
        (
            "less-than( updated , 2024-08-01 12:30:00Z )",
            Condition("less-than", "updated", Date("2024-08-01 12:30:00Z")),
        ),
        ("any(id,['a','b'])", Condition("any", "id", ("a", "b"))),
        ("any(id,[])", Condition("any", "id", ())),
    ],
)
def test_literals(text: str, expected: Condition) -> None:
    assert parse_filter(text) == [expected]


def test_dates_are_instants() -> None:
    assert Date("2024-08-01T02:00:00+02:00").micros == Date("2024-08-01").micros
    assert Date("2024-08-01T00:00:00.000001Z").micros == Date("2024-08-01").micros + 1


@pytest.mark.parametrize(
    "text",
    [
        "",
        "equals",
        "equals(name)",
        "equals(name,)",
        'equals(name,"a"',
        'equals(name,"a)',
        "equals(name,a)",
        "or(equals(a,1),equals(b,2))",
        "not(equals(a,1))",
        'equals(name,"a") equals(name,"b")',
        'equals(name,"a"),',
        'any(id,["a" "b"])',
        "greater-than(updated,2024-13-01)",
        "greater-than(updated,2024-08-01T00:00:00 00:00)",
    ],
)
def test_what_is_no_filter(text: str) -> None:
    with pytest.raises(FilterSyntaxError):
        parse_filter(text)
