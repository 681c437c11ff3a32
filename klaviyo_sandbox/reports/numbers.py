"""Pseudo-random numbers by key, always the same."""

import hashlib

_MASK = 2**64 - 1


def key_of(*parts: object) -> int:
    """Return a 64-bit number for these parts."""
    text = "\0".join(map(str, parts)).encode()
    return int.from_bytes(hashlib.blake2b(text, digest_size=8).digest(), "big")


def mix(key: int, number: int) -> int:
    """Return another 64-bit number for each `number` under one key; cheap, for every day."""
    mixed = (key + number * 0x9E3779B97F4A7C15) & _MASK
    mixed = ((mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9) & _MASK
    return mixed ^ (mixed >> 27)
