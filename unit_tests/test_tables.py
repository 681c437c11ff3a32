"""The dictionary has every stream and column, and its joins lead to tables."""

import re
from itertools import chain

import pytest

from source_klaviyo.registry import STREAMS, stream_name, streams_named
from source_klaviyo.streams.kinds.base import KlaviyoStream
from tools.tables.__main__ import FOLDER, MAP, PAGE
from tools.tables.columns import ALIKE, columns_of, join_of, schema_of
from tools.tables.diagram import diagram, mermaid
from tools.tables.families import families
from tools.tables.page import examples_on, file_name, page

NO_TABLE = {"id", "message_id", "resource_id", "variation_id"}
"""Ids of rows of several tables, or of none."""


@pytest.mark.parametrize("family", families())
def test_the_pages_are_as_they_should_be(family: str) -> None:
    written = (FOLDER / f"{file_name(family)}.md").read_text(encoding="utf-8")
    made = page(family, families()[family], examples_on(written))
    assert written == made, "run: python -m tools.tables"
    assert examples_on(written)


@pytest.mark.parametrize("family", families())
def test_the_pictures_have_the_tables_and_their_joins(family: str) -> None:
    """Where a box stands depends on the fonts of a machine, so only the texts are compared."""
    written = (FOLDER / f"{file_name(family)}.svg").read_text(encoding="utf-8")
    shown = re.compile(r"<text[^>]*>([^<]*)</text>")
    assert sorted(shown.findall(written)) == sorted(shown.findall(diagram(families()[family])))
    assert all(f">{stream_name(stream)}<" in written for stream in families()[family])


def test_the_map_is_as_it_should_be() -> None:
    streams = streams_named(MAP).values()
    assert mermaid(streams) in PAGE.read_text(encoding="utf-8"), "run: python -m tools.tables"
    drawn = (FOLDER / "map.svg").read_text(encoding="utf-8")
    assert all(f">{name}<" in drawn for name in MAP)


def test_every_stream_has_its_place() -> None:
    placed = list(chain.from_iterable(families().values()))
    assert sorted(map(stream_name, placed)) == sorted(map(stream_name, STREAMS))


@pytest.mark.parametrize("stream", STREAMS, ids=stream_name)
def test_every_column_has_a_meaning_and_every_id_a_table(stream: type[KlaviyoStream]) -> None:
    columns = {column.name: column for column in columns_of(stream)}
    assert {*schema_of(stream)} - {*ALIKE, "attributes"} <= columns.keys()
    assert all(column.meaning for column in columns.values())
    ids = {name for name in columns if re.search(r"_ids?$", name) and "." not in name}
    assert {name for name in ids if not join_of(stream, name)} <= NO_TABLE
