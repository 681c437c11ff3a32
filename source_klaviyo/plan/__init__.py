"""The plan of a sync: jobs from a catalog, states and settings."""

from source_klaviyo.plan.sync_plan import plan

__all__ = ["plan"]
