"""The calls that change, inspect and configure a running sandbox: `POST /_sandbox/NAME`.

A call's body is a JSON object. Its members are the arguments of the method behind the call, checked
against the method's annotations.
"""

import inspect
from collections.abc import Callable
from functools import partial

import msgspec

from klaviyo_sandbox.api.errors import ApiError
from klaviyo_sandbox.control.truth import Truth
from klaviyo_sandbox.reports.truth import ReportTruth
from klaviyo_sandbox.shop.change import UnknownResourceError
from klaviyo_sandbox.shop.day import day_passes
from klaviyo_sandbox.state import State
from klaviyo_sandbox.store.json_text import JsonObject, load_object
from klaviyo_sandbox.web.reply import Reply
from klaviyo_sandbox.web.request import Request

PREFIX = "/_sandbox/"
JSON = "application/json"


def calls_of(state: State) -> dict[str, Callable[..., object]]:
    """Return the method behind each call."""
    truth, reports = Truth(state.shop), ReportTruth(state.reports)
    return {
        "now": truth.now,
        "sizes": truth.sizes,
        "ids": truth.ids,
        "documents": truth.documents,
        "members": truth.members,
        "related": truth.related,
        "add": state.changes.add,
        "update": state.changes.update,
        "hide": state.changes.hide,
        "delete": state.changes.delete,
        "put": state.changes.put,
        "join": state.changes.join,
        "day_passes": partial(day_passes, state.changes),
        "change_while_read": state.change_rules.add,
        "clear_changes": state.change_rules.clear,
        "fail": state.faults.add,
        "clear_faults": state.faults.clear,
        "faults": state.faults.listed,
        "set_quirks": state.quirks.replace,
        "add_key": state.keys.add,
        "install_app": state.grants.install,
        "uninstall_app": state.grants.uninstall,
        "set_oauth": state.grants.set_rules,
        "secrets": state.grants.secrets,
        "enforce_limits": state.limiter.enforce,
        "override_limit": state.limiter.override,
        "set_latency": state.set_latency,
        "advance": state.clock.advance,
        "requests": state.log.listed,
        "counts": state.log.counts,
        "reset_requests": state.log.reset,
        "report_rows": reports.rows,
        "aggregate_rows": reports.aggregates,
        "change_report": state.reports.late.add,
        "refuse_metrics": state.reports.conversion_metrics.refuse,
    }


def control(state: State, request: Request) -> Reply:
    """Do what the call asks. Its result is JSON, ready text if it is bytes."""
    calls = calls_of(state)
    call = calls.get(request.path.removeprefix(PREFIX))
    if call is None:
        return _refusal(404, f"no such call; known are {', '.join(sorted(calls))}")
    try:
        result = call(**_arguments(call, request.body))
    except ApiError as error:
        return error.reply()
    except (ValueError, TypeError, KeyError, msgspec.MsgspecError) as error:
        return _refusal(400, f"{type(error).__name__}: {error}")
    except UnknownResourceError as error:
        return _refusal(404, f"no such resource: {error}")
    return Reply(200, result if isinstance(result, bytes) else msgspec.json.encode(result), JSON)


def _arguments(call: Callable[..., object], body: bytes) -> dict[str, object]:
    """Return the members of the body, each as the type that the method's parameter has."""
    given = msgspec.json.decode(body, type=dict[str, msgspec.Raw])
    kinds = inspect.signature(call, eval_str=True).parameters
    found: dict[str, object] = {}
    for name, text in given.items():
        if name not in kinds:
            raise TypeError(f"unknown argument: {name}")
        kind = kinds[name].annotation
        # Custom properties may hold integers beyond 64 bit, which msgspec does not keep.
        exact = kind == JsonObject
        found[name] = load_object(bytes(text)) if exact else msgspec.json.decode(text, type=kind)
    return found


def _refusal(status: int, message: str) -> Reply:
    return Reply(status, msgspec.json.encode({"error": message}), JSON)
