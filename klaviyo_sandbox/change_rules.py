"""Changes of the shop in the midst of a client's reading."""

import fnmatch
from dataclasses import dataclass, field
from random import Random
from typing import Literal

from klaviyo_sandbox.shop.change import Changes
from klaviyo_sandbox.store.world import HIDDEN_BY
from klaviyo_sandbox.web.request import Request

Change = Literal["update", "add", "archive", "unarchive"]


@dataclass(frozen=True, slots=True)
class ChangeRule:
    """Lets `rows` resources change after each `every` requests to a path."""

    path: str
    """Shell pattern on the request's path."""
    every: int
    type: str
    rows: int
    """The number of rows that change each time."""
    change: Change = "update"
    times: int | None = None
    """The largest number of changes; None: no bound."""
    moves_updated: bool = False
    """`archive` and `unarchive` move `updated`. Klaviyo's own way is not known."""


@dataclass(slots=True)
class ActiveRule:
    """A rule in force, with its requests so far and the changed ids, in order."""

    rule: ChangeRule
    seen: int = 0
    done: int = 0
    ids: list[str] = field(default_factory=list)


@dataclass(slots=True)
class ChangeRules:
    """The rules in force."""

    changes: Changes
    random: Random
    rules: list[ActiveRule] = field(default_factory=list)

    def add(self, rule: ChangeRule) -> None:
        """Put a rule in force."""
        self.rules.append(ActiveRule(rule))

    def clear(self) -> list[list[str]]:
        """Drop all rules; return the changed ids of each rule."""
        changed = [active.ids for active in self.rules]
        self.rules.clear()
        return changed

    def apply(self, request: Request) -> None:
        """Count a request before its answer; make the changes that are due."""
        for active in self.rules:
            rule = active.rule
            spent = rule.times is not None and active.done >= rule.times
            if spent or not fnmatch.fnmatchcase(request.path, rule.path):
                continue
            active.seen += 1
            if active.seen > 1 and (active.seen - 1) % rule.every == 0:
                active.done += 1
                active.ids += self._change(rule)

    def _change(self, rule: ChangeRule) -> list[str]:
        if rule.change == "add":
            return self.changes.add(rule.type, rule.rows)
        hidden = rule.change == "unarchive"
        flag = HIDDEN_BY.get(rule.type) if rule.change.endswith("archive") else None
        table = self.changes.shop.world.table(rule.type)
        free = [row.id for row in table if flag is None or bool(row.value(flag)) == hidden]
        ids = self.random.sample(free, min(rule.rows, len(free)))
        if rule.change == "update":
            return self.changes.update(rule.type, ids, {})
        return self.changes.hide(
            rule.type, ids, hidden=not hidden, moves_updated=rule.moves_updated
        )
