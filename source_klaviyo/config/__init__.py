"""The configuration: the settings that a user can give, checked and typed."""

from source_klaviyo.config.settings import Config

__all__ = ["Config"]
