"""Rows that have been seen, in memory that is bounded for all who remember together."""

from hypothesis import given
from hypothesis import strategies as st

from source_klaviyo.sync.windows.seen_rows import IdMemory, SeenRows

rows = st.lists(st.tuples(st.text(max_size=3), st.none() | st.integers(-5, 5)), max_size=10)


def columns(rows: list[tuple[str, int | None]]) -> tuple[list[str], list[int | None]]:
    return [name for name, _ in rows], [cursor for _, cursor in rows]


@given(st.lists(rows, max_size=4), rows)
def test_a_row_is_known_by_its_id_and_its_cursor(
    added: list[list[tuple[str, int | None]]], asked: list[tuple[str, int | None]]
) -> None:
    seen = SeenRows(IdMemory())
    for each in added:
        seen.add(*columns(each))
    known = {(name, _hashed_alike(cursor)) for each in added for name, cursor in each}
    expected = [(name, _hashed_alike(cursor)) in known for name, cursor in asked]
    assert seen.has(*columns(asked)) == expected


def _hashed_alike(cursor: int | None) -> int | None:
    return -2 if cursor == -1 else cursor  # Python's hash of both is -2


@given(st.lists(st.tuples(st.integers(0, 2), st.integers(0, 30), st.booleans()), max_size=40))
def test_together_they_never_remember_more_than_their_memory_holds(
    steps: list[tuple[int, int, bool]],
) -> None:
    memory = IdMemory(50)
    first = SeenRows(memory)
    all_of_them = [first, first.another(), first.another()]
    held = [0, 0, 0]
    for number, (who, count, forgets) in enumerate(steps):
        if forgets:
            all_of_them[who].forget()
            held[who] = 0
        names = [f"{number} {each}" for each in range(count)]
        fits = sum(held) + count <= 50
        all_of_them[who].add(names, [])
        held[who] += count if fits else 0
        assert all_of_them[who].has(names, []) == [fits] * count
        assert memory.left == 50 - sum(held)
    for each in all_of_them:
        each.forget()
    assert memory.left == 50


def test_what_is_forgotten_is_not_known() -> None:
    seen = SeenRows(IdMemory())
    seen.add(["a"], [1])
    assert seen.has(["a"], [1]) == [True]
    seen.forget()
    assert seen.has(["a"], [1]) == [False]
