"""Control calls that configure how the sandbox behaves."""

from collections.abc import Callable
from urllib.parse import parse_qsl

import msgspec

from klaviyo_sandbox.change_rules import ActiveRule, ChangeRule
from klaviyo_sandbox.control.arguments import Arguments
from klaviyo_sandbox.faults import Fault
from klaviyo_sandbox.oauth.rules import OAuthRules
from klaviyo_sandbox.quirks import Quirks
from klaviyo_sandbox.state import State


def fail(state: State, arguments: Arguments) -> object:
    """Put a fault in force; the body holds its fields."""
    state.faults.add(Fault(**arguments.values))  # type: ignore[arg-type]  # a wrong field is refused as TypeError
    return None


def clear_faults(state: State, _arguments: Arguments) -> object:
    """Drop all faults."""
    state.faults.clear()
    return None


def add_key(state: State, arguments: Arguments) -> object:
    """Create the private key `name` with `scopes` (an access token, if `oauth`)."""
    state.keys.add(
        arguments.text("name"), arguments.texts("scopes"), oauth=bool(arguments.flag("oauth"))
    )
    return None


def revoke_key(state: State, arguments: Arguments) -> object:
    """Make the key or token `name` unknown."""
    state.keys.revoke(arguments.text("name"))
    return None


def install_app(state: State, arguments: Arguments) -> object:
    """Allow the app `scopes` (not given: everything); return its tokens."""
    scopes = arguments.texts("scopes") if arguments.values.get("scopes") is not None else None
    issued = state.grants.install(scopes)
    return {
        "access_token": issued.access_token,
        "refresh_token": issued.refresh_token,
        "expires_in": issued.expires_in,
    }


def uninstall_app(state: State, _arguments: Arguments) -> object:
    """Take back all that the app was allowed."""
    state.grants.uninstall()
    return None


def set_oauth(state: State, arguments: Arguments) -> object:
    """Let OAuth behave by other rules; the body holds their fields."""
    state.grants.set_rules(msgspec.convert(arguments.values, OAuthRules))
    return None


def set_limits(state: State, arguments: Arguments) -> object:
    """Enforce rate limits, or not (`on`), and forget all that was counted."""
    state.limiter.enabled = bool(arguments.flag("on"))
    state.limiter.reset()
    return None


def override_limit(state: State, arguments: Arguments) -> object:
    """Give the endpoint `path` another `burst` (per second) and `steady` (per minute).

    With `daily`, so many per `day_seconds` as well.
    """
    windows = {1: int(arguments.number("burst", 1)), 60: int(arguments.number("steady", 1))}
    daily = int(arguments.number("daily", 0))
    if daily:
        windows[int(arguments.number("day_seconds", 86_400))] = daily
    state.limiter.override(arguments.text("path"), windows)
    return None


def set_latency(state: State, arguments: Arguments) -> object:
    """Wait `ms` before each reply, and up to `jitter_ms` more."""
    state.latency_ms = arguments.number("ms", 0.0)
    state.jitter_ms = arguments.number("jitter_ms", 0.0)
    return None


def set_gzip(state: State, arguments: Arguments) -> object:
    """Compress replies for clients that ask, or not (`on`)."""
    state.gzip = bool(arguments.flag("on"))
    return None


def set_clock_skew(state: State, arguments: Arguments) -> object:
    """Make the `Date` header wrong by so many `seconds`."""
    state.clock.skew_seconds = arguments.number("seconds", 0.0)
    return None


def advance(state: State, arguments: Arguments) -> object:
    """Move the sandbox's clock forward by `seconds`."""
    state.clock.advance(arguments.number("seconds", 0.0))
    return state.clock.now().isoformat()


def warm(state: State, arguments: Arguments) -> object:
    """Write all events as a `query` on /api/events would have them.

    So that a benchmark finds them ready.
    """
    return state.api.warm("/api/events", tuple(parse_qsl(arguments.text("query"))))


def reset_requests(state: State, _arguments: Arguments) -> object:
    """Forget the requests made so far."""
    state.log.reset()
    return None


def change_while_read(state: State, arguments: Arguments) -> object:
    """Put a rule in force; the body holds its fields."""
    rule = msgspec.convert(arguments.values, ChangeRule)
    state.change_rules.rules.append(ActiveRule(rule))
    return None


def clear_changes(state: State, _arguments: Arguments) -> object:
    """Drop all rules; return the ids that each has changed."""
    changed = [active.ids for active in state.change_rules.rules]
    state.change_rules.rules.clear()
    return changed


def set_quirks(state: State, arguments: Arguments) -> object:
    """Put `quirks` in force, a list, in place of those before."""
    state.quirks.replace(msgspec.convert(arguments.values["quirks"], tuple[Quirks, ...]))
    return None


CALLS: dict[str, Callable[[State, Arguments], object]] = {
    "fail": fail,
    "clear_faults": clear_faults,
    "add_key": add_key,
    "revoke_key": revoke_key,
    "install_app": install_app,
    "uninstall_app": uninstall_app,
    "set_oauth": set_oauth,
    "set_limits": set_limits,
    "override_limit": override_limit,
    "set_latency": set_latency,
    "set_gzip": set_gzip,
    "set_clock_skew": set_clock_skew,
    "advance": advance,
    "reset_requests": reset_requests,
    "warm": warm,
    "change_while_read": change_while_read,
    "clear_changes": clear_changes,
    "set_quirks": set_quirks,
}
