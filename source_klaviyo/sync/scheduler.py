"""The workers, and which request each of them sends next."""

import threading
import time
from collections.abc import Sequence

from source_klaviyo.protocol import Page
from source_klaviyo.sync.chain import Chain
from source_klaviyo.sync.messages import record_lines
from source_klaviyo.sync.outbox import Delivery, Outbox
from source_klaviyo.sync.reader import Reader
from source_klaviyo.sync.status import Status, status

_LONGEST_SLEEP = 1.0


class Scheduler:
    """Runs a fixed number of workers over all streams of a sync until nothing is left.

    A worker never waits for a quota or a retry while another stream could use it. Of the streams
    that may send a request now, the one with the smallest quota comes first, or those with a large
    one would use up what they share with it (predictive analytics draw on the quota of profiles as
    well); then the one with the fewest in flight. Pages go to `outbox` in the order in which each
    chain fetched them.
    """

    def __init__(self, readers: Sequence[Reader], outbox: Outbox, workers: int) -> None:
        self._readers = readers
        self._quotas = [reader.per_minute for reader in readers]
        self._open = list(range(len(readers)))
        self._outbox = outbox
        self._changed = threading.Condition()
        self._sending = threading.Lock()
        self._stopped = False
        self._threads = [
            threading.Thread(target=self._work, name=f"worker-{number}", daemon=True)
            for number in range(workers)
        ]

    def start(self) -> None:
        """Start the workers; a stream with nothing to read ends at once."""
        with self._changed:
            ended = [number for number in tuple(self._open) if self._close_if_finished(number)]
        for number in ended:
            self._tell_end(number)
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Let the workers end after the request they are at."""
        with self._changed:
            self._stopped = True
            self._changed.notify_all()
        self._outbox.close()

    def look(self, elapsed: float) -> list[Status]:
        """Return where each stream stands, `elapsed` seconds after the start."""
        with self._changed:
            return [status(reader, elapsed) for reader in self._readers]

    def _work(self) -> None:
        while task := self._next():
            number, chain = task
            fault = self._fetch(number, chain)
            with self._changed:
                covers = self._readers[number].settle(chain, fault, time.monotonic())
                ends = self._close_if_finished(number)
            # What this page completes, and that nothing follows, must not be overtaken: only the
            # worker that has settled the last page tells it.
            if covers:
                self._outbox.put(Delivery(number, chain.partition, covers=covers))
            if ends:
                self._tell_end(number)

    def _next(self) -> tuple[int, Chain] | None:
        """Wait for a request that may be sent; None when there will be no more."""
        with self._changed:
            while self._open and not self._stopped:
                now = time.monotonic()
                soonest = _LONGEST_SLEEP
                for number in sorted(self._open, key=self._turn):
                    outcome = self._readers[number].next_chain(now)
                    if isinstance(outcome, Chain):
                        self._changed.notify()  # where one request was to be had, there may be two
                        return number, outcome
                    if outcome is not None:
                        soonest = min(soonest, outcome)
                self._changed.wait(soonest)
            return None

    def _turn(self, number: int) -> tuple[int, int]:
        return self._quotas[number], len(self._readers[number].in_flight)

    def _fetch(self, number: int, chain: Chain) -> Exception | None:
        """Fetch one page of `chain` and send it out; return what went wrong, if anything did."""
        reader = self._readers[number]
        partition = reader.parts.partition(chain.partition)
        try:
            page = reader.readable.fetch(partition, chain.window, chain.token, chain.attempt)
            # One page at a time turns into lines: while the outbox is full, the others wait as they
            # came, or every worker would hold its page twice.
            with self._sending:
                self._outbox.put(self._delivery(number, chain, page))
        except Exception as fault:  # noqa: BLE001  one stream's defect leaves the others whole
            return fault
        return None

    def _delivery(self, number: int, chain: Chain, page: Page) -> Delivery:
        """Take in a page of `chain`; return what of it goes out."""
        reader = self._readers[number]
        with self._changed:
            step = reader.accept(chain, page)
        lines = record_lines(reader.readable.name, step.records)
        return Delivery(number, chain.partition, lines, len(step.records), step.covers)

    def _close_if_finished(self, number: int) -> bool:
        finished = self._readers[number].finished
        if finished:
            self._open.remove(number)
            self._changed.notify_all()
        return finished

    def _tell_end(self, number: int) -> None:
        self._outbox.put(Delivery(number, ends=True, failure=self._readers[number].failure))
