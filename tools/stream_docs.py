"""Write the tables of `docs/streams.md`: every stream, and every GET of Klaviyo's specification.

Usage: `python -m tools.stream_docs [--check]`. Why an endpoint has no stream is worked out where
the specification shows it (a single one of a collection, nothing but ids), and else said by hand in
`unread.json`.
"""

import argparse
import inspect
import json
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

from klaviyo_sandbox.spec import NEWEST, REVISION, Endpoint, Spec, load_spec
from source_klaviyo.api.quotas.limits import Limit
from source_klaviyo.estimate.costs import Requests, requests_of
from source_klaviyo.registry import STREAMS, stream_name
from source_klaviyo.reports.report_stream import ReportStream
from source_klaviyo.streams.kinds.base import KlaviyoStream
from source_klaviyo.streams.kinds.included import IncludedStream
from source_klaviyo.streams.kinds.item import ItemStream, NamedItemStream
from source_klaviyo.streams.kinds.union import UnionStream
from source_klaviyo.streams.kinds.windowed import NewestFirstStream, WindowedStream

PAGE: Final = Path(__file__).parent.parent / "docs" / "streams.md"
REASONS: Final = Path(__file__).parent / "unread.json"

_STREAMS_HEAD: Final = (
    "| stream | what | key | cursor | how it is read | scopes | quota | page |",
    "|---|---|---|---|---|---|---|---|",
)
_COSTS_HEAD: Final = ("| stream | requests of a sync |", "|---|---|")
_ENDPOINTS_HEAD: Final = ("| GET | stream, or why there is none |", "|---|---|")


def readers(streams: Iterable[type[KlaviyoStream]]) -> dict[str, list[str]]:
    """Return the names of the streams by the path of the GET that brings their records.

    Those of the very resources that it answers with come first.
    """
    found: dict[str, list[str]] = {}
    others = (IncludedStream, ItemStream, UnionStream)
    for stream in sorted(streams, key=lambda stream: issubclass(stream, others)):
        for path in _paths(stream):
            found.setdefault(path, []).append(stream_name(stream))
    return found


def _paths(stream: type[KlaviyoStream]) -> Iterator[str]:
    if issubclass(stream, UnionStream):
        for member in stream.kinds.values():
            yield from _paths(member)
        return
    yield f"/api/{stream.endpoint}"
    if issubclass(stream, ItemStream):
        yield f"/api/{stream.item}"


def reason(endpoint: Endpoint, spec: Spec, read: Mapping[str, Sequence[str]]) -> str | None:
    """Return why `endpoint` needs no stream, where the specification itself shows it."""
    collection = spec.endpoints.get(endpoint.path.rpartition("/{")[0])
    if endpoint.kind == "item" and collection and collection.path in read:
        more = set(endpoint.attributes) - set(collection.attributes)
        return None if more else f"a single one of `{_plainest(read[collection.path])}`"
    resources = endpoint.path.replace("/relationships/", "/")
    if endpoint.kind.startswith("relationship") and resources in spec.endpoints:
        return f"the ids of `GET {resources}`"
    return None


def _plainest(names: Sequence[str]) -> str:
    """Return the shortest name: streams that take a part of a collection add words to its name."""
    return min(names, key=len)


def endpoint_rows(
    spec: Spec, streams: Iterable[type[KlaviyoStream]], said: Mapping[str, str]
) -> Iterator[str]:
    """Yield a table row for every GET; `said` are the reasons said by hand.

    Raises LookupError for a GET without a stream and a reason, and for a reason too many.
    """
    read = readers(streams)
    needed = set()
    for path, endpoint in spec.endpoints.items():
        if path in read:
            told = ", ".join(f"**{name}**" for name in read[path])
        else:
            told = reason(endpoint, spec, read) or ""
        if not told:
            needed.add(path)
            told = said.get(path, "")
        if not told:
            raise LookupError(f"GET {path} has neither a stream nor a reason in {REASONS.name}.")
        yield f"| `{path.removeprefix('/api/')}` | {told} |"
    if idle := sorted(said.keys() - needed):
        raise LookupError(f"{REASONS.name} has reasons that nobody needs: {', '.join(idle)}.")


