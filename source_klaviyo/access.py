"""Access of credentials: the account's name, and the readable streams."""

import logging
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import msgspec
from airbyte_cdk.models import FailureType

from source_klaviyo.api.documents.json_parts import id_text, member, text
from source_klaviyo.api.granted_scopes import GrantedScopes
from source_klaviyo.errors import ParameterRefused, ScopeMissing, StreamFailed
from source_klaviyo.protocol import Record
from source_klaviyo.reports.report_stream import ReportStream
from source_klaviyo.streams.accounts import Accounts
from source_klaviyo.streams.kinds.base import KlaviyoStream
from source_klaviyo.streams.kinds.included import IncludedStream
from source_klaviyo.streams.kinds.item import ItemStream
from source_klaviyo.streams.kinds.union import UnionStream

logger = logging.getLogger("airbyte")

_PROBES_AT_ONCE = 8


@dataclass(frozen=True, slots=True)
class Access:
    r"""The access of credentials: the account, and the streams that cannot be read, by reason.

    `forbidden` are closed streams that Klaviyo has surely refused, so that no later try can help.
    `poorer` are streams that are read without some part, by the reason.

    >>> Access("the account Demo (A1)", {"Missing scope tags:read": ["tags"]}, (), {}, 5).summary
    'Signed in to the account Demo (A1); 4 of 5 streams can be read.\nMissing scope tags:read: tags'
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
        """The message for the user: the account, then a line for each reason."""
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
    """Return the access of the credentials, after a request for each scope.

    `granted` is the known part of the scopes, and learns the outcomes. Raises StreamFailed if
    Klaviyo cannot be reached or does not know the credentials.
    """
    account = account_of(streams)
    accounts = _accounts(streams)
    others = [stream for stream in streams if stream is not accounts]
    refusals, failed = _probe_scopes(others, granted)
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
        elif stream.name in failed:
            closed[_told(failed[stream.name])].append(stream.name)
        elif missing := [scope for _, scope in stream.include_scopes if scope in refusals]:
            poorer[f"Read without the parts that need {' and '.join(missing)}"].append(stream.name)
    return Access(_name(account), closed, forbidden, poorer, len(streams))


def account_of(streams: Sequence[KlaviyoStream]) -> Sequence[Record] | ScopeMissing:
    """Return the account's record, or that its scope is missing.

    Raises StreamFailed if Klaviyo cannot be reached or does not know the credentials.
    """
    account = _probed(_accounts(streams))
    if isinstance(account, StreamFailed) and not isinstance(account, ScopeMissing):
        raise account
    return account


def _accounts(streams: Sequence[KlaviyoStream]) -> KlaviyoStream:
    return next(stream for stream in streams if isinstance(stream, Accounts))


def _probe_scopes(
    streams: Sequence[KlaviyoStream], granted: GrantedScopes
) -> tuple[dict[str, StreamFailed | None], dict[str, StreamFailed]]:
    """Return the missing scopes with Klaviyo's refusals, and failures of single streams by name.

    The refusal is None for a scope without a request. A request that Klaviyo refuses for its form
    (400) says nothing of other streams. Scopes are probed in turn; scopes that open a stream only
    together with others come after the others.
    """
    scopes = {scope for stream in streams for scope in stream.scopes}
    refusals: dict[str, StreamFailed | None] = {
        scope: None for scope in scopes if granted.lacks(scope)
    }
    failed: dict[str, StreamFailed] = {}
    known = set(refusals) | {"accounts:read"}
    while probes := _next_probes(streams, known, refusals):
        with ThreadPoolExecutor(_PROBES_AT_ONCE) as pool:
            outcomes = pool.map(_probed, probes.values())
            for scope, outcome in zip(probes, outcomes, strict=True):
                known.add(scope)
                if isinstance(outcome, ParameterRefused):
                    failed[probes[scope].name] = outcome
                elif isinstance(outcome, StreamFailed):
                    refusals[scope] = outcome
    return refusals, failed


def _next_probes(
    streams: Sequence[KlaviyoStream],
    known: Collection[str],
    refusals: Collection[str],
) -> dict[str, KlaviyoStream]:
    """Return a stream for each scope that can be probed now."""
    found: dict[str, KlaviyoStream] = {}
    for stream in sorted(streams, key=_weight):
        unknown = [scope for scope in stream.scopes if scope not in known]
        open_so_far = not any(scope in refusals for scope in stream.scopes)
        if len(unknown) == 1 and open_so_far and _shows_its_scopes(stream):
            found.setdefault(unknown[0], stream)
    return found


def _weight(stream: KlaviyoStream) -> tuple[bool, bool, bool, int]:
    """Return a sort key by which streams with other reasons for a refusal come last."""
    return (
        bool(stream.costly),
        isinstance(stream, IncludedStream),
        stream.oldest_revision is not None,
        len(stream.include),
    )


def _shows_its_scopes(stream: KlaviyoStream) -> bool:
    """Whether the first page of a stream needs all of its scopes and no other."""
    if stream.parent or isinstance(stream, UnionStream | ReportStream):
        return False
    lists_only = isinstance(stream, ItemStream)  # a listing does not show the scopes of its items
    included = {scope for _, scope in stream.include_scopes}
    return (not lists_only or len(stream.scopes) == 1) and included <= {*stream.scopes}


def _listed(names: Sequence[str]) -> str:
    *first, last = names
    return f"{', '.join(first)} and {last}" if first else last


def _why(missing: Sequence[str], refusals: Mapping[str, StreamFailed | None]) -> str:
    """Return the reason for streams that need the `missing` scopes."""
    named = f"Missing scope{'s' * (len(missing) > 1)} {_listed(missing)}"
    for scope in missing:
        refusal = refusals[scope]
        if refusal and not isinstance(refusal, ScopeMissing):
            return _told(refusal)
        if isinstance(refusal, ScopeMissing) and "scope" not in refusal.detail:
            # The feature may belong to another plan: Klaviyo's words beat a guess.
            return f"{named}, or not in the account's plan (Klaviyo says: {refusal.detail})"
    return named


def _told(failure: StreamFailed) -> str:
    return str(failure.message).rstrip(".")


def _probed(stream: KlaviyoStream) -> Sequence[Record] | StreamFailed:
    """Return the first records of `stream`, or why there are none."""
    try:
        return stream.probe()
    except StreamFailed as refused:
        return refused


def _is_sure(refusal: StreamFailed | None) -> bool:
    """Whether no later try can help: an OAuth token lacks the scope (None), or a 403."""
    return refusal is None or refusal.failure_type is FailureType.config_error


def _name(accounts: Sequence[Record] | StreamFailed) -> str:
    if isinstance(accounts, StreamFailed) or not accounts:
        return "an account whose name the credentials may not read"
    account = msgspec.Raw(b"".join(accounts[0]))
    named = text(member(account, ("attributes", "contact_information", "organization_name")))
    account_id = id_text(member(account, ("id",)))
    return f"the account {named} ({account_id})" if named else f"the account {account_id}"
