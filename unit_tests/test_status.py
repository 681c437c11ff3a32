"""What people are told of a stream while it is read."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from source_klaviyo.errors import RetryLater
from source_klaviyo.protocol import Page, Partition, Quota, Window
from source_klaviyo.sync.chain import Chain
from source_klaviyo.sync.ledger import Ledger
from source_klaviyo.sync.parts import Parts
from source_klaviyo.sync.reader import Reader
from source_klaviyo.sync.state import CursorState, LoadedState
from source_klaviyo.sync.status import status

HORIZON = 1_000


@dataclass(eq=False)
class Grants:
    per_minute: int = 60
    pause: float = 0.0

    def reserve(self) -> float:
        return self.pause


@dataclass
class Stream:
    name: str = "things"
    grants: Grants = field(default_factory=Grants)
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
        record = (memoryview(b"{"), b"}")
        return Page([record, record], [1, 100], token)


def reader(stream: Stream) -> Reader:
    def begin(partition: Partition) -> Ledger:
        del partition
        return Ledger(CursorState(), 0, 0, HORIZON + 5)

    return Reader(Parts(stream, LoadedState(), begin, keeps_state=True), lambda: HORIZON)


def sent(read: Reader) -> Chain:
    chain = read.next_chain(0.0)
    assert isinstance(chain, Chain)
    return chain


def test_before_the_first_page_nothing_is_estimated() -> None:
    told = status(reader(Stream()), 1.0)
    assert (told.requests, told.complete_up_to, told.seconds_left) == (0, None, None)


def test_the_rest_takes_as_long_as_so_far_or_as_the_quota_makes_it() -> None:
    read, stream = reader(Stream()), Stream()
    chain = sent(read)
    read.accept(chain, stream.fetch({}, chain.window, "next", 0))
    read.settle(chain, None, 1.0)
    slow, quick = status(read, 10.0), status(read, 0.1)
    assert slow.complete_up_to == 100
    pages = (HORIZON - 100) / 99
    assert (slow.seconds_left, quick.seconds_left) == (10 * pages, pages)
    assert slow.minutes_of_quota == 1 / 60


def test_what_a_stream_waits_for_is_told() -> None:
    stream = Stream()
    read = reader(stream)
    chain = sent(read)
    assert status(read, 1.0).waits_for == "latency"
    read.settle(chain, RetryLater("No answer.", pause=5.0), 1.0)
    assert read.next_chain(2.0) == 4.0
    assert (status(read, 1.0).waits_for, status(read, 1.0).retries) == ("a retry", 1)
    stream.grants.pause = 9.0
    assert read.next_chain(7.0) == 9.0
    assert status(read, 1.0).waits_for == "the quota"


def test_a_snapshot_tells_no_end() -> None:
    stream = Stream(cursor_attribute=None)
    read = reader(stream)
    chain = sent(read)
    read.accept(chain, Page([], [], "next"))
    read.settle(chain, None, 1.0)
    told = status(read, 10.0)
    assert (told.requests, told.complete_up_to, told.seconds_left) == (1, None, None)
