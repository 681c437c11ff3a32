"""Changes of the shop in the midst of a client's reading."""

import fnmatch
from dataclasses import dataclass, field
from random import Random
from typing import Literal

from klaviyo_sandbox.shop.change import Changes
from klaviyo_sandbox.store.world import HIDDEN_BY
from klaviyo_sandbox.web.request import Request

Change = Literal["update", "add", "archive", "unarchive"]


@dataclass(slots=True)
class ChangeRule:
    """A rule in force, with its requests so far and the changed ids, in order."""

    path: str
    every: int
    type: str
    rows: int
    change: Change
    times: int | None
    moves_updated: bool
    seen: int = 0
    done: int = 0
    ids: list[str] = field(default_factory=list)


@dataclass(slots=True)
class ChangeRules:
    """The rules in force."""

    changes: Changes
    random: Random
    rules: list[ChangeRule] = field(default_factory=list)

    def add(
        self,
        path: str,
        every: int,
        type: str,  # noqa: A002  # Klaviyo's own word
        rows: int,
        change: Change = "update",
        times: int | None = None,
        *,
        moves_updated: bool = False,
    ) -> None:
        """Change `rows` random resources of a `type` after `every` so many requests to `path`.

        `path` is a shell pattern; `times` is the largest number of changes. `archive` and
        `unarchive` leave `updated` alone, unless the change `moves_updated`: Klaviyo's own way is
        not known.
        """
        self.rules.append(ChangeRule(path, every, type, rows, change, times, moves_updated))

    def clear(self) -> list[list[str]]:
        """Drop all rules; return the changed ids of each rule."""
        changed = [rule.ids for rule in self.rules]
        self.rules.clear()
        return changed

    def apply(self, request: Request) -> None:
        """Count a request before its answer; make the changes that are due."""
        for rule in self.rules:
            spent = rule.times is not None and rule.done >= rule.times
            if spent or not fnmatch.fnmatchcase(request.path, rule.path):
                continue
            rule.seen += 1
            if rule.seen > 1 and (rule.seen - 1) % rule.every == 0:
                rule.done += 1
                rule.ids += self._change(rule)

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
