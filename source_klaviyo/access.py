"""Whose account the credentials open, and which streams they may read."""

import logging
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import msgspec
from airbyte_cdk.models import FailureType

from source_klaviyo.api.granted_scopes import GrantedScopes
from source_klaviyo.api.json_parts import id_text, member, text
from source_klaviyo.errors import ScopeMissing, StreamFailed
from source_klaviyo.protocol import Record
from source_klaviyo.reports.report_stream import ReportStream
from source_klaviyo.streams.accounts import Accounts
from source_klaviyo.streams.base import KlaviyoStream
from source_klaviyo.streams.included import IncludedStream
from source_klaviyo.streams.item import ItemStream
from source_klaviyo.streams.union import UnionStream

logger = logging.getLogger("airbyte")

_PROBES_AT_ONCE = 8


@dataclass(frozen=True, slots=True)
class Access:
    """What credentials open: whose account, and which streams cannot be read, by reason.

    `forbidden` are those of them that Klaviyo has surely refused, so that no later try can help.
    `poorer` are the streams that are read without something, by the reason for it.
    """

    account: str
    closed: Mapping[str, Sequence[str]]
    forbidden: Collection[str]
    poorer: Mapping[str, Sequence[str]]
    streams: int

    @property
    def usable(self) -> bool:
        """Whether any stream can be read."""
        return sum(map(len, self.closed.values())) < self.streams

    @property
    def summary(self) -> str:
        """What to tell the user: the account, then a line for each reason."""
        readable = self.streams - sum(map(len, self.closed.values()))
        count = "every stream" if not self.closed else f"{readable} of {self.streams} streams"
        first = (
            f"Signed in to {self.account}; {count} can be read."
            if self.usable
            else "No stream can be read with these credentials."
        )
        reasons = (
            f"{why}: {', '.join(names)}"
            for why, names in [*self.closed.items(), *self.poorer.items()]
        )
        return "\n".join([first, *reasons])


def probe(streams: Sequence[KlaviyoStream], granted: GrantedScopes) -> Access:
    """Find out what the credentials open, asking one collection for each scope.

    `granted` is what is known of the scopes, and is told what turns out. Raises StreamFailed where
    Klaviyo cannot be reached or does not know the credentials.
    """
    accounts = next(stream for stream in streams if isinstance(stream, Accounts))
    account = _probed(accounts)
    if isinstance(account, StreamFailed) and not isinstance(account, ScopeMissing):
        raise account
    refusals = _probe_scopes([stream for stream in streams if stream is not accounts], granted)
    if isinstance(account, StreamFailed):
        refusals[accounts.scopes[0]] = account
    closed: dict[str, list[str]] = defaultdict(list)
    poorer: dict[str, list[str]] = defaultdict(list)
    forbidden: set[str] = set()
    for stream in streams:
        if missing := [scope for scope in stream.scopes if scope in refusals]:
            closed[_why(missing, refusals)].append(stream.name)
            if any(_is_sure(refusals[scope]) for scope in missing):
                forbidden.add(stream.name)
        elif missing := [scope for _, scope in stream.include_scopes if scope in refusals]:
            poorer[f"Read without what needs {' and '.join(missing)}"].append(stream.name)
    return Access(_name(account), closed, forbidden, poorer, len(streams))


def _probe_scopes(
    streams: Sequence[KlaviyoStream], granted: GrantedScopes
) -> dict[str, StreamFailed | None]:
    """Return the scopes that do not open, and what Klaviyo says; None where it was not asked.

    Scopes are asked for one by one; those that open something only together with others, after
    the others.
    """
    scopes = {scope for stream in streams for scope in stream.scopes}
    refusals: dict[str, StreamFailed | None] = {
        scope: None for scope in scopes if granted.lacks(scope)
    }
    known = set(refusals) | {"accounts:read"}
    while probes := _next_probes(streams, known, refusals):
        with ThreadPoolExecutor(_PROBES_AT_ONCE) as pool:
            outcomes = pool.map(_probed, probes.values())
            for scope, outcome in zip(probes, outcomes, strict=True):
                known.add(scope)
                if isinstance(outcome, StreamFailed):
                    refusals[scope] = outcome
    return refusals


def _next_probes(
    streams: Sequence[KlaviyoStream],
    known: Collection[str],
    refusals: Collection[str],
) -> dict[str, KlaviyoStream]:
    """Return for each scope that can be told now the stream that tells it."""
    found: dict[str, KlaviyoStream] = {}
    for stream in sorted(streams, key=_weight):
        unknown = [scope for scope in stream.scopes if scope not in known]
        open_so_far = not any(scope in refusals for scope in stream.scopes)
        if len(unknown) == 1 and open_so_far and _shows_its_scopes(stream):
            found.setdefault(unknown[0], stream)
    return found


def _weight(stream: KlaviyoStream) -> tuple[bool, bool, bool, int]:
    """Return what makes a stream a worse probe: what may be refused for reasons of its own."""
    return (
        bool(stream.costly),
        isinstance(stream, IncludedStream),
        stream.oldest_revision is not None,
        len(stream.include),
    )


def _shows_its_scopes(stream: KlaviyoStream) -> bool:
    """Tell whether the first page of a stream needs all of its scopes and no other."""
    if stream.parent or isinstance(stream, UnionStream | ReportStream):
        return False
    lists_only = isinstance(stream, ItemStream)  # what its items need does not show
    included = {scope for _, scope in stream.include_scopes}
    return (not lists_only or len(stream.scopes) == 1) and included <= {*stream.scopes}


def _listed(names: Sequence[str]) -> str:
    *first, last = names
    return f"{', '.join(first)} and {last}" if first else last


def _why(missing: Sequence[str], refusals: Mapping[str, StreamFailed | None]) -> str:
    """Return the reason that streams share which need the `missing` scopes."""
    named = f"Missing scope{'s' * (len(missing) > 1)} {_listed(missing)}"
    for scope in missing:
        refusal = refusals[scope]
        if refusal and not isinstance(refusal, ScopeMissing):
            return str(refusal.message).rstrip(".")
        if isinstance(refusal, ScopeMissing) and "scope" not in refusal.detail:
            # It may be a part of another plan: Klaviyo's words are worth more than a guess.
            return f"{named}, or not in the account's plan (Klaviyo says: {refusal.detail})"
    return named


def _probed(stream: KlaviyoStream) -> Sequence[Record] | StreamFailed:
    """Return the first records of `stream`, or why there are none."""
    try:
        return stream.probe()
    except StreamFailed as refused:
        return refused


def _is_sure(refusal: StreamFailed | None) -> bool:
    """Tell whether no later try can help: an OAuth token lacks the scope (None), or a 403."""
    return refusal is None or refusal.failure_type is FailureType.config_error


def _name(accounts: Sequence[Record] | StreamFailed) -> str:
    if isinstance(accounts, StreamFailed) or not accounts:
        return "an account whose name the credentials may not read"
    account = msgspec.Raw(b"".join(accounts[0]))
    named = text(member(account, ("attributes", "contact_information", "organization_name")))
    account_id = id_text(member(account, ("id",)))
    return f"the account {named} ({account_id})" if named else f"the account {account_id}"
