"""Partitions: fixed filter values by which a part of a collection is read apart."""

from collections.abc import Mapping

Scalar = str | bool

Partition = Mapping[str, Scalar]
"""A partition as in state: `{"archived": False}`; `{}` for all of a collection."""


def partition_key(partition: Partition) -> str:
    """Return a key of `partition`, the same for every order of its filters.

    >>> partition_key({"archived": False})
    "[('archived', False)]"
    """
    return repr(sorted(partition.items()))
