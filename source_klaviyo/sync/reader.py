"""One stream's part in a sync: its chains, and which of them is fetched next."""

import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from airbyte_cdk.models import FailureType
from airbyte_cdk.utils.traced_exception import AirbyteTracedException

from source_klaviyo.errors import PageLost, RetryLater, StreamFailed
from source_klaviyo.protocol import Page, Readable
from source_klaviyo.sync.chain import Chain, Step
from source_klaviyo.sync.cutting import Cutter
from source_klaviyo.sync.parts import Parts

logger = logging.getLogger("airbyte")

_MOST_RESTARTS = 5
_LONGEST_THROTTLE = 3600.0
"""Seconds in a row for which requests are refused, before a stream is left to the next sync."""


@dataclass(slots=True)
class Tally:
    """What a stream has cost so far."""

    requests: int = 0
    retries: int = 0
    throttled: int = 0


@dataclass(slots=True, eq=False)
class Reader:
    """The chains of one stream that are still to be fetched.

    A chain is either idle or in flight. `waits_for` says in a word what holds the stream up.
    Every method is called under the scheduler's lock.
    """

    parts: Parts
    horizon: Callable[[], int]
    idle: list[Chain] = field(init=False)
    in_flight: list[Chain] = field(default_factory=list)
    tally: Tally = field(default_factory=Tally)
    waits_for: str = "latency"
    failure: AirbyteTracedException | None = None
    _cutter: Cutter = field(default_factory=Cutter)

    def __post_init__(self) -> None:
        self.idle = self.parts.start()

    @property
    def readable(self) -> Readable:
        """The stream that is read."""
        return self.parts.readable

    @property
    def finished(self) -> bool:
        """Whether nothing is left to fetch."""
        return not self.idle and not self.in_flight

    def next_chain(self, now: float) -> Chain | float | None:
        """Return a chain to fetch a page of, or the seconds until there may be one.

        None says that only the end of a request in flight can bring one.
        """
        ready = [chain for chain in self.idle if chain.ready_at <= now]
        cuttable = not ready and self._cutter.may_cut(self.in_flight, self.horizon())
        if not ready and not cuttable:
            if not self.idle:
                return None
            self.waits_for = "a retry"
            return min(chain.ready_at for chain in self.idle) - now
        pauses = []
        # Parents and children have quotas of their own; within either, all chains share one.
        for chain in _first_of_each_kind(ready or self.in_flight):
            pause = self.readable.reserve(self.parts.partition(chain.partition))
            if not pause:
                return self._send(
                    self._cutter.cut(self.in_flight, self.horizon()) if cuttable else chain
                )
            pauses.append(pause)
        self.waits_for = "the quota"
        return min(pauses)

    def _send(self, chain: Chain) -> Chain:
        self.waits_for = "latency"
        self.tally.requests += 1
        if chain in self.idle:
            self.idle.remove(chain)
        self.in_flight.append(chain)
        return chain

    def accept(self, chain: Chain, page: Page) -> Step:
        """Take in a page of `chain`, which stays in flight until `settle`."""
        self.tally.requests += page.requests - 1
        step = chain.accept(page)
        self._cutter.observe(chain, empty=not page.records)
        for partition in page.opens:
            self.idle += self.parts.open(partition)
        return step

    def settle(self, chain: Chain, fault: Exception | None, now: float) -> None:
        """Take `chain` out of flight: on to its next page, or as its `fault` asks.

        Its page is on its way out already, or its pages could be sent out in the wrong order.
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
        if not chain.finished and not self.failure:
            self.idle.append(chain)

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
        self.idle.clear()


def _first_of_each_kind(chains: Iterable[Chain]) -> Iterable[Chain]:
    """Return the first chain that reads parents and the first that reads anything else."""
    kinds: dict[bool, Chain] = {}
    for chain in chains:
        kinds.setdefault(chain.root, chain)
        if len(kinds) == 2:  # noqa: PLR2004
            break
    return kinds.values()
