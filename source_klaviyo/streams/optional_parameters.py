"""Finds out which part of a request Klaviyo refuses, and leaves that out once it is proven.

An `include` needs the scope of what is included; an attribute can be withdrawn. The rows themselves
must not be lost for that.
"""

import logging
import threading
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Final

from source_klaviyo.api.granted_scopes import GrantedScopes
from source_klaviyo.errors import ParameterRefused, ScopeMissing, StreamFailed

logger = logging.getLogger("airbyte")

Parts = frozenset[str]

_PROVEN: Final = 10
_BY_PAGE: Final = 5
_BY_ROW: Final = 1
"""What a page weighs that was refused with a part, or failed with it, and was served without. A
single page may be load or an incident, and single rows may be broken (klaviyo-api-node 117): they
must not cost what all others have."""


class OptionalParameters:
    """What is left out of the requests for one collection, for all threads.

    A page that is refused is tried without one part after the other, at last without all of them.
    What two pages in a row have been served without, or ten rows, is left out of the rest of the
    sync.

    `scopes` are the parts that need a scope of their own. Where `granted` knows that to be missing,
    they are left out without asking.
    """

    def __init__(self, collection: str, granted: GrantedScopes, scopes: Mapping[str, str]) -> None:
        self.scopes = scopes
        self.refusal = ""
        self._collection = collection
        self._granted = granted
        self._lock = threading.Lock()
        self._proven: Parts = frozenset()
        self._proofs: Counter[Parts] = Counter()
        self._is_for_scope = False
        self._told: set[str] = set()

    @property
    def left_out(self) -> Parts:
        """What every request is to be sent without."""
        lacking = {part for part, scope in self.scopes.items() if self._granted.lacks(scope)}
        if not lacking <= self._proven:
            with self._lock:
                new = sorted({self.scopes[part] for part in lacking - self._proven})
                self._proven |= lacking
            for scope in new:
                self._granted.report(scope)
        return self._proven

    def next_trial(
        self, sent_without: Parts, optional: Sequence[str], failure: StreamFailed
    ) -> Parts | None:
        """Return what to send a refused request without next, None where all has been tried.

        `optional` are the parts that it can do without, `failure` is what it has met.
        """
        if not isinstance(failure, ScopeMissing | ParameterRefused):
            return None
        with self._lock:
            self.refusal, self._is_for_scope = (
                str(failure.message),
                isinstance(failure, ScopeMissing),
            )
            if not self._proven <= sent_without:
                return self._proven  # another page has proven meanwhile what to leave out
            trials = [self._proven | trial for trial in self._trials(optional, failure)]
        if sent_without in trials:
            trials = trials[trials.index(sent_without) + 1 :]
        return trials[0] if trials else None

    def served_whole(self) -> None:
        """Note that a page has been served with everything: what others lacked is theirs alone."""
        self._proofs.clear()

    def served_without(self, parts: Parts, *, is_row: bool) -> None:
        """Note that a page which was refused, or failed, has been served without `parts`.

        `is_row` tells that it was a page of a single row.
        """
        with self._lock:
            new = parts - self._proven
            self._proofs[new] += _BY_ROW if is_row else _BY_PAGE
            is_proven = bool(new) and self._proofs[new] >= _PROVEN
            if is_proven:
                self._proven |= new
        told = {part for part in new if part in self.scopes} if self._is_for_scope else set()
        for scope in {self.scopes[part] for part in told} if is_proven else ():
            self._granted.refused(scope)
        rest = " and ".join(sorted(new - told))
        if rest and rest not in self._told:
            self._told.add(rest)
            logger.warning(
                "%s: Klaviyo does not serve %s. The records of such pages lack it. %s",
                self._collection,
                rest,
                self.refusal,
            )

    def _trials(self, optional: Sequence[str], failure: StreamFailed) -> list[Parts]:
        named = failure.parameter if isinstance(failure, ParameterRefused) else None
        parts = [part for part in optional if part not in self._proven]
        parts.sort(key=lambda part: not named or not part.startswith(named))
        if self._is_for_scope:
            parts.sort(key=lambda part: part not in self.scopes)
        includes = [part for part in parts if part.startswith("include=")]
        groups = [[part] for part in parts]
        groups += [group for group in (includes, parts) if len(group) > 1]
        return list(dict.fromkeys(frozenset(group) for group in groups))
