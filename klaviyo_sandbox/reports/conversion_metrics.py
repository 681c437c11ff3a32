"""The metrics by which conversions are counted."""

from collections.abc import Collection

from klaviyo_sandbox.reports.body import refused
from klaviyo_sandbox.store.row import Reference
from klaviyo_sandbox.store.world import World

_NAME = "conversion_metric_id"


class ConversionMetrics:
    """The metrics and custom metrics of the shop."""

    def __init__(self, world: World) -> None:
        """Take them from `world`."""
        self._world = world
        self._refused: set[str] = set()

    def refuse(self, ids: Collection[str]) -> None:
        """Make these metrics ineligible, and no others."""
        self._refused = set(ids)

    def check(self, metric_id: str) -> None:
        """Make sure that conversions can be counted by a metric.

        Raises:
            ApiError: 400, the metric is unknown or not eligible.
        """
        kinds = ("metric", "custom-metric")
        if not any(self._world.get(Reference(kind, metric_id)) for kind in kinds):
            raise refused(f"A metric with id {metric_id} does not exist.", _NAME)
        if metric_id in self._refused:
            raise refused(f"Metric {metric_id} does not support querying for values data.", _NAME)
