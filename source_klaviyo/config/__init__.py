"""The configuration: the user's settings, checked and typed."""

from source_klaviyo.config.settings import Config

__all__ = ["Config"]
