"""What becomes of a sign-in."""

from collections.abc import Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class SignedIn:
    """It worked. `granted` are the scopes that were allowed, None where Klaviyo does not say."""

    refresh_token: str = field(repr=False)
    granted: frozenset[str] | None
    asked: Sequence[str]

    @property
    def denied(self) -> list[str]:
        """The scopes that were asked for and not allowed."""
        return [] if self.granted is None else sorted(set(self.asked) - self.granted)


@dataclass(frozen=True, slots=True)
class Failed:
    """It did not; what happened, and what to do. One that is not `final` changes nothing."""

    what: str
    advice: str
    final: bool = True
