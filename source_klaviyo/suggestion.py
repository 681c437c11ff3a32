"""Suggestions of known words for an unknown word."""

from collections.abc import Iterable
from difflib import get_close_matches


def did_you_mean(unknown: Iterable[str], known: Iterable[str]) -> str:
    """Return a sentence with the known words closest to the `unknown` words, empty without any.

    >>> did_you_mean(["profile"], ["profiles", "lists"])
    ' Did you mean profiles?'
    """
    choices = list(known)
    close = [match for word in unknown for match in get_close_matches(word, choices, n=1)]
    return f" Did you mean {', '.join(dict.fromkeys(close))}?" if close else ""


def did_you_mean_or(unknown: Iterable[str], known: Iterable[str], there_are: str) -> str:
    """Return `did_you_mean`; without a close word, `there_are` and all known words.

    >>> did_you_mean_or(["x"], ["profiles", "lists"], "There are")
    ' There are: profiles, lists.'
    """
    words, choices = list(unknown), list(known)
    return did_you_mean(words, choices) or f" {there_are}: {', '.join(choices)}."
