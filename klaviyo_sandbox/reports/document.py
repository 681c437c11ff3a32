"""The JSON:API document of a report's answer."""

import uuid
from collections.abc import Mapping, Sequence

import orjson

from klaviyo_sandbox.api.errors import invalid
from klaviyo_sandbox.reports.pages import CURSOR
from klaviyo_sandbox.reports.question import ReportRow
from klaviyo_sandbox.spec import Report
from klaviyo_sandbox.web.request import Request


def report_document(
    request: Request, report: Report, attributes: Mapping[str, object], following: str | None
) -> bytes:
    """Return the document; `following` is the URL of the next page.

    Raises:
        ApiError: 400, an unknown query parameter.
    """
    for name, _ in request.query:
        if name != CURSOR or report.page_cursor != "query":
            raise invalid(f"'{name}' is not a valid parameter of this endpoint.", name)
    address = request.url()
    data = {
        "type": report.type,
        "id": str(uuid.uuid4()),
        "attributes": attributes,
        "links": {"self": address},
    }
    links: dict[str, object] = {"self": address}
    if report.page_cursor:  # others have no further links (recorded)
        links |= {"next": following, "prev": None}
    return orjson.dumps({"data": data, "links": links})


def results(rows: Sequence[ReportRow], *, series: bool) -> list[dict[str, object]]:
    """Return rows as reports show them: numbers per step in a series, else single numbers."""
    return [
        {
            "groupings": row.groupings,
            "statistics": row.statistics
            if series
            else {name: values[0] for name, values in row.statistics.items()},
        }
        for row in rows
    ]
