"""Flow messages: which there are, and what they are grouped by."""

from integration_tests.sandbox.reader import Json, Reader
from klaviyo_sandbox import Sandbox

from .report_tools import ask, asking, last, results

NAMES = (
    "flow_id",
    "flow_message_id",
    "flow_name",
    "flow_message_name",
    "send_channel",
    "tag_id",
    "tag_name",
    "text_message_format",
    "variation",
    "variation_name",
)


def grouped(reader: Reader, sandbox: Sandbox, **attributes: object) -> list[Json]:
    """Return the rows by every grouping that there is."""
    asked = asking("flow-values", sandbox, timeframe=last(60), group_by=list(NAMES), **attributes)
    return results(reader.report("flow-values", **asked))


def test_groupings_are_those_of_the_flow(reporter: Reader, reporting: Sandbox) -> None:
    flows = {one["id"]: one for one in reporting.documents("flow")}
    messages = {one["id"]: one for one in reporting.documents("flow-message")}
    tags = {one["id"]: one["attributes"]["name"] for one in reporting.documents("tag")}
    rows = [row["groupings"] for row in grouped(reporter, reporting)]
    for row in rows:
        assert tuple(row) == NAMES
        flow, message = flows[row["flow_id"]], messages[row["flow_message_id"]]
        assert row["flow_name"] == flow["attributes"]["name"]
        assert row["flow_message_name"] == message["attributes"]["definition"]["name"]
        assert row["send_channel"] == message["attributes"]["channel"]
        linked = [one["id"] for one in flow["relationships"]["tags"]["data"]]
        assert sorted(row["tag_id"]) == sorted(linked)
        assert row["tag_name"] == [tags[one] for one in row["tag_id"]]
    statuses = {flows[row["flow_id"]]["attributes"]["status"] for row in rows}
    assert statuses == {"live", "manual"}
    assert any(flows[row["flow_id"]]["attributes"]["archived"] for row in rows)
    assert {row["variation_name"] for row in rows} == {None, "Variation A", "Variation B"}
    assert {row["text_message_format"] for row in rows} == {None, "sms"}


def test_variations_add_up_to_their_message(reporter: Reader, reporting: Sandbox) -> None:
    whole = ask(reporter, reporting, "flow-values", timeframe=last(60))
    rows = grouped(reporter, reporting)
    assert len(rows) > len(whole)
    for (_, message, _), values in whole.items():
        parts = [
            row["statistics"] for row in rows if row["groupings"]["flow_message_id"] == message
        ]
        for name in ("recipients", "opens", "opens_unique", "conversions"):
            assert sum(part[name] for part in parts) == values[name]
