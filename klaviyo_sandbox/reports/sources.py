"""The rows of each report."""

from collections.abc import Callable, Iterator
from functools import partial

from klaviyo_sandbox.reports.campaign_messages import CampaignMessages
from klaviyo_sandbox.reports.flow_messages import FlowMessages
from klaviyo_sandbox.reports.forms import Forms
from klaviyo_sandbox.reports.late_changes import LateChanges
from klaviyo_sandbox.reports.messages import message_rows
from klaviyo_sandbox.reports.question import Question, ReportRow
from klaviyo_sandbox.reports.segments import Segments
from klaviyo_sandbox.store.world import World

RowsAfter = Callable[[Question, tuple[str, ...]], Iterator[ReportRow]]
"""Yields the rows that answer a question, after the row with that key, in the order of keys."""


def sources_of(world: World, late: LateChanges, seed: int) -> dict[str, RowsAfter]:
    """Return where the rows of a report come from, by the first word of its type."""
    return {
        "campaign": partial(message_rows, CampaignMessages(world, late, seed)),
        "flow": partial(message_rows, FlowMessages(world, late, seed)),
        "form": Forms(world, late, seed).rows,
        "segment": Segments(world, late, seed).rows,
    }
