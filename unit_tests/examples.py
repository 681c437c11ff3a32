"""How many examples a property test draws."""

from typing import Final

from hypothesis import settings

_USUAL: Final = 100
"""Examples that Hypothesis draws where nothing else is said."""


def at_least(examples: int) -> settings:
    """Return a decorator that draws so many examples, or more where the profile wants more."""
    return settings(max_examples=max(examples, settings().max_examples))


def few(examples: int) -> settings:
    """Return a decorator that draws so many examples, or more where the profile wants thousands.

    It is for tests of which an example takes long.
    """
    most = settings().max_examples
    return settings(max_examples=most if most > _USUAL else examples)
