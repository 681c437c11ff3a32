"""The calls that change, inspect and configure a running sandbox: `POST /_sandbox/NAME`.

The name leads from `State` to a method: `changes.add` is `state.changes.add`. The body is a JSON
object. Its members are the method's arguments, checked against the method's annotations.
"""

import inspect
from collections.abc import Callable
from operator import attrgetter

import msgspec

from klaviyo_sandbox.shop.change import UnknownResourceError
from klaviyo_sandbox.state import State
from klaviyo_sandbox.store.json_text import Given, load_object
from klaviyo_sandbox.web.reply import Reply
from klaviyo_sandbox.web.request import Request

PREFIX = "/_sandbox/"
JSON = "application/json"


def control(state: State, request: Request) -> Reply:
    """Make a call; the reply holds the result as JSON."""
    name = request.path.removeprefix(PREFIX)
    try:
        call = attrgetter(name)(state)
    except AttributeError:
        return _refusal(404, f"no such call: {name}")
    try:
        result = call(**_arguments(call, request.body))
    except (ValueError, TypeError, KeyError, msgspec.MsgspecError) as error:
        return _refusal(400, f"{type(error).__name__}: {error}")
    except UnknownResourceError as error:
        return _refusal(404, f"no such resource: {error}")
    return Reply(200, msgspec.json.encode(result), JSON)


def _arguments(call: Callable[..., object], body: bytes) -> dict[str, object]:
    """Return the members of the body, in the types of the method's parameters."""
    given = msgspec.json.decode(body, type=dict[str, msgspec.Raw])
    kinds = inspect.signature(call, eval_str=True).parameters
    found: dict[str, object] = {}
    for name, text in given.items():
        if name not in kinds:
            raise TypeError(f"unknown argument: {name}")
        kind = kinds[name].annotation
        # Custom properties may hold integers beyond 64 bit, which msgspec does not keep.
        exact = kind in (Given, Given | None)
        found[name] = load_object(bytes(text)) if exact else msgspec.json.decode(text, type=kind)
    return found


def _refusal(status: int, message: str) -> Reply:
    return Reply(status, msgspec.json.encode({"error": message}), JSON)
