"""A family's tables, and the ids by which they are joined, as a picture."""

import re
from collections.abc import Iterable, Iterator
from html import escape

from pygraphviz import AGraph

from source_klaviyo.registry import stream_name
from source_klaviyo.streams.kinds.base import KlaviyoStream
from tools.tables.columns import columns_of

_HEAD = '<td bgcolor="{}" port="id"><font color="white"><b>{}</b></font></td>'
_COMMENT = re.compile(
    r"<!--.*?-->\n?|<\?xml.*?\?>\n?|<!DOCTYPE.*?>\n?|<title>.*?</title>\n?", re.DOTALL
)


def diagram(streams: Iterable[type[KlaviyoStream]]) -> str:
    """Return an SVG: a box a table with its keys and joins, and a grey one for other families'."""
    graph = AGraph(directed=True, strict=False, rankdir="LR", nodesep="0.15", ranksep="0.9")
    graph.graph_attr.update(bgcolor="white", pack="12", packmode="graph")
    graph.node_attr.update(shape="plain", fontname="Helvetica", fontsize="11")
    graph.edge_attr.update(arrowhead="normal", arrowsize="0.6", color="#607d8b")
    joins = []
    for stream in streams:
        name = stream_name(stream)
        shown = list(_shown(stream))
        graph.add_node(name, label=_box(name, "#00796b", [label for label, _ in shown]))
        joins += [(name, place, join) for place, (_, join) in enumerate(shown) if join]
    for name, place, join in joins:
        if not graph.has_node(join):
            graph.add_node(join, label=_box(join, "#9e9e9e", []))
        graph.add_edge(name, join, tailport=f"c{place}:e", headport="id:w")
    drawn: str = graph.draw(format="svg", prog="dot").decode()
    return _COMMENT.sub("", drawn)


def mermaid(streams: Iterable[type[KlaviyoStream]]) -> str:
    """Return the joins among these streams as text that Airbyte's site draws."""
    named = {stream_name(stream): stream for stream in streams}
    joins = [
        f"  {name} }}o--o| {column.join} : {column.name}"
        for name, stream in named.items()
        for column in columns_of(stream)
        if column.join in named and column.join != name
    ]
    return "\n".join(["```mermaid", "erDiagram", *joins, "```"])


def _shown(stream: type[KlaviyoStream]) -> Iterator[tuple[str, str]]:
    """Yield the columns of a box: keys and joins, each with the table that it leads to."""
    for column in columns_of(stream):
        is_key = column.name in stream.keys
        if is_key or column.join:
            itself = column.join == stream_name(stream)
            yield f"{'* ' if is_key else ''}{column.name}", "" if itself else column.join


def _box(name: str, color: str, columns: Iterable[str]) -> str:
    rows = [_HEAD.format(color, name)]
    rows += [
        f'<td align="left" port="c{place}">{escape(column)}</td>'
        for place, column in enumerate(columns)
    ]
    inside = "".join(f"<tr>{row}</tr>" for row in rows)
    return f'<<table border="0" cellborder="1" cellspacing="0" color="#b0bec5">{inside}</table>>'
