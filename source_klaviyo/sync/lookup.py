"""Lookups in Klaviyo before some streams can be read."""

import threading
from collections.abc import Sequence
from dataclasses import dataclass

from airbyte_cdk.models import StreamDescriptor
from airbyte_cdk.utils.traced_exception import AirbyteTracedException

from source_klaviyo.sync.jobs import LaterPlan, Refusal, SyncPlan


@dataclass(slots=True)
class Lookup:
    """The preparation of streams in a thread of its own; `plan` is set at the end.

    If the lookup fails, the plan refuses the streams: no others depend on the lookup.
    """

    later: LaterPlan
    plan: SyncPlan | None = None

    @property
    def streams(self) -> Sequence[StreamDescriptor]:
        """The streams that wait for the lookup."""
        return self.later.streams

    def start(self) -> None:
        """Start the thread."""
        threading.Thread(target=self._run, name="lookup", daemon=True).start()

    def _run(self) -> None:
        try:
            self.plan = self.later.prepare()
        except Exception as error:  # noqa: BLE001  the thread must not die in silence
            failure = error
            if not isinstance(failure, AirbyteTracedException):
                message = f"The connector met a defect of its own: {error!r}"
                failure = AirbyteTracedException.from_exception(error, message=message)
            self.plan = SyncPlan([], [], [Refusal(stream, failure) for stream in self.streams])
