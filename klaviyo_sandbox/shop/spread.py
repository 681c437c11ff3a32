"""The times of events and changes."""

from datetime import UTC, datetime, timedelta
from itertools import accumulate
from random import Random

DAY = 86_400
SHOP_YEARS = 2
NEWEST_SECONDS = 60
"""Nothing generated is younger, so that a first read sees all of it."""
SPIKE = 30
SHARED = 0.12
"""Part of a shop's moments that fall on a second shared by many."""
_HOURS = (2, 1, 1, 1, 1, 2, 4, 7, 9, 10, 10, 9, 9, 8, 8, 8, 9, 10, 12, 14, 14, 12, 8, 4)
_BLACK_FRIDAY = range(23, 31)


def moments(count: int, spread: str, years: float, now: datetime, random: Random) -> list[int]:
    """`count` sorted instants in whole seconds since 1970, spread over so many years.

    Raises:
        ValueError: `spread` is unknown; see `Settings.spread`.
    """
    newest = int(now.timestamp()) - NEWEST_SECONDS
    if spread == "none":
        return []
    if spread == "second":
        return [newest - 400 * DAY] * count
    days = int(years * 365)
    if spread == "even":
        return sorted(newest - random.randrange(days * DAY) for _ in range(count))
    if spread == "spike":
        weights = [1.0] * days
        weights[days // 3] = float(SPIKE)
        return sorted(_seconds(count, weights, newest, random))
    if spread == "shop":
        return _shop(count, newest, random)
    message = f"unknown spread: {spread}"
    raise ValueError(message)


def _shop(count: int, newest: int, random: Random) -> list[int]:
    days = SHOP_YEARS * 365
    first = datetime.fromtimestamp(newest, UTC) - timedelta(days=days)
    weights = [
        _weight(first + timedelta(days=number)) * (1 + number / days) for number in range(days)
    ]
    shared = int(count * SHARED)
    found = _seconds(count - shared, weights, newest, random)
    pool = _seconds(max(1, shared // 40), weights, newest, random) if shared else []
    found += [random.choice(pool) for _ in range(shared)]
    return sorted(found)


def _weight(day: datetime) -> float:
    """Return the weight of a day."""
    if day.month == 11 and day.day in _BLACK_FRIDAY:
        return 12.0
    return (2.0 if day.month == 12 else 1.0) * (1.3 if day.weekday() >= 5 else 1.0)


def _seconds(count: int, weights: list[float], newest: int, random: Random) -> list[int]:
    days = random.choices(range(len(weights)), cum_weights=list(accumulate(weights)), k=count)
    hours = random.choices(range(24), weights=_HOURS, k=count)
    start = newest - len(weights) * DAY
    return [
        min(newest, start + day * DAY + hour * 3600 + random.randrange(3600))
        for day, hour in zip(days, hours, strict=True)
    ]
