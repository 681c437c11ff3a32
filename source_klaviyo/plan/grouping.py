"""The collections of a sync: streams that are views of the same collection share its requests."""

from collections.abc import Hashable
from dataclasses import dataclass, field

from source_klaviyo.api.client import Client
from source_klaviyo.streams.kinds.base import KlaviyoStream
from source_klaviyo.streams.requests.collection_view import CollectionView
from source_klaviyo.streams.views.ids import IdsOnly
from source_klaviyo.sync.jobs import CollectionJob, StreamJob, ViewJob
from source_klaviyo.sync.state.deletes import Deletes


@dataclass(slots=True)
class _Group:
    """The views of a collection, and the stream that declares the collection.

    `listings` are the views of parents, by the parent and the key of the ids.
    """

    declared: KlaviyoStream
    views: list[CollectionView] = field(default_factory=list)
    jobs: list[ViewJob] = field(default_factory=list)
    listings: dict[tuple[type[KlaviyoStream], str], ViewJob] = field(default_factory=dict)

    def listing(self, parent: KlaviyoStream, key: str) -> ViewJob:
        """Return the view that lists the ids of `parent` under `key`, the same for all children."""
        identity = type(parent), key
        if identity not in self.listings:
            self.listings[identity] = ViewJob()
            self.jobs.append(self.listings[identity])
            self.views.append(CollectionView(parent.parents_view(key)))
        return self.listings[identity]


class Grouping:
    """The streams of a sync, grouped by their collections."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._groups: dict[Hashable, _Group] = {}
        self._children: list[tuple[ViewJob, Hashable]] = []
        self._checks: list[CollectionJob] = []

    def add(self, stream: KlaviyoStream, job: StreamJob) -> None:
        """Add a stream's views, the listing of its parents, and the checks of its deletes."""
        views = []
        for member in stream.members:
            group = self._group(member)
            group.views.append(member.collection_view(stream.name, stream.drift))
            views.append(ViewJob(job, member.state_partition({})))
            group.jobs.append(views[-1])
        if job.deletes and job.deletes.is_due():
            asks = ViewJob(job, confirms=True)
            checks = CollectionJob(stream.delete_checks(), [asks], job.deletes.candidates)
            for view in views:
                view.children.append(checks)
            self._list_ids(stream, job.deletes, checks)

    def _list_ids(self, stream: KlaviyoStream, deletes: Deletes, checks: CollectionJob) -> None:
        """Add listings of a stream's ids; `checks` begin at their end."""
        self._checks.append(checks)
        for member in stream.members:
            group = self._group(member, of_ids=True)
            group.views.append(CollectionView(IdsOnly(member.listing_view(stream.name))))
            constants = member.state_partition({})
            group.jobs.append(ViewJob(None, constants, [checks], lists=deletes))

    def collections(self) -> list[CollectionJob]:
        """Return a job for each collection, with the listings of parents linked to its children."""
        jobs = {
            key: CollectionJob(group.declared.collection(group.views), group.jobs)
            for key, group in self._groups.items()
        }
        for listing, child in self._children:
            listing.children.append(jobs[child])
        return [*jobs.values(), *self._checks]

    def _group(self, stream: KlaviyoStream, *, of_ids: bool = False) -> _Group:
        """Return the group of the stream's collection, or of a separate listing of its ids."""
        key = stream.collection_key, of_ids
        if key in self._groups:
            if stream.cursor_attribute:  # one view may read by a cursor what another reads whole
                self._groups[key].declared = stream
        else:
            self._groups[key] = _Group(stream)
            if stream.parent:
                parent = stream.parent(self._client)
                listing = self._group(parent).listing(parent, stream.parent_key)
                self._children.append((listing, key))
        return self._groups[key]
