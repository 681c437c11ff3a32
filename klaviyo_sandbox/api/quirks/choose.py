"""Which rows a quirk is about: the same ones in every answer, whatever the page."""

import zlib


def chosen(row_id: str, every: int, what: str) -> bool:
    """Whether the row is one of about every `every`; `what` names the choice."""
    return every > 0 and zlib.crc32(f"{what}:{row_id}".encode()) % every == 0


def shuffled(row_id: str) -> int:
    """Return a number by which rows come in no order at all."""
    return zlib.crc32(row_id.encode()) * 2_654_435_761 % 2**32
