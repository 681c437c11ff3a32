"""What people are told of a stream while it is read."""

import time

import pytest

from source_klaviyo.errors import RetryLater
from source_klaviyo.protocol import Page
from source_klaviyo.sync.chain import Chain
from source_klaviyo.sync.reader import Reader
from source_klaviyo.sync.status import status
from unit_tests.fakes import OpensLater, Stream, parts

HORIZON = 1_000
RECORD = (memoryview(b"{"), b"}")


def reader(stream: Stream) -> Reader:
    return Reader(parts(stream, HORIZON + 5), lambda: HORIZON)


def sent(read: Reader) -> Chain:
    chain = read.next_chain(0.0)
    assert isinstance(chain, Chain)
    return chain


def test_before_the_first_page_nothing_is_estimated() -> None:
    told = status(reader(Stream()), 1.0)
    assert (told.requests, told.complete_up_to, told.seconds_left) == (0, None, None)


def test_the_rest_takes_as_long_as_so_far_or_as_the_quota_makes_it() -> None:
    read = reader(Stream())
    chain = sent(read)
    read.accept(chain, Page([RECORD, RECORD], [1, 100], "next"))
    read.settle(chain, None, 1.0)
    slow, quick = status(read, 10.0), status(read, 0.1)
    assert slow.complete_up_to == 100
    pages = (HORIZON - 100) / 99
    assert (slow.seconds_left, quick.seconds_left) == (10 * pages, pages)
    assert slow.minutes_of_quota == 1 / 60


def test_what_a_stream_waits_for_is_told() -> None:
    quota = OpensLater()
    read = reader(Stream(grants=quota))
    chain = sent(read)
    assert status(read, 1.0).waits_for == "latency"
    read.settle(chain, RetryLater("No answer.", pause=5.0), 1.0)
    assert read.next_chain(2.0) == 4.0
    assert (status(read, 1.0).waits_for, status(read, 1.0).retries) == ("a retry", 1)
    quota.opens_at = time.monotonic() + 9.0
    assert read.next_chain(7.0) == pytest.approx(9.0, abs=0.5)
    assert status(read, 1.0).waits_for == "the quota"


def test_a_snapshot_tells_no_end() -> None:
    read = reader(Stream(cursor_attribute=None))
    chain = sent(read)
    read.accept(chain, Page([], [], "next"))
    read.settle(chain, None, 1.0)
    told = status(read, 10.0)
    assert (told.requests, told.complete_up_to, told.seconds_left) == (1, None, None)
