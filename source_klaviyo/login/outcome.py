"""Outcomes of a sign-in."""

from collections.abc import Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A sign-in that worked, with the allowed scopes, None if Klaviyo does not name them."""

    refresh_token: str = field(repr=False)
    granted: frozenset[str] | None
    asked: Sequence[str]

    @property
    def denied(self) -> list[str]:
        """The scopes that were asked for and not allowed.

        >>> SignedIn("token", frozenset({"tags:read"}), ["tags:read", "lists:read"]).denied
        ['lists:read']
        """
        return [] if self.granted is None else sorted(set(self.asked) - self.granted)


@dataclass(frozen=True, slots=True)
class Failed:
    """A sign-in that failed: the event, and advice. With `final` false, the program waits on."""

    what: str
    advice: str
    final: bool = True
