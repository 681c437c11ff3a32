"""The page of streams says what there is, and leaves no GET out."""

import json
from pathlib import Path

import pytest

from klaviyo_sandbox.spec import REVISION, load_spec
from source_klaviyo.registry import STREAMS, stream_name
from source_klaviyo.streams.metrics import Metrics
from tools.stream_docs import (
    PAGE,
    REASONS,
    added,
    endpoint_rows,
    main,
    older,
    page,
    reasons,
    render,
)

SPEC = load_spec(REVISION)


OLDER = older(STREAMS)


def said() -> dict[str, str]:
    found: dict[str, str] = json.loads(REASONS.read_text(encoding="utf-8"))
    return found


def test_the_page_is_what_the_tool_writes() -> None:
    written = PAGE.read_text(encoding="utf-8")
    assert written == page(written, SPEC, STREAMS), "run: python -m tools.stream_docs"


def test_every_get_and_every_stream_is_on_it() -> None:
    written = PAGE.read_text(encoding="utf-8")
    for path in (*SPEC.endpoints, *added().endpoints):
        assert written.count(f"\n| `{path.removeprefix('/api/')}` | ") == 1
    for stream in STREAMS:
        assert written.count(f"\n| **{stream_name(stream)}** | ") == 2, (
            "what it is, and what it costs"
        )
        assert written.count(f"**{stream_name(stream)}**") >= (2 if stream in OLDER else 1)


def test_a_get_without_stream_or_reason_is_an_error() -> None:
    with pytest.raises(LookupError, match="neither a stream nor a reason"):
        list(endpoint_rows(SPEC, OLDER, {}))
    without = [stream for stream in OLDER if stream is not Metrics]
    with pytest.raises(LookupError, match="GET /api/metrics has neither"):
        list(endpoint_rows(SPEC, without, reasons(SPEC)))


def test_a_reason_that_nobody_needs_is_an_error() -> None:
    with pytest.raises(LookupError, match="nobody needs: /api/lists"):
        list(endpoint_rows(SPEC, OLDER, reasons(SPEC) | {"/api/lists": "because"}))


def test_a_reason_names_streams_that_exist() -> None:
    names = {stream_name(stream) for stream in STREAMS}
    on_top = {key for stream in STREAMS for _, key in stream.relationship_ids}
    on_top |= {stream.parent_key for stream in STREAMS} | {"campaign_id", "flow_id"}
    for reason in said().values():
        for word in reason.split("`")[1::2]:
            assert word in names | on_top | {"profile_count"}, reason


def test_tables_are_put_between_their_marks() -> None:
    text = "a\n<!-- t -->\nold\n<!-- end of t -->\nb\n"
    assert render(text, {"t": ["new"]}) == "a\n<!-- t -->\nnew\n<!-- end of t -->\nb\n"


def test_the_command_tells_and_mends_a_difference(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    copy = tmp_path / "streams.md"
    copy.write_text(PAGE.read_text(encoding="utf-8").replace("75/s 750/min", "75/s 700/min"))
    monkeypatch.setattr("tools.stream_docs.PAGE", copy)
    assert main(["--check"]) == 1
    assert capsys.readouterr().out == "streams.md differs\n"
    assert main([]) == 0
    assert main(["--check"]) == 0
    assert copy.read_text(encoding="utf-8") == PAGE.read_text(encoding="utf-8")
