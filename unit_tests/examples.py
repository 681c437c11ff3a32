"""How many examples a property test draws."""

from hypothesis import settings


def at_least(examples: int) -> settings:
    """Return a decorator that draws so many examples, or more where the profile wants more."""
    return settings(max_examples=max(examples, settings().max_examples))
