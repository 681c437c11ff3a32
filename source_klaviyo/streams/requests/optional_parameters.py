"""Trials that find the part of a request that Klaviyo refuses, and leave it out once proven.

An `include` needs the scope of the included resources; an attribute can be withdrawn. Neither may
cost the rows themselves.
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
"""Weight of a page that was refused with a part, or failed, and was served without. A single page
may be load or an incident, and single rows may be broken (klaviyo-api-node 117): they must not cost
all other rows the part."""


class OptionalParameters:
    """The parts left out of requests for a single collection, shared by all threads.

    A refused page is tried without each part in turn, at last without all of them. After two pages
    in a row, or ten rows, without a part, the rest of the sync leaves the part out.

    `scopes` are the parts that need a scope of their own. If `granted` knows that the scope is
    missing, the part is left out without a trial.

    >>> from source_klaviyo.api.auth import ApiKey
    >>> parts = OptionalParameters("flows", GrantedScopes(ApiKey("pk_123")), {})
    >>> refused = ParameterRefused("no", "include")
    >>> parts.next_trial(frozenset(), ["include=tags"], refused)
    frozenset({'include=tags'})
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
        """The parts that no request may have."""
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
        """Return the parts to leave out of a refused request next, None after the last trial.

        `optional` are the parts that the request can do without, `failure` is Klaviyo's refusal.
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
        """Note a page served with all parts: earlier refusals were about their own pages alone."""
        self._proofs.clear()

    def served_without(self, parts: Parts, *, is_row: bool) -> None:
        """Note that a page which was refused, or failed, has been served without `parts`.

        `is_row` means a page of a single row.
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
                "%s: Klaviyo does not serve %s. The records of refused pages come without. %s",
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
