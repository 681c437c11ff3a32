"""The quirks in force, and what they have to remember between requests."""

import fnmatch
from collections import Counter
from collections.abc import Sequence
from random import Random

from klaviyo_sandbox.quirks import Often, Quirks, merge

KEPT_CURSORS = 200_000


class QuirkBook:
    """Finds the quirks of a path, and counts how often they were met."""

    def __init__(self, rules: Sequence[Quirks], random: Random) -> None:
        """Start with `rules`; `random` draws opaque cursors."""
        self._random = random
        self._rules = tuple(rules)
        self._found: dict[str, Quirks | None] = {}
        self._counts: Counter[tuple[str, str]] = Counter()
        self._cursors: dict[str, str] = {}

    def replace(self, rules: Sequence[Quirks]) -> None:
        """Put other quirks in force, with all counts at zero; cursors stay known."""
        self._rules = tuple(rules)
        self._found.clear()
        self._counts.clear()

    def find(self, path: str) -> Quirks | None:
        """Return the quirks of a path; None when there are none."""
        if not self._rules:
            return None
        if path not in self._found:
            matching = [rule for rule in self._rules if fnmatch.fnmatchcase(path, rule.path)]
            merged = matching[0] if matching else None
            for rule in matching[1:]:
                merged = rule if merged is None else merge(merged, rule)
            self._found[path] = merged
        return self._found[path]

    def due(self, option: str, path: str, often: Often) -> bool:
        """Whether something that happens so `often` happens to this request."""
        if often == "once":
            self._counts[(option, path)] += 1
            return self._counts[(option, path)] == 1
        return often == "always"

    def every(self, option: str, path: str, number: int) -> bool:
        """Whether this request is one of every `number`; never when that is 0."""
        if not number:
            return False
        self._counts[(option, path)] += 1
        return self._counts[(option, path)] % number == 0

    def hide(self, cursor: str) -> str:
        """Return random text that stands for a page cursor."""
        if len(self._cursors) >= KEPT_CURSORS:
            self._cursors.pop(next(iter(self._cursors)))
        token = f"{self._random.getrandbits(160):040x}"
        self._cursors[token] = cursor
        return token

    def reveal(self, token: str) -> str | None:
        """Return the page cursor that `hide` gave this text for."""
        return self._cursors.get(token)
