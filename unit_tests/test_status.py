"""What people are told of a collection while it is read."""

import time

import pytest

from source_klaviyo.errors import RequestFailed
from source_klaviyo.protocol import Page
from source_klaviyo.sync.reading.collection_reader import CollectionReader
from source_klaviyo.sync.reading.status import status
from unit_tests.fakes import OpensLater, TwoPages, collection_job
from unit_tests.pages import answer, page, reading, send

HORIZON = 1_000


def reader(collection: TwoPages) -> CollectionReader:
    return reading(collection_job(collection), HORIZON)


def test_before_the_first_page_nothing_is_estimated() -> None:
    told = status(reader(TwoPages()), 1.0)
    assert (told.requests, told.complete_up_to, told.seconds_left) == (0, None, None)


def test_the_rest_takes_as_long_as_so_far_or_as_the_quota_makes_it() -> None:
    read = reader(TwoPages())
    answer(read, *send(read), page(1, 100))
    slow, quick = status(read, 10.0), status(read, 0.1)
    assert slow.complete_up_to == 100
    pages = (HORIZON - 100) / 99
    assert (slow.seconds_left, quick.seconds_left) == (10 * pages, pages)
    assert slow.minutes_of_quota == 1 / 60


def test_what_a_collection_waits_for_is_told() -> None:
    quota = OpensLater()
    read = reader(TwoPages(quota=quota))
    task, _ = send(read)
    assert status(read, 1.0).waits_for == "latency"
    read.settle(task, RequestFailed("No answer.", retry_after=5.0), 1.0)
    assert read.next_task(2.0) == 4.0
    assert (status(read, 1.0).waits_for, status(read, 1.0).retries) == ("a retry", 1)
    quota.opens_at = time.monotonic() + 9.0
    assert read.next_task(7.0) == pytest.approx(9.0, abs=0.5)
    assert status(read, 1.0).waits_for == "the quota"


def test_a_snapshot_tells_no_end() -> None:
    read = reader(TwoPages(has_cursor=False, ordered=False))
    answer(read, *send(read), Page(["a"], [], page(1).extracts, "next"))
    told = status(read, 10.0)
    assert (told.requests, told.complete_up_to, told.seconds_left) == (1, None, None)
