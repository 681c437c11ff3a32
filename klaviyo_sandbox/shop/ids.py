"""Ids in the forms Klaviyo gives them, repeatable from a seed."""

import base64
import uuid
from datetime import datetime
from random import Random

_CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz23456789"
_SCRAMBLE = 0x9E3779B97F4A7C15
_MASK = 2**64 - 1
_SHORT_LENGTH = 6


class Ids:
    """Gives out ids; no short id twice."""

    def __init__(self, random: Random) -> None:
        """Draw from `random`."""
        self._random = random
        self._short: set[str] = set()
        self._number = 116_466_000
        self._event = 0

    def ulid(self, at: datetime) -> str:
        """26 characters that sort by time: profiles, campaigns and their messages."""
        value = (int(at.timestamp() * 1000) << 80) | self._random.getrandbits(80)
        return "".join(_CROCKFORD[(value >> shift) & 31] for shift in range(125, -1, -5))

    def short(self) -> str:
        """6 characters: flows, lists, segments, metrics, templates."""
        while True:
            found = "".join(self._random.choices(_LETTERS, k=_SHORT_LENGTH))
            if found not in self._short:
                self._short.add(found)
                return found

    def uuid(self) -> str:
        """Return a random UUID: tags, push tokens, jobs."""
        return str(uuid.UUID(int=self._random.getrandbits(128), version=4))

    def number(self) -> str:
        """Return a numeric string: flow actions, form versions, images."""
        self._number += 1 + self._random.randrange(9)
        return str(self._number)

    def event(self) -> str:
        """11 characters: events. They neither count up nor repeat."""
        self._event += 1
        scrambled = (self._event * _SCRAMBLE) & _MASK
        return base64.urlsafe_b64encode(scrambled.to_bytes(8, "big"))[:11].decode()

    def digest(self) -> str:
        """32 hexadecimal digits: attributions."""
        return f"{self._random.getrandbits(128):032x}"
