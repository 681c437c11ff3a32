"""Control calls that mutate the shop."""

from collections.abc import Callable

from klaviyo_sandbox.control.arguments import Arguments
from klaviyo_sandbox.shop.day import day_passes
from klaviyo_sandbox.state import State
from klaviyo_sandbox.store.json_text import JsonObject
from klaviyo_sandbox.store.row import Reference


def add(state: State, arguments: Arguments) -> object:
    """Add `count` resources of a `type`, from `days_ago`; their ids."""
    count = int(arguments.number("count", 1))
    return state.changes.add(arguments.text("type"), count, arguments.number("days_ago", 0.0))


def update(state: State, arguments: Arguments) -> object:
    """Change `ids` of a `type` now; `attributes` may give new values."""
    given = arguments.document.get("attributes")
    attributes: JsonObject = given if isinstance(given, dict) else {}
    return state.changes.update(arguments.text("type"), arguments.texts("ids"), attributes)


def archive(state: State, arguments: Arguments) -> object:
    """Archive (or hide) `ids` of a `type`."""
    return state.changes.hide(arguments.text("type"), arguments.texts("ids"))


def delete(state: State, arguments: Arguments) -> object:
    """Delete `ids` of a `type`."""
    return state.changes.delete(arguments.text("type"), arguments.texts("ids"))


def put(state: State, arguments: Arguments) -> object:
    """Add or replace the resource that the body holds."""
    return state.changes.put(arguments.document)


def join(state: State, arguments: Arguments) -> object:
    """Let the profiles `ids` join the list or segment `type`/`id`."""
    state.changes.join(
        Reference(arguments.text("type"), arguments.text("id")), arguments.texts("ids")
    )
    return None


def leave(state: State, arguments: Arguments) -> object:
    """Let the profiles `ids` leave the list or segment `type`/`id`."""
    state.changes.leave(
        Reference(arguments.text("type"), arguments.text("id")), arguments.texts("ids")
    )
    return None


def day(state: State, _arguments: Arguments) -> object:
    """Make a believable mix of changes; return the ids touched."""
    return day_passes(state.changes)


CALLS: dict[str, Callable[[State, Arguments], object]] = {
    "add": add,
    "update": update,
    "archive": archive,
    "delete": delete,
    "put": put,
    "join": join,
    "leave": leave,
    "day_passes": day,
}
