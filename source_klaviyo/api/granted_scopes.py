"""The scopes of the credentials, as far as known."""

import logging
import threading
from collections import defaultdict

from source_klaviyo.api.auth import Signature

logger = logging.getLogger("airbyte")


class GrantedScopes:
    """A sync's knowledge of its credentials' scopes, for all threads.

    Klaviyo names the scopes of an OAuth app with its token; the scopes of a private key show only
    by refusals, and each scope is tried once.

    >>> from source_klaviyo.api.auth import ApiKey
    >>> scopes = GrantedScopes(ApiKey("pk_123"))
    >>> scopes.refused("tags:read")
    >>> scopes.lacks("tags:read"), scopes.lacks("lists:read")
    (True, False)
    """

    def __init__(self, signature: Signature) -> None:
        self._signature = signature
        self._refused: set[str] = set()
        self._reported: set[str] = set()
        self._enriched: dict[str, dict[str, None]] = defaultdict(dict)
        self._told: dict[tuple[str, str], bool] = {}
        self._lock = threading.Lock()

    def lacks(self, scope: str) -> bool:
        """Whether `scope` is known to be missing."""
        granted = self._signature.scopes
        return scope in self._refused or (granted is not None and scope not in granted)

    def enriches(self, scope: str, what: str) -> None:
        """Note that records lack `what` (`tags of campaigns`) if `scope` is missing."""
        with self._lock:
            self._enriched[scope][what] = None

    def answered(self, scope: str, what: str, *, told: bool) -> None:
        """Note whether an answer had `what` (`tags of campaigns`), which needs `scope`."""
        self._told[scope, what] = told or self._told.get((scope, what), False)

    def report_silence(self) -> None:
        """Log a warning for each scope whose resources no answer of the whole sync named."""
        silent: dict[str, list[str]] = defaultdict(list)
        for (scope, what), told in self._told.items():
            if not told:
                silent[scope].append(what)
        for scope, unnamed in silent.items():
            logger.warning(
                "Klaviyo has named no %s. If the account has some, the scope %s may be missing.",
                ", no ".join(unnamed),
                scope,
            )

    def refused(self, scope: str) -> None:
        """Note that Klaviyo refuses requests for lack of `scope`."""
        self._refused.add(scope)
        self.report(scope)

    def report(self, scope: str) -> None:
        """Log a warning about a missing scope, once, if records lack something for it."""
        with self._lock:
            what = list(self._enriched[scope])
            if scope in self._reported or not what:
                return
            self._reported.add(scope)
        how = (
            "allow it when you sign in again"
            if self._signature.is_oauth
            else "create a key that has it"
        )
        logger.warning(
            "Missing scope %s: records have null for the %s. To read them, %s.",
            scope,
            ", the ".join(what),
            how,
        )
