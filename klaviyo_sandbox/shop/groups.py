"""Families Lists and Segments: who is in them."""

from klaviyo_sandbox.shop.shop import Shop
from klaviyo_sandbox.store.moment import MICROS

SHARES = (0.6, 0.25, 0.12, 0.05, 0.02, 0.01, 0.0)
"""Part of all profiles in the first, second, … group; then again, ten times smaller."""
JOINED_TOGETHER = 4
"""One member in so many joined in the same second, by an import."""


def fill_groups(shop: Shop) -> None:
    """Let profiles join the lists and segments."""
    profiles = list(shop.world.table("profile").rows)
    now = int(shop.clock.now().timestamp())
    for number, reference in enumerate(shop.all("list") + shop.all("segment")):
        row = shop.world.get(reference)
        created = None if row is None else row.value("created")
        if not isinstance(created, int):
            continue
        first = created // MICROS
        share = SHARES[number % len(SHARES)] / 10 ** (number // len(SHARES) % 2)
        members = shop.random.sample(profiles, int(len(profiles) * share))
        together = first + (now - first) // 2
        joined = shop.world.group(reference).joined
        for position, who in enumerate(members):
            second = (
                together if position % JOINED_TOGETHER == 0 else shop.random.randrange(first, now)
            )
            joined[who] = second * MICROS
