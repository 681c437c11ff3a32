"""The fixed filter values by which a part of a collection is read apart."""

from collections.abc import Mapping

Scalar = str | bool

Partition = Mapping[str, Scalar]
"""As it stands in state: `{"archived": False}`; `{}` for all of a collection."""


def partition_key(partition: Partition) -> str:
    """Return what tells `partition` from others, in whatever order its filters stand."""
    return repr(sorted(partition.items()))
