"""Control calls that inspect: the truth about the shop, and what was asked of it."""

from collections.abc import Callable
from dataclasses import asdict

from klaviyo_sandbox.api.document import Documents
from klaviyo_sandbox.api.query import Query
from klaviyo_sandbox.control.arguments import Arguments
from klaviyo_sandbox.spec import wire_type
from klaviyo_sandbox.state import State
from klaviyo_sandbox.store.moment import moment_of, seconds_text
from klaviyo_sandbox.store.row import Reference, Row, each
from klaviyo_sandbox.store.world import GROUPS, HIDDEN_BY


def health(state: State, _arguments: Arguments) -> object:
    """Return the time and sizes of the sandbox, which is up."""
    sizes = {kind: len(table) for kind, table in sorted(state.shop.world.tables.items())}
    return {"now": state.clock.now().isoformat(), "sizes": sizes}


def ids(state: State, arguments: Arguments) -> object:
    """All ids of a `type`.

    With `hidden`, only those Klaviyo hides by default, or only the others.
    """
    return [row.id for row in _rows(state, arguments)]


def documents(state: State, arguments: Arguments) -> object:
    """Full resources of a `type` (only `ids`, if given), all relationships with data.

    `additional` names attributes to add that only `additional-fields` shows.
    """
    kind = arguments.text("type")
    wanted = set(arguments.texts("ids"))
    writer = Documents(state.shop.spec, state.shop.world)
    relations = state.shop.spec.relations.get(kind, {})
    extra = {wire_type(kind): frozenset(arguments.texts("additional"))}
    query = Query((), None, False, None, None, (), {}, extra)  # noqa: FBT003
    shape = writer.shape(
        kind,
        None,
        query,
        [name for name in relations if not (kind in GROUPS and name == "profiles")],
    )
    rows = (row for row in _rows(state, arguments) if not wanted or row.id in wanted)
    return b"[" + b",".join(shape.write(row, state.shop.world) for row in rows) + b"]"


def members(state: State, arguments: Arguments) -> object:
    """Who is in the list or segment `type`/`id`: profile id to `joined_group_at`."""
    group = state.shop.world.group(Reference(arguments.text("type"), arguments.text("id")))
    return {who: seconds_text(moment_of(joined)) for who, joined in group.joined.items()}


def related(state: State, arguments: Arguments) -> object:
    """Ids that `type`/`id` points at under the relationship `name`."""
    row = state.shop.world.get(Reference(arguments.text("type"), arguments.text("id")))
    return (
        []
        if row is None
        else [link.id for link in each(state.shop.world.related(row, arguments.text("name")))]
    )


def requests(state: State, _arguments: Arguments) -> object:
    """Return the last requests, oldest first."""
    return [asdict(entry) for entry in state.log.entries]


def counts(state: State, _arguments: Arguments) -> object:
    """Return requests, statuses and bytes per endpoint."""
    statuses: dict[str, dict[str, int]] = {}
    for (endpoint, status), count in state.log.statuses.items():
        statuses.setdefault(endpoint, {})[str(status)] = count
    return {
        endpoint: {
            "requests": count,
            "bytes": state.log.bytes[endpoint],
            "statuses": statuses[endpoint],
        }
        for endpoint, count in sorted(state.log.requests.items())
    }


def secrets(state: State, _arguments: Arguments) -> object:
    """Return the OAuth codes and tokens that are known."""
    return state.grants.secrets


def faults(state: State, _arguments: Arguments) -> object:
    """Return the faults in force, each with the number of requests it hit."""
    return [(asdict(fault), hits) for fault, hits in state.faults.listed()]


def _rows(state: State, arguments: Arguments) -> list[Row]:
    kind = arguments.text("type")
    rows = list(state.shop.world.table(kind))
    hidden = arguments.flag("hidden")
    flag = HIDDEN_BY.get(kind)
    if hidden is None or flag is None:
        return [] if hidden else rows
    return [row for row in rows if row.value(flag) == hidden]


CALLS: dict[str, Callable[[State, Arguments], object]] = {
    "health": health,
    "ids": ids,
    "documents": documents,
    "members": members,
    "related": related,
    "requests": requests,
    "counts": counts,
    "faults": faults,
    "secrets": secrets,
}
