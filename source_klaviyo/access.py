"""Whose account the credentials open, and which streams they may read."""

import logging
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta

import msgspec

from source_klaviyo.api import revision as revisions
from source_klaviyo.errors import ScopeMissing, StreamFailed
from source_klaviyo.protocol import Record
from source_klaviyo.streams.accounts import Accounts
from source_klaviyo.streams.base import KlaviyoStream

logger = logging.getLogger("airbyte")

_PROBES_AT_ONCE = 4
_WARN_BEFORE = timedelta(days=180)


class _Contact(msgspec.Struct):
    organization_name: str | None = None


class _AccountAttributes(msgspec.Struct):
    contact_information: _Contact = msgspec.field(default_factory=_Contact)


class _Account(msgspec.Struct):
    id: str
    attributes: _AccountAttributes = msgspec.field(default_factory=_AccountAttributes)


@dataclass(frozen=True, slots=True)
class Access:
    """What a key opens: the account in words, and by stream why it cannot be read, if so."""

    account: str
    obstacles: dict[str, str | None]

    @property
    def usable(self) -> bool:
        """Whether any stream can be read."""
        return not all(self.obstacles.values())

    @property
    def summary(self) -> str:
        """One paragraph for the user."""
        closed = {name: why for name, why in self.obstacles.items() if why}
        if not self.usable:
            return f"No stream can be read. {next(iter(closed.values()))}"
        if not closed:
            return f"Signed in to {self.account}. Every stream can be read."
        listed = "; ".join(f"{name}: {why}" for name, why in closed.items())
        return f"Signed in to {self.account}. These streams cannot be read: {listed}"


def probe(streams: Sequence[KlaviyoStream]) -> Access:
    """Ask Klaviyo for one row of every stream, and log what it says of each.

    Raises StreamFailed where Klaviyo cannot be reached or does not know the credentials.
    """
    accounts = next(stream for stream in streams if isinstance(stream, Accounts))
    account = _outcome(accounts)
    if isinstance(account, StreamFailed) and not isinstance(account, ScopeMissing):
        raise account
    others = [stream for stream in streams if stream is not accounts]
    with ThreadPoolExecutor(_PROBES_AT_ONCE) as pool:
        outcomes = dict(zip(others, pool.map(_outcome, others), strict=True))
    outcomes[accounts] = account
    obstacles = {stream.name: _obstacle(outcomes[stream]) for stream in streams}
    for stream in streams:
        needs = " and ".join(stream.scopes)
        logger.info("%s: %s", stream.name, obstacles[stream.name] or f"can be read (scope {needs})")
    return Access(_name(account), obstacles)


def warn_of_retirement(revision: str) -> None:
    """Log a warning when `revision` is close to the end of its life."""
    ends = revisions.retired_on(revision)
    left = ends - revisions.today()
    if left < _WARN_BEFORE:
        logger.warning(
            "Klaviyo retires revision %s on %s, in %d days. Update this connector, or set"
            " `revision` to a newer one.",
            revision,
            ends,
            left.days,
        )


def _outcome(stream: KlaviyoStream) -> Sequence[Record] | StreamFailed:
    try:
        return stream.probe()
    except StreamFailed as refused:
        return refused


def _obstacle(outcome: Sequence[Record] | StreamFailed) -> str | None:
    return outcome.message if isinstance(outcome, StreamFailed) else None


def _name(accounts: Sequence[Record] | StreamFailed) -> str:
    if isinstance(accounts, StreamFailed) or not accounts:
        return "an account whose name the credentials may not read"
    account = msgspec.json.decode(b"".join(accounts[0]), type=_Account)
    name = account.attributes.contact_information.organization_name
    return f"the account {name} ({account.id})" if name else f"the account {account.id}"
