"""A stream and a quota made for tests of the sync engine."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, field

from source_klaviyo.protocol import Page, Partition, Quota, Window
from source_klaviyo.sync.ledger import Ledger
from source_klaviyo.sync.parts import Parts
from source_klaviyo.sync.state import CursorState, LoadedState


@dataclass(eq=False)
class OpensLater:
    """A quota that grants nothing before `opens_at`."""

    opens_at: float = 0.0
    per_minute: int = 60
    name: str = ""
    asked: list[str] = field(default_factory=list)

    def reserve(self) -> float:
        self.asked.append(self.name)
        return max(0.0, self.opens_at - time.monotonic())


@dataclass
class Stream:
    """A stream of two pages."""

    name: str = "things"
    grants: OpensLater = field(default_factory=OpensLater)
    fault: Exception | None = None
    cursor_attribute: str | None = "updated"
    ordered: bool = True
    newest_first: bool = False
    partitions: Sequence[Partition] = ({},)
    roots: Sequence[Partition] = ()

    def quota(self, partition: Partition, token: str | None) -> Quota:
        del partition, token
        return self.grants

    def fetch(self, partition: Partition, window: Window, token: str | None, attempt: int) -> Page:
        del partition, window, attempt
        if self.fault and token:
            raise self.fault
        record = (memoryview(b'{"id":"%b"' % (token or "first").encode()), b"}")
        return Page([record], [100], None if token else "second")


def parts(stream: Stream, began: int) -> Parts:
    """Return the parts of a first sync of `stream`."""

    def begin(partition: Partition) -> Ledger:
        del partition
        return Ledger(CursorState(), 0, 0, began)

    return Parts(stream, LoadedState(), begin, keeps_state=True)
