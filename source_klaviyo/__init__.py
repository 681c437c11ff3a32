"""Airbyte source that reads a Klaviyo account."""

from source_klaviyo.source import SourceKlaviyo

__all__ = ["SourceKlaviyo"]
