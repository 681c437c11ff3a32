"""The parameters of a request: the united needs of several views, and the optional parts.

An optional part has a name: `include=tags`, or the parameter's own name, like
`additional-fields[profile]` or `fields[event]`.
"""

from collections.abc import Collection, Mapping, Sequence

from source_klaviyo.streams.views.needs import Needs, include_part


def unite(needs: Sequence[Needs], resource: str | None) -> dict[str, str]:
    """Return the parameters that serve all `needs` of a collection of `resource` at once.

    Attributes are narrowed (`fields[type]`) only if every view of the type narrows them, and those
    of `resource` only if no view needs its relationships: a narrowed resource comes without any
    (recorded of revision 2026-07-15: `GET /api/forms/{id}?fields[form]=name`).

    >>> narrow = Needs(parameters=(("fields[event]", "datetime"),))
    >>> unite([narrow], "event"), unite([narrow, Needs(ids=("metric",))], "event")
    ({'fields[event]': 'datetime'}, {})
    """
    includes = dict.fromkeys(name for each in needs for name in each.include)
    values: dict[str, dict[str, None]] = {}
    for each in needs:
        for name, value in each.parameters:
            values.setdefault(name, {}).update(dict.fromkeys(value.split(",")))
    narrowed = {
        name: ",".join(value)
        for name, value in values.items()
        if not name.startswith("fields[") or _all_narrow(name, needs, resource)
    }
    return {**({"include": ",".join(includes)} if includes else {}), **narrowed}


def _all_narrow(name: str, needs: Sequence[Needs], resource: str | None) -> bool:
    narrowing = [each for each in needs if name in dict(each.parameters)]
    if name == f"fields[{resource}]":
        related = any(each.include or each.ids for each in needs)
        return len(narrowing) == len(needs) and not related
    # No declaration has the type of a relationship: views of the relationship share its type.
    included = {relationship for each in narrowing for relationship in each.include}
    others = [each for each in needs if each not in narrowing]
    return not any(included & set(each.include) for each in others)


def optional_parts(parameters: Mapping[str, str]) -> list[str]:
    """Return the parts of a request without which Klaviyo might serve it, in the order to try.

    >>> optional_parts({"include": "tags", "fields[flow]": "updated", "sort": "updated"})
    ['include=tags', 'fields[flow]']
    """
    includes = parameters.get("include", "")
    names = [include_part(relationship) for relationship in includes.split(",") if relationship]
    for prefix in ("additional-fields[", "fields["):
        names += [name for name in parameters if name.startswith(prefix)]
    return names


def leave_out(parameters: Mapping[str, str], parts: Collection[str]) -> dict[str, str]:
    """Return `parameters` without `parts`.

    >>> leave_out({"include": "flow-actions,tags"}, {"include=tags"})
    {'include': 'flow-actions'}
    """
    rest = {name: value for name, value in parameters.items() if name not in parts}
    if "include" in rest:
        kept = [name for name in rest["include"].split(",") if include_part(name) not in parts]
        rest["include"] = ",".join(kept)
        if not kept:
            del rest["include"]
    return rest
