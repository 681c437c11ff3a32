"""What the sandbox knows about a read: the ids that had to come, and what it cost."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from math import ceil

from klaviyo_sandbox import Sandbox, Touched
from klaviyo_sandbox.spec import Endpoint, load_spec
from source_klaviyo.streams.base import KlaviyoStream
from tools.demo.reading import Reading, StreamRead

_SEEN = ("added", "updated", "archived", "late", "ahead")
"""The changes that a read can see: not what is deleted, and no memberships."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One stream's read against the truth."""

    stream: str
    read: StreamRead
    requests: int
    fewest: int | None = None
    """The least requests that could have brought it; None where that cannot be worked out."""
    wanted: int | None = None
    """How many ids had to come; None where the demo cannot tell."""
    changed: bool = False
    """Whether those are the changed ones only."""
    missing: list[str] = field(default_factory=list)
    strange: list[str] = field(default_factory=list)
    """Ids that came and that the sandbox does not hold."""


@dataclass(frozen=True, slots=True)
class Truth:
    """A read's findings; `requests` are all that were made, `throttled` those answered 429."""

    findings: list[Finding]
    requests: int
    throttled: int

    @property
    def right(self) -> bool:
        """Whether every id came that had to, and no other."""
        return not any(finding.missing or finding.strange for finding in self.findings)


def collection_of(stream: KlaviyoStream) -> Endpoint | None:
    """Return what Klaviyo's specification says of the stream's collection.

    None where the stream does not read a whole collection: below a parent lies only a part of its
    type, such as the profiles of the lists, and how many pages it takes depends on the parents.
    """
    endpoint = load_spec().endpoints.get(f"/api/{stream.endpoint}")
    return endpoint if endpoint and endpoint.kind == "collection" else None


def compare(
    sandbox: Sandbox,
    streams: Iterable[KlaviyoStream],
    reading: Reading,
    touched: Touched | None = None,
) -> Truth:
    """Hold a read against the sandbox.

    With `touched`, streams that have a cursor need only have brought what was changed.
    """
    counts = sandbox.counts()
    findings = []
    for stream in streams:
        read = reading.streams[stream.name]
        asked = counts.get(f"/api/{stream.endpoint}")
        finding = Finding(stream.name, read, requests=asked.requests if asked else 0)
        collection = collection_of(stream)
        if collection:
            held = sandbox.ids(collection.type)
            changes = _changes(stream, collection, touched)
            wanted = held if changes is None else held & changes
            finding = replace(
                finding,
                fewest=_fewest(stream, collection, read),
                wanted=len(wanted),
                changed=changes is not None,
                missing=sorted(wanted - read.ids),
                strange=sorted(read.ids - held),
            )
        findings.append(finding)
    return Truth(
        findings,
        requests=sum(count.requests for count in counts.values()),
        throttled=sum(count.statuses.get(429, 0) for count in counts.values()),
    )


def _changes(
    stream: KlaviyoStream, collection: Endpoint, touched: Touched | None
) -> set[str] | None:
    """Return the ids that an incremental read had to bring; None where it had to bring all."""
    if touched is None or stream.cursor_attribute is None:
        return None
    ways: Mapping[str, list[str]] = touched.get(collection.type, {})
    return {row for way in _SEEN for row in ways.get(way, ())}


def _fewest(stream: KlaviyoStream, collection: Endpoint, read: StreamRead) -> int | None:
    """Return the least number of requests that can bring what was read.

    That is the pages that each partition's rows fill, and one request for a partition without
    any, since nobody can know that before. None where the records do not tell their partition.
    """
    rows = [read.rows(partition) for partition in stream.partitions]
    if sum(rows) != len(read.ids):
        return None
    size = stream.page_size or collection.page_rows
    return sum(max(1, ceil(count / size)) if size else 1 for count in rows)
