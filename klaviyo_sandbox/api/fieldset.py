"""Sparse fieldsets: `fields[type]=a,b.c` keeps only these attributes, down to nested leaves."""

from collections.abc import Iterable

from klaviyo_sandbox.store.json_text import JsonObject, JsonValue

Tree = dict[str, "Tree"]
"""Names to keep; an empty tree keeps all below."""


def tree_of(paths: Iterable[str]) -> Tree:
    """Dotted `paths` as a tree.

    A name without leaves keeps everything below, whatever else is listed.
    """
    tree: Tree = {}
    for path in sorted(paths, key=lambda path: path.count("."), reverse=True):
        node = tree
        for step in path.split("."):
            node = node.setdefault(step, {})
        node.clear()
    return tree


def keep(value: JsonObject, tree: Tree) -> JsonObject:
    """Return the part of `value` that `tree` names."""
    return {name: _part(part, tree[name]) for name, part in value.items() if name in tree}


def _part(value: JsonValue, tree: Tree) -> JsonValue:
    if not tree:
        return value
    if isinstance(value, dict):
        return keep(value, tree)
    if isinstance(value, list):
        return [_part(element, tree) for element in value]
    return value
