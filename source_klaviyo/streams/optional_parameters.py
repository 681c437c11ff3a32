"""Finds out which part of a request Klaviyo refuses, and leaves that out from then on.

An `include` needs the scope of what is included, an attribute can be withdrawn, a page with
predictive analytics can be too much for Klaviyo. The rows themselves must not be lost for that.
"""

import logging
import threading
from collections.abc import Mapping, Sequence

from airbyte_cdk.models import FailureType

from source_klaviyo.api.granted_scopes import GrantedScopes
from source_klaviyo.errors import ParameterRefused, ScopeMissing, StreamFailed

logger = logging.getLogger("airbyte")

Parts = frozenset[str]


class OptionalParameters:
    """What is left out of the requests for one collection, for all threads.

    Once a request is refused, the same is tried without one part after the other, at last without
    all. What it succeeds without stays left out.

    `scopes` are the parts that need a scope of their own. Where `granted` knows that to be missing,
    they are left out without asking.
    """

    def __init__(self, collection: str, granted: GrantedScopes, scopes: Mapping[str, str]) -> None:
        self.scopes = scopes
        self._collection = collection
        self._granted = granted
        self._lock = threading.Lock()
        self._left_out: Parts = frozenset()
        self._confirmed: Parts = frozenset()
        self._untried: list[Parts] | None = None
        self._suspect: Parts | None = None
        self._passing = False
        self._for_scope = False
        self._refusal = ""

    @property
    def left_out(self) -> Parts:
        """What the next request is to be sent without."""
        lacking = {part for part, scope in self.scopes.items() if self._granted.lacks(scope)}
        if not lacking <= self._confirmed:
            self._leave_out(lacking)
        return self._left_out

    @property
    def refusal(self) -> str:
        """Why something is left out, in Klaviyo's words."""
        return self._refusal

    @property
    def failure_type(self) -> FailureType:
        """Whether time may bring it back, or the user."""
        return FailureType.transient_error if self._passing else FailureType.config_error

    def refused(self, sent_without: Parts, optional: Sequence[str], failure: StreamFailed) -> bool:
        """Note that a request met `failure`; tell whether it is worth sending with less.

        `optional` are the parts that it had and can do without.
        """
        with self._lock:
            if sent_without != self._left_out:
                return True  # another thread has been told already
            if self._untried is None:
                self._refusal = str(failure.message)
                self._passing = failure.failure_type is FailureType.transient_error
                self._for_scope = isinstance(failure, ScopeMissing)
                self._untried = self._trials(optional, failure)
            if not self._untried:
                self._left_out = self._confirmed
                return False
            self._left_out = self._untried.pop(0)
            return True

    def accepted(self, sent_without: Parts) -> bool:
        """Note that a request without these parts succeeded; tell whether its answer is good.

        It is not where all has to be asked for once more: a fault may have passed meanwhile.
        """
        if sent_without == self._confirmed and not self._suspect and self._untried != []:
            return True
        with self._lock:
            if sent_without == self._confirmed:
                # What has failed before succeeds as a whole: no part of it was refused.
                self._suspect = None
                if not self._untried:
                    self._untried = None
                return True
            if sent_without != self._left_out:
                return not self._passing
            self._untried = None
            if self._passing and sent_without != self._suspect:
                self._suspect, self._left_out = sent_without, self._confirmed
                return False
            new = sorted(sent_without - self._confirmed)
            self._confirmed = sent_without
            if self._for_scope:
                for scope in {self.scopes[part] for part in new if part in self.scopes}:
                    self._granted.refused(scope)
                new = [part for part in new if part not in self.scopes]
            if not new:
                return True
            logger.warning(
                "%s: Klaviyo refuses %s. It is left out of this sync, and the records have null for"
                " what it would have brought. %s",
                self._collection,
                " and ".join(new),
                self._refusal,
            )
            return True

    def _leave_out(self, lacking: set[str]) -> None:
        with self._lock:
            new = lacking - self._confirmed
            self._confirmed |= new
            self._left_out, self._untried, self._suspect = self._confirmed, None, None
            missing = sorted({self.scopes[part] for part in new})
        for scope in missing:
            self._granted.report(scope)

    def _trials(self, optional: Sequence[str], failure: StreamFailed) -> list[Parts]:
        named = failure.parameter if isinstance(failure, ParameterRefused) else None
        parts = [part for part in optional if part not in self._confirmed]
        parts.sort(key=lambda part: not named or not part.startswith(named))
        if self._for_scope:
            parts.sort(key=lambda part: part not in self.scopes)
        includes = [part for part in parts if part.startswith("include=")]
        groups = [[part] for part in parts]
        groups += [group for group in (includes, parts) if len(group) > 1]
        trials = [self._confirmed | {*group} for group in groups]
        trials.sort(key=lambda parts: parts != self._suspect)
        return trials