def stream_rows(streams: Iterable[type[KlaviyoStream]]) -> Iterator[str]:
    """Yield a table row for every stream."""
    for stream in streams:
        cursor = stream.cursor_key or stream.cursor_attribute
        what = inspect.cleandoc(stream.__doc__ or "").partition("\n\n")[0].replace("\n", " ")
        cells = [
            f"**{stream_name(stream)}**",
            what,
            ", ".join(f"`{key}`" for key in stream.keys),
            f"`{cursor}`" if cursor else "none",
            _how(stream),
            " ".join(f"`{scope}`" for scope in stream.scopes),
            _quota(stream),
            str(stream.page_size or ""),
        ]
        yield f"| {' | '.join(cells)} |"


def _how(stream: type[KlaviyoStream]) -> str:
    if issubclass(stream, UnionStream):
        return "; ".join(f"{kind}: {_how(member)}" for kind, member in stream.kinds.items())
    listing = f"`{stream.endpoint}`"
    if issubclass(stream, ReportStream):
        longest = stream.period.longest
        days = f"by day, at most {longest} days a call" if longest else "by calendar month"
        return (
            f"`POST {stream.endpoint}`, {days}{_for_each_metric(stream)}; see [reports](reports.md)"
        )
    if issubclass(stream, NamedItemStream) and stream.told_included:
        return f"`{stream.item}` for each of the `{stream.named}` of {listing}{_parts(stream)}"
    if issubclass(stream, ItemStream):
        which = "each changed row" if stream.cursor_attribute else "each"
        return f"`{stream.item}` for {which} of {listing}{_parts(stream)}"
    if issubclass(stream, IncludedStream):
        by = ", by their cursor" if stream.cursor_attribute else ", whole"
        return f"comes with {listing}{_parts(stream)}{by}"
    if issubclass(stream, NewestFirstStream):
        return f"{listing}, newest first, down to where the last sync began"
    windows = issubclass(stream, WindowedStream)
    way = f"windows of {listing}{_parts(stream)}" if windows else f"{listing}, whole"
    return f"{way}, for each of `{stream_name(stream.parent)}`" if stream.parent else way


def cost_rows(streams: Iterable[type[KlaviyoStream]]) -> Iterator[str]:
    """Yield a table row for every stream: what a sync of it costs, by the sizes that drive it."""
    for stream in streams:
        yield f"| **{stream_name(stream)}** | {_cost(stream)} |"


def _for_each_metric(stream: type[ReportStream]) -> str:
    if stream.metric_key is None:
        return ""
    return ", for each metric" if stream.splits_on_request else ", for each conversion metric"


def _cost(stream: type[KlaviyoStream]) -> str:
    if issubclass(stream, ReportStream):
        longest = stream.period.longest
        first = f"days / {longest}" if longest else "months"
        return f"{first}{_for_each_metric(stream)}; then 1 or 2 of each, at most once an hour"
    if issubclass(stream, UnionStream):
        of = ", ".join(f"`{member.endpoint}`" for member in stream.kinds.values())
        return f"those of {of}; none where they are read for other streams too"
    own, *listings = (_cost_of(each, stream) for each in requests_of(stream))
    if stream.parent:
        return f"{own}, and their listing"
    return ", and the listing: ".join([own, *listings])


def _cost_of(requests: Requests, stream: type[KlaviyoStream]) -> str:
    """Return how many requests a sync makes; with a cursor, only what changed has any."""
    pages = f" / {requests.page_size}" if requests.page_size else ""
    if requests.each and stream.parent:
        rows = "new rows" if stream.cursor_attribute else "rows"
        return f"1 for each of `{requests.each}`{f', and {rows}{pages} more' if pages else ''}"
    if requests.each:
        return f"1 for each {'changed row ' if stream.cursor_attribute else ''}of `{requests.each}`"
    least = f", at least {requests.least}" if requests.least > 1 else ""
    if not pages:
        return f"1; more where Klaviyo cuts it into pages{least}"
    changed = "changed " if stream.cursor_attribute and not stream.full_refresh_only else ""
    return f"{changed}{requests.rows}{pages}{least}"


