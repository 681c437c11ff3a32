"""The JSON:API document of a report's answer."""

import uuid
from collections.abc import Mapping, Sequence

import orjson

from klaviyo_sandbox.api.errors import invalid
from klaviyo_sandbox.reports.question import ReportRow
from klaviyo_sandbox.spec import Report
from klaviyo_sandbox.web.request import Request


def report_document(
    request: Request,
    report: Report,
    attributes: Mapping[str, object],
    relationships: Mapping[str, object],
    following: str | None,
) -> bytes:
    """Return the document; `following` is the URL of the next page."""
    address = request.url()
    wanted = _wanted(request, report)
    data: dict[str, object] = {
        "type": report.type,
        "id": str(uuid.uuid4()),
        "attributes": {name: value for name, value in attributes.items() if name in wanted},
        "links": {"self": address},
    }
    if relationships:
        data["relationships"] = relationships
    links: dict[str, object] = {"self": address}
    if report.page_cursor:  # others have no further links (recorded)
        links |= {"next": following, "prev": None}
    return orjson.dumps({"data": data, "links": links})


def _wanted(request: Request, report: Report) -> Sequence[str]:
    """Return the attributes to show: those of `fields[…]`, or all.

    Raises:
        ApiError: 400, a query parameter that the report does not know.
    """
    fields = f"fields[{report.type}]"
    wanted: Sequence[str] = report.attributes
    for name, value in request.query:
        if name == fields:
            wanted = value.split(",")
            for one in wanted:
                if one not in (*report.attributes, "id"):
                    raise invalid(f"'{one}' is not a field of {report.type}.", name)
        elif name != "page_cursor" or report.page_cursor != "query":
            raise invalid(f"'{name}' is not a valid parameter of this endpoint.", name)
    return wanted


def results(rows: Sequence[ReportRow], *, series: bool) -> list[dict[str, object]]:
    """Return rows as reports show them: numbers per step in a series, else one number each."""
    return [
        {
            "groupings": row.groupings,
            "statistics": row.statistics
            if series
            else {name: values[0] for name, values in row.statistics.items()},
        }
        for row in rows
    ]


def relationships_of(
    request: Request, report: Report, rows: Sequence[ReportRow]
) -> dict[str, object]:
    """Return the resources that the rows are about."""
    host = request.headers.get("host", "127.0.0.1")
    base = f"http://{host}{report.path}"
    found: dict[str, object] = {}
    for name, kind in report.relationships.items():
        grouping = f"{kind.replace('-', '_')}_id"
        ids = {str(row.groupings[grouping]) for row in rows}
        found[name] = {
            "data": [{"type": kind, "id": one} for one in sorted(ids)],
            "links": {"self": f"{base}/relationships/{name}", "related": f"{base}/{name}"},
        }
    return found
