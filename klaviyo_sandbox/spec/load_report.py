"""Reads the specification's data about reports."""

from datetime import date
from typing import TypedDict

from klaviyo_sandbox.spec.report import GroupBy, Report


class RawGroupBy(TypedDict, total=False):
    """What a report may be grouped by, as it stands in the data file."""

    allowed: list[str]
    default: list[str]
    required: list[str]
    needs: dict[str, str]


class RawReport(TypedDict, total=False):
    """One report as it stands in the data file."""

    operation: str
    type: str
    response: str
    scopes: list[str]
    windows: dict[str, int]
    page_cursor: str
    body: list[str]
    required: list[str]
    statistics: list[str]
    intervals: list[str]
    interval_days: dict[str, int]
    timeframes: list[str]
    group_by: RawGroupBy
    by: list[str]
    filters: dict[str, list[str]]
    filter_values: int
    channels: list[str]
    since: str
    attributes: list[str]
    relationships: dict[str, str]


def windows_of(raw: object) -> dict[int, int]:
    """Return requests per window; the key is the window's length in seconds."""
    if not isinstance(raw, dict):
        return {}
    return {int(seconds): int(count) for seconds, count in raw.items()}


def _group_by(raw: RawGroupBy) -> GroupBy:
    return GroupBy(
        allowed=tuple(raw.get("allowed", ())),
        default=tuple(raw.get("default", ())),
        required=tuple(raw.get("required", ())),
        needs=raw.get("needs", {}),
    )


def report_of(path: str, raw: RawReport) -> Report:
    """Return the report at `path` as it stands in the data file."""
    return Report(
        path=path,
        operation=raw["operation"],
        type=raw["type"],
        response=raw["response"],
        scopes=tuple(raw["scopes"]),
        windows=windows_of(raw["windows"]),
        page_cursor=raw.get("page_cursor", ""),
        body=frozenset(raw["body"]),
        required=tuple(raw["required"]),
        statistics=tuple(raw["statistics"]),
        intervals=tuple(raw.get("intervals", ())),
        interval_days=raw.get("interval_days", {}),
        timeframes=tuple(raw.get("timeframes", ())),
        group_by=_group_by(raw.get("group_by", {})),
        by=tuple(raw.get("by", ())),
        filters={name: frozenset(each) for name, each in raw.get("filters", {}).items()},
        filter_values=raw.get("filter_values", 0),
        channels=frozenset(raw.get("channels", ())),
        since=date.fromisoformat(raw["since"]) if "since" in raw else None,
        attributes=tuple(raw["attributes"]),
        relationships=raw.get("relationships", {}),
    )
