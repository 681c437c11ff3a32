"""Airbyte source that reads a Klaviyo account."""

TYPE_CHECKING = False  # as typing has it, which takes a third of the start to import
if TYPE_CHECKING:
    from source_klaviyo.source import SourceKlaviyo

__all__ = ["SourceKlaviyo"]


def __getattr__(name: str) -> object:
    """Import the source at its first use: `spec` does without, at a tenth of the time."""
    if name != "SourceKlaviyo":
        raise AttributeError(f"module {__name__} has no attribute {name}")
    from source_klaviyo.source import SourceKlaviyo  # noqa: PLC0415

    return SourceKlaviyo
