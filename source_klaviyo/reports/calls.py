"""Recent calls of reports, as state keeps them: a day's quota outlives a sync."""

import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from source_klaviyo.api.documents.document import second
from source_klaviyo.reports.days import DAY
from source_klaviyo.sync.state.stream_state import Json, is_list, written

_MORE_THAN_A_MINUTE: Final = 65.0
SLOT: Final = 600
"""Seconds whose calls are a single number in state."""


@dataclass(slots=True)
class Calls:
    """The calls of the last day by slots of ten minutes: refreshing and back-filling calls.

    Workers count while the main thread writes states.

    >>> calls = Calls()
    >>> calls.count(1_000_000.0, refreshing=True)
    >>> calls.since(999_000.0)
    (1, 0)
    """

    _slots: dict[int, tuple[int, int]] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def count(self, at: float, *, refreshing: bool, calls: int = 1) -> None:
        """Count calls made at the second `at`; a negative number takes them back."""
        slot = int(at) // SLOT * SLOT
        with self._lock:
            fresh, filling = self._slots.get(slot, (0, 0))
            if refreshing:
                fresh += calls
            else:
                filling += calls
            self._slots[slot] = max(0, fresh), max(0, filling)

    def since(self, moment: float) -> tuple[int, int]:
        """Return the refreshing and the back-filling calls that may be younger than `moment`."""
        with self._lock:
            young = [made for slot, made in self._slots.items() if slot + SLOT > moment]
        return sum(fresh for fresh, _ in young), sum(filling for _, filling in young)

    def ages(self, now: float) -> Iterator[float]:
        """Yield the age in seconds of each call of the last day, rather too young than too old.

        All ages exceed a minute, so that no call counts for the limit of a minute: a 429 shows if
        that limit is used up.
        """
        with self._lock:
            slots = dict(self._slots)
        for slot, made in slots.items():
            age = max(_MORE_THAN_A_MINUTE, now - slot - SLOT)
            if age < DAY:
                yield from [age] * sum(made)

    def forget_after(self, now: float) -> None:
        """Forget calls that a fast clock has dated into the future."""
        with self._lock:
            self._slots = {slot: made for slot, made in self._slots.items() if slot <= now}

    def dump(self, now: float) -> dict[str, Json]:
        """Return the calls of the last day as JSON."""
        with self._lock:
            return {
                written(slot): list(made)
                for slot, made in sorted(self._slots.items())
                if any(made) and slot + SLOT > now - DAY
            }

    @classmethod
    def load(cls, data: Json) -> "Calls":
        """Return the calls in `data`. Raises ValueError for anything that `dump` does not write."""
        calls = cls()
        if not isinstance(data, Mapping):
            raise ValueError("`calls` is not an object")  # noqa: TRY004  callers catch ValueError
        for slot, made in data.items():
            if not is_list(made) or len(made) != 2:  # noqa: PLR2004
                raise ValueError("an entry of `calls` is not a pair of numbers")
            numbers = [each for each in made if isinstance(each, int) and each >= 0]
            if len(numbers) != 2:  # noqa: PLR2004
                raise ValueError("an entry of `calls` is not a pair of numbers")
            for number, refreshing in zip(numbers, (True, False), strict=True):
                calls.count(second(slot), refreshing=refreshing, calls=number)
        return calls