def _parts(stream: type[KlaviyoStream]) -> str:
    names = sorted({name for partition in stream.partitions for name in partition})
    return f" by {' and '.join(f'`{name}`' for name in names)}" if names else ""


def _quota(stream: type[KlaviyoStream]) -> str:
    if issubclass(stream, UnionStream):
        return "; ".join(f"{kind}: {_quota(member)}" for kind, member in stream.kinds.items())
    quota = _limit(stream.limit)
    if issubclass(stream, ItemStream):
        quota += f", and {_limit(stream.item_limit)} for the items{_costly(stream.item_costly)}"
    return quota + _costly(stream.costly)


def _costly(limits: Sequence[tuple[str, Limit]]) -> str:
    return "".join(f", of `{name}` {_limit(limit)}" for name, limit in limits)


def _limit(limit: Limit) -> str:
    daily = f" {limit.daily}/day" if limit.daily else ""
    return f"{limit.burst}/s {limit.steady}/min{daily}"


def render(text: str, tables: Mapping[str, Iterable[str]]) -> str:
    """Return `text` with the lines of each table between its two marks."""
    for name, lines in tables.items():
        begin, end = f"<!-- {name} -->\n", f"<!-- end of {name} -->\n"
        before, _, rest = text.partition(begin)
        _, _, after = rest.partition(end)
        text = "".join([before, begin, *(f"{line}\n" for line in lines), end, after])
    return text


def reasons(spec: Spec) -> dict[str, str]:
    """Return what is said by hand of the endpoints of `spec`."""
    said: dict[str, str] = json.loads(REASONS.read_text(encoding="utf-8"))
    return {path: why for path, why in said.items() if path in spec.endpoints}


def added() -> Spec:
    """Return what the newest revision can be asked besides all that the one before can be."""
    before, newest = load_spec(REVISION).endpoints, load_spec(NEWEST)
    new = {path: told for path, told in newest.endpoints.items() if path not in before}
    return replace(newest, endpoints=dict(sorted(new.items())))


def older(streams: Iterable[type[KlaviyoStream]]) -> list[type[KlaviyoStream]]:
    """Return the streams that ask for nothing which only the newest revision has."""
    new = added().endpoints
    return [each for each in streams if not any(path in new for path in _paths(each))]


def page(text: str, spec: Spec, streams: Sequence[type[KlaviyoStream]]) -> str:
    """Return the page `text` with its tables made anew."""
    new, before = added(), older(streams)
    newer = [stream for stream in streams if stream not in before]
    return render(
        text,
        {
            "streams": [*_STREAMS_HEAD, *stream_rows(streams)],
            "costs": [*_COSTS_HEAD, *cost_rows(streams)],
            "endpoints": [*_ENDPOINTS_HEAD, *endpoint_rows(spec, before, reasons(spec))],
            "added": [*_ENDPOINTS_HEAD, *endpoint_rows(new, newer, reasons(new))],
        },
    )


def main(arguments: Sequence[str]) -> int:
    """Write the page, or with `--check` only tell whether it differs; return the exit code."""
    parser = argparse.ArgumentParser(description="Write the tables of docs/streams.md.")
    parser.add_argument("--check", action="store_true", help="write nothing")
    options = parser.parse_args(arguments)
    before = PAGE.read_text(encoding="utf-8")
    try:
        after = page(before, load_spec(REVISION), STREAMS)
    except LookupError as unread:
        print(unread, file=sys.stderr)
        return 1
    if options.check:
        print(f"{PAGE.name} {'is as it should be' if before == after else 'differs'}")
        return int(before != after)
    PAGE.write_text(after, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
