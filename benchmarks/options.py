"""What a run of the benchmarks was asked for."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Options:
    """`small` is a quick version."""

    small: bool = False

    def sized(self, full: int, small: int) -> int:
        """Return the size to use."""
        return small if self.small else full
