"""Finds the function behind a control call: `GET` or `POST /_sandbox/NAME`."""

from collections.abc import Callable

import msgspec
import orjson

from klaviyo_sandbox.api.errors import ApiError
from klaviyo_sandbox.control import configure, inspect, mutate, reports
from klaviyo_sandbox.control.arguments import Arguments
from klaviyo_sandbox.shop.change import UnknownResourceError
from klaviyo_sandbox.state import State
from klaviyo_sandbox.web.reply import Reply
from klaviyo_sandbox.web.request import Request

PREFIX = "/_sandbox/"
JSON = "application/json"
CALLS: dict[str, Callable[[State, Arguments], object]] = {
    **inspect.CALLS,
    **mutate.CALLS,
    **configure.CALLS,
    **reports.CALLS,
}


def control(state: State, request: Request) -> Reply:
    """Do what the call asks; its result is JSON, ready text when it is bytes."""
    call = CALLS.get(request.path.removeprefix(PREFIX))
    if call is None:
        return _refusal(404, f"no such call; known are {', '.join(sorted(CALLS))}")
    try:
        result = call(state, Arguments(request))
    except ApiError as error:
        return error.reply()
    except (ValueError, TypeError, KeyError, msgspec.ValidationError) as error:
        return _refusal(400, f"{type(error).__name__}: {error}")
    except UnknownResourceError as error:
        return _refusal(404, f"no such resource: {error}")
    return Reply(200, result if isinstance(result, bytes) else orjson.dumps(result), JSON)


def _refusal(status: int, message: str) -> Reply:
    return Reply(status, orjson.dumps({"error": message}), JSON)
