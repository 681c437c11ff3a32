"""What the sandbox knows about a read: the ids that had to come, and what it cost."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from klaviyo_sandbox import Sandbox, Touched
from klaviyo_sandbox.spec import REVISION, Endpoint, load_spec
from source_klaviyo.streams.kinds.base import KlaviyoStream
from source_klaviyo.streams.kinds.included import IncludedStream
from source_klaviyo.streams.kinds.item import ItemStream
from source_klaviyo.streams.kinds.union import UnionStream
from source_klaviyo.streams.views.consents import ConsentsView
from tools.demo.fewest import of_another_kind, of_collection
from tools.demo.reading import Reading, StreamRead

_SEEN = ("added", "updated", "archived", "late", "ahead")
"""The changes that a read can see: not what is deleted, and no memberships."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One stream's read against the truth."""

    stream: str
    read: StreamRead
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
    Nor where its records are not the collection's own resources, or only some of them.
    """
    if isinstance(stream, IncludedStream | ItemStream | UnionStream) or stream.only_with_cursor:
        return None
    if stream.resource_view is ConsentsView:
        return None
    spec = load_spec(stream.revision_at(REVISION))
    endpoint = spec.endpoints.get(f"/api/{stream.endpoint}")
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
    counts = sandbox.log.counts()
    findings = []
    collections: dict[str, tuple[int | None, int]] = {}
    # Plain collections first: what others cost at the least follows from them.
    for stream in sorted(streams, key=lambda stream: collection_of(stream) is None):
        read = reading.streams[stream.name]
        collection = collection_of(stream)
        fewest = None
        if collection:
            fewest = of_collection(stream, stream.page_size or collection.page_rows, read)
            # Of streams that share an endpoint, the first is the collection as it is.
            collections.setdefault(stream.endpoint, (fewest, len(read.ids)))
        else:
            fewest = of_another_kind(stream, read, collections, sandbox)
        finding = Finding(stream.name, read, fewest)
        if collection:
            held = sandbox.ids(collection.type)
            changes = _changes(stream, collection, touched)
            wanted = held if changes is None else held & changes
            finding = replace(
                finding,
                wanted=len(wanted),
                changed=changes is not None,
                missing=sorted(wanted - read.ids),
                strange=sorted(read.ids - held),
            )
        findings.append(finding)
    return Truth(
        sorted(findings, key=lambda finding: finding.stream),
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
