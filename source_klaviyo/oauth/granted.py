"""What the token endpoint gives."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Granted:
    """What the token endpoint gave: tokens, the access token's life in seconds, and its scopes.

    `scopes` is None where the answer does not tell.
    """

    access_token: str = field(repr=False)
    refresh_token: str = field(repr=False)
    lifetime: float
    scopes: frozenset[str] | None
