"""Which metrics conversions may be counted by."""

from klaviyo_sandbox.reports.body import refused
from klaviyo_sandbox.store.json_text import load_object
from klaviyo_sandbox.store.row import Reference
from klaviyo_sandbox.store.world import World

INELIGIBLE = frozenset(
    {
        "Received Email",
        "Bounced Email",
        "Dropped Email",
        "Marked Email as Spam",
        "Received Text Message",
        "Received Push",
        "Merged Profile",
    }
)
"""Names of metrics that nobody converts by. Which ones Klaviyo refuses is not documented."""
_NAME = "conversion_metric_id"


class ConversionMetrics:
    """The metrics and custom metrics of the shop."""

    def __init__(self, world: World) -> None:
        """Take them from `world`."""
        self._world = world
        self._refused: set[str] = set()

    def refuse(self, ids: list[str]) -> None:
        """Make these, and no others than the usual ones, ineligible."""
        self._refused = set(ids)

    def check(self, metric_id: str) -> None:
        """Make sure that conversions can be counted by a metric.

        Raises:
            ApiError: 400, there is no such metric, or it is not eligible.
        """
        metric = self._world.get(Reference("metric", metric_id))
        if metric is None and self._world.get(Reference("custom-metric", metric_id)) is None:
            raise refused(f"A metric with id {metric_id} does not exist.", _NAME)
        name = None if metric is None else load_object(metric.attributes)["name"]
        if metric_id in self._refused or name in INELIGIBLE:
            raise refused(f"Metric {metric_id} does not support querying for values data.", _NAME)
