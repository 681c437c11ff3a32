"""One stream's part in a sync: its chains, and which of them is fetched next."""

import logging
from collections import Counter, defaultdict, deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from airbyte_cdk.models import FailureType
from airbyte_cdk.utils.traced_exception import AirbyteTracedException

from source_klaviyo.errors import PageLost, RetryLater, StreamFailed
from source_klaviyo.protocol import Page, Quota, Readable, Window
from source_klaviyo.sync.chain import Chain, Step
from source_klaviyo.sync.cutting import Cutter
from source_klaviyo.sync.parts import Parts

logger = logging.getLogger("airbyte")

_MOST_RESTARTS = 5
_LONGEST_THROTTLE = 3600.0
"""Seconds in a row for which requests are refused, before a stream is left to the next sync."""


@dataclass(slots=True)
class Tally:
    """What a stream has cost so far; requests by the quota that granted them."""

    requests: Counter[Quota] = field(default_factory=Counter)
    retries: int = 0
    throttled: int = 0


@dataclass(slots=True, eq=False)
class Reader:
    """The chains of one stream that are still to be fetched.

    A chain is ready (for a request that its quota has to grant), postponed or in flight.
    `waits_for` says in a word what holds the stream up. Every method is called under the
    scheduler's lock.
    """

    parts: Parts
    horizon: Callable[[], int]
    in_flight: list[Chain] = field(default_factory=list)
    tally: Tally = field(default_factory=Tally)
    waits_for: str = "latency"
    failure: AirbyteTracedException | None = None
    _ready: defaultdict[Quota, deque[Chain]] = field(default_factory=lambda: defaultdict(deque))
    _postponed: list[Chain] = field(default_factory=list)
    _cutter: Cutter = field(default_factory=Cutter)

    def __post_init__(self) -> None:
        for chain in self.parts.start():
            self._add(chain)

    @property
    def readable(self) -> Readable:
        """The stream that is read."""
        return self.parts.readable

    @property
    def finished(self) -> bool:
        """Whether nothing is left to fetch."""
        return not self.in_flight and not self._postponed and not any(self._ready.values())

    @property
    def per_minute(self) -> int:
        """The requests a minute of the smallest quota that it has drawn on, or is about to."""
        return min((quota.per_minute for quota in self._ready), default=0)

    def chains(self) -> Iterator[Chain]:
        """Yield all that are not finished."""
        yield from self.in_flight
        yield from self._postponed
        for chains in self._ready.values():
            yield from chains

    def next_chain(self, now: float) -> Chain | float | None:
        """Return a chain to fetch a page of, or the seconds until there may be one.

        None says that only the end of a request in flight can bring one.
        """
        self._wake(now)
        pauses = []
        for quota, chains in self._ready.items():
            if chains:
                pause = quota.reserve()
                if not pause:
                    return self._send(chains.popleft(), quota)
                pauses.append(pause)
        if not pauses and (cut := self._cutter.choose(self.in_flight, self.horizon())):
            chain, at = cut
            quota = self._quota(chain, None)
            pause = quota.reserve()
            if not pause:
                return self._send(chain.cut(at), quota)
            pauses.append(pause)
        if pauses:
            self.waits_for = "the quota"
        elif self._postponed:
            self.waits_for = "a retry"
            pauses.append(min(chain.ready_at for chain in self._postponed) - now)
        return min(pauses, default=None)

    def accept(self, chain: Chain, page: Page) -> Step:
        """Take in a page of `chain`, which stays in flight until `settle`."""
        step = chain.accept(page)
        self._cutter.observe(chain, len(page.records), len(step.records))
        for token in page.parts:
            self._add(chain.part(token))
        for partition in page.opens:
            for child in self.parts.open(partition):
                self._add(child)
        return step

    def settle(self, chain: Chain, fault: Exception | None, now: float) -> Window | None:
        """Take `chain` out of flight: on to its next page, or as its `fault` asks.

        Its page is on its way out already, or its pages could be sent out in the wrong order.
        Return the window that is read completely by it, if the page was the last part of that.
        """
        self.in_flight.remove(chain)
        match fault:
            case None:
                pass
            case RetryLater():
                self._postpone(chain, fault, now)
            case PageLost():
                self._restart(chain, fault)
            case AirbyteTracedException():
                self._fail(fault)
            case _:
                message = f"Reading {self.readable.name} met a defect of the connector: {fault!r}"
                self._fail(AirbyteTracedException.from_exception(fault, message=message))
        if not chain.finished:
            self._add(chain)
        elif chain.whole:
            return chain.whole.part_is_out()
        return None

    def _add(self, chain: Chain) -> None:
        if self.failure:
            return
        if chain.ready_at:
            self._postponed.append(chain)
        else:
            self._ready[self._quota(chain, chain.token)].append(chain)

    def _quota(self, chain: Chain, token: str | None) -> Quota:
        return self.readable.quota(self.parts.partition(chain.partition), token)

    def _wake(self, now: float) -> None:
        """Make those chains ready that have been postponed for long enough."""
        due = [chain for chain in self._postponed if chain.ready_at <= now]
        for chain in due:
            chain.ready_at = 0.0
            self._postponed.remove(chain)
            self._add(chain)

    def _send(self, chain: Chain, quota: Quota) -> Chain:
        self.waits_for = "latency"
        self.tally.requests[quota] += 1
        self.in_flight.append(chain)
        return chain

    def _postpone(self, chain: Chain, fault: RetryLater, now: float) -> None:
        if fault.throttled:
            self.tally.throttled += 1
            chain.throttled_for += fault.pause
            if chain.throttled_for > _LONGEST_THROTTLE:
                advice = f"Klaviyo has granted {self.readable.name} no request for an hour."
                self._fail(StreamFailed(advice, FailureType.transient_error))
        else:
            chain.attempt += 1
            self.tally.retries += 1
            logger.info("%s: trying again in %.1f s. %s", self.readable.name, fault.pause, fault)
        chain.ready_at = now + fault.pause

    def _restart(self, chain: Chain, lost: PageLost) -> None:
        chain.restart()
        self.tally.retries += 1
        logger.info("%s: asking anew for the rest of a window. %s", self.readable.name, lost)
        if chain.restarts > _MOST_RESTARTS:
            advice = (
                f"Klaviyo rejects the page cursors that it gave for {self.readable.name}: {lost}"
            )
            self._fail(StreamFailed(advice, FailureType.transient_error))

    def _fail(self, failure: AirbyteTracedException) -> None:
        """Give up on what is left; requests in flight may still bring their page."""
        self.failure = self.failure or failure
        self._postponed.clear()
        for chains in self._ready.values():
            chains.clear()
