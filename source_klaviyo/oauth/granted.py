"""Tokens from the token endpoint."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Granted:
    """Tokens from the token endpoint, the access token's life in seconds, and its scopes.

    `scopes` is None if the answer has no scopes.
    """

    access_token: str = field(repr=False)
    refresh_token: str = field(repr=False)
    lifetime: float
    scopes: frozenset[str] | None
