"""From a catalog, states and settings to the jobs of a sync."""

from source_klaviyo.plan.sync_plan import plan

__all__ = ["plan"]
