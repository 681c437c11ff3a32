"""From what `discover` found to what `read` shall read."""

from collections.abc import Container
from typing import Any

from tools.demo.messages import Catalog


def configured(catalog: Catalog, names: Container[str]) -> dict[str, list[dict[str, object]]]:
    """Return the catalog with the named streams selected: by their cursor where they have one."""
    selected = [stream for stream in catalog.streams if stream["name"] in names]
    return {"streams": [_configured(stream) for stream in selected]}


def is_incremental(stream: dict[str, Any]) -> bool:
    """Whether `discover` says so."""
    return "incremental" in stream["supported_sync_modes"]


def _configured(stream: dict[str, Any]) -> dict[str, object]:
    incremental = is_incremental(stream)
    return {
        "stream": stream,
        "sync_mode": "incremental" if incremental else "full_refresh",
        "destination_sync_mode": "append_dedup" if incremental else "overwrite",
        "cursor_field": stream.get("default_cursor_field", []),
        "primary_key": stream.get("source_defined_primary_key", []),
    }
