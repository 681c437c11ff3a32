"""Faults: the sandbox fails on request."""

import fnmatch
from dataclasses import dataclass, field
from random import Random

from klaviyo_sandbox.web.request import Request

KINDS = frozenset({"status", "reset", "cut", "not_json", "html_403", "invalid_cursor"})


@dataclass(frozen=True, slots=True)
class Fault:
    """A rule about failing requests: their path, kind of fault and number.

    Kinds: `status` (an error document with `status`), `reset` (TCP reset), `cut` (the body ends
    before its Content-Length), `not_json` (200 with HTML), `html_403` (the edge's block page),
    `invalid_cursor` (400 on requests with a page cursor).
    """

    kind: str = "status"
    status: int = 500
    path: str = "*"
    """Shell pattern on the request's path, such as `/api/events` or `/api/lists/*/profiles`."""
    probability: float = 1.0
    times: int | None = None
    """The number of failing requests; None: all matching requests."""
    after: int = 0
    """The number of matching requests before the first failure."""
    retry_after: int | None = None
    """`Retry-After` of a `status` fault, in seconds."""

    def __post_init__(self) -> None:
        """Refuse unknown kinds.

        Raises:
            ValueError: the kind is unknown.
        """
        if self.kind not in KINDS:
            message = f"unknown kind of fault: {self.kind}; known are {', '.join(sorted(KINDS))}"
            raise ValueError(message)

    def matches(self, request: Request) -> bool:
        """Tell whether the rule is about a request."""
        if self.kind == "invalid_cursor" and request.cursor is None:
            return False
        return fnmatch.fnmatchcase(request.path, self.path)


@dataclass(slots=True)
class _Rule:
    fault: Fault
    seen: int = 0
    done: int = 0


@dataclass(slots=True)
class FaultBook:
    """The rules in force, tried in the order they were added."""

    random: Random
    rules: list[_Rule] = field(default_factory=list)

    def add(self, fault: Fault) -> None:
        """Put a rule in force."""
        self.rules.append(_Rule(fault))

    def clear(self) -> None:
        """Drop all rules."""
        self.rules.clear()

    def listed(self) -> list[tuple[Fault, int]]:
        """Return every fault in force, and the number of its requests."""
        return [(rule.fault, rule.done) for rule in self.rules]

    def pick(self, request: Request) -> Fault | None:
        """Return the fault this request runs into."""
        for rule in self.rules:
            fault = rule.fault
            if not fault.matches(request):
                continue
            rule.seen += 1
            spent = fault.times is not None and rule.done >= fault.times
            if spent or rule.seen <= fault.after or self.random.random() >= fault.probability:
                continue
            rule.done += 1
            return fault
        return None
