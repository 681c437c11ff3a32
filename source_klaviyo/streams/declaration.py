"""The attributes that describe a collection."""

from collections.abc import Sequence
from typing import ClassVar

from source_klaviyo.api.documents.normalize import Normalization
from source_klaviyo.api.filters import Bound
from source_klaviyo.api.partition import Partition
from source_klaviyo.api.quotas.limits import Limit
from source_klaviyo.streams.records.additions import Addition
from source_klaviyo.streams.records.derived import Derived


class Declaration:
    """The attributes by which a stream is declared.

    Their values are those of Klaviyo's OpenAPI document, an extract of which is in
    klaviyo_sandbox/spec; a test compares both. tools/draft_stream.py writes the first draft. A
    plain collection needs `endpoint`, `scopes`, `limit` and, where Klaviyo has it, `page_size`;
    with a cursor also `cursor_attribute`.

    >>> class WebFeeds(Declaration):
    ...     endpoint = "web-feeds"
    ...     scopes = ("web-feeds:read",)
    ...     limit, page_size, cursor_attribute = Limit(1, 15), 20, "updated"
    >>> WebFeeds().sort
    'updated'
    """

    endpoint: ClassVar[str]
    """The path under `/api/`; `{id}` stands for the parent's id."""
    scopes: ClassVar[tuple[str, ...]]
    """The scopes without which Klaviyo serves no record."""
    limit: ClassVar[Limit]
    """The published rate limit of the endpoint."""
    page_size: int | None = None
    """The largest page that Klaviyo serves; None if Klaviyo has no such parameter."""
    include: ClassVar[tuple[str, ...]] = ()
    """Relationships whose resources are included, and added to the record at its top level."""
    include_scopes: ClassVar[tuple[tuple[str, str], ...]] = ()
    """Included relationships that need a scope of their own. Without that scope the record has null
    there."""
    relationship_ids: ClassVar[tuple[tuple[str, str], ...]] = ()
    """Relationships, and the key for the related id, or list of ids, in the record. For most
    relationships, Klaviyo sends the ids only if `include` names them."""
    normalize: ClassVar[Normalization] = ()
    """Attributes that Klaviyo sends in another form than documented, and the documented form."""
    resource: ClassVar[str | None] = None
    """The JSON:API type, if another stream is a view of the same collection or its child."""
    additions: ClassVar[tuple[Addition, ...]] = ()
    """Members that the record gets deep inside, where other connectors have them."""
    derived: ClassVar[tuple[Derived, ...]] = ()
    """Columns at the top of the record, derived from the resource."""
    parent_key: ClassVar[str] = ""
    """The key under which the parent's id is added to the record, with a `parent`."""
    parent_filter: ClassVar[str | None] = None
    """The filter by the parent's id, if the path does not have the id."""
    parameters: ClassVar[tuple[tuple[str, str], ...]] = ()
    """Further query parameters, for example attributes that Klaviyo leaves out by default."""
    opt_in: ClassVar[tuple[str, ...]] = ()
    """Attributes that Klaviyo sends only if `additional-fields[type]` names them."""
    costly: ClassVar[tuple[tuple[str, Limit], ...]] = ()
    """Parameters with rate limits of their own, in addition to the endpoint's."""
    oldest_revision: ClassVar[str | None] = None
    """The first revision with the shape of this stream's records; None if all supported revisions
    have the same."""
    newest_revision: ClassVar[str | None] = None
    """The last revision with the shape of this stream's records; None if the newest has the
    same."""
    partitions: Sequence[Partition] = ({},)
    """Filter values that are read apart, each with a cursor of its own. A stream with a parent has
    a partition for each of the parent's resources instead."""
    only_with_cursor: ClassVar[bool] = False
    """Whether every request bounds the cursor below, so that rows without a cursor value are left
    out."""
    partition_fields: ClassVar[tuple[tuple[str, str], ...]] = ()
    """Filters of a partition that its records do not show, and their keys at the top of the
    record."""
    keys: ClassVar[tuple[str, ...]] = ("id",)
    """The members of a record that together are its primary key."""
    single: ClassVar[str | None] = None
    """The path of a single row, to confirm that the row is gone. For a link: the path of the links
    of its owner. None if deletes are not followed."""
    belongs_to: ClassVar[str | None] = None
    """The path, after `single`, of the resource that a row is deleted with."""
    bounded_by_start_date: ClassVar[bool] = False
    """Whether `start_date` leaves out older rows; never where other rows refer to them."""
    full_refresh_only: ClassVar[bool] = False
    """Whether only all rows together have a meaning, although a cursor splits the reading."""
    arrives_late: ClassVar[bool] = False
    """Whether rows appear with old cursor values, so that a look-back is needed."""
    essential: ClassVar[frozenset[str]] = frozenset()
    """The parts of the request (see query.py) that the stream cannot do without."""
    cursor_attribute: ClassVar[str | None] = None
    """The attribute, or `a.b.c` for a part of an attribute; of a list, the latest element
    counts."""
    cursor_key: ClassVar[str | None] = None
    """The key of the cursor in the record, if not the attribute's name."""
    ordered: ClassVar[bool] = False
    """Whether pages ascend by the cursor, so that a window can be split while it is read."""
    newest_first: ClassVar[bool] = False
    lower: ClassVar[Bound | None] = None
    """The operator that bounds the cursor below, None if Klaviyo cannot filter by the cursor."""
    upper: ClassVar[bool] = False
    """Whether Klaviyo can bound the cursor above; otherwise the sync engine ends the window."""
    sortable: ClassVar[bool] = True
    sort_key: ClassVar[str | None] = None
    """The cursor's name in `sort`, if not its own."""

    @property
    def sort(self) -> str | None:
        """The value of `sort` for ascending order, None if Klaviyo cannot sort by the cursor."""
        return (self.sort_key or self.cursor_attribute) if self.sortable else None

    @classmethod
    def records_revision(cls, configured: str) -> str:
        """Return the revision whose shape the records have."""
        return cls.revision_at(configured)

    @classmethod
    def revision_at(cls, configured: str) -> str:
        """Return the revision of the requests of a connector that is set to `configured`.

        >>> class OldCampaigns(Declaration):
        ...     newest_revision = "2026-07-15"
        >>> OldCampaigns.revision_at("2026-10-15")
        '2026-07-15'
        """
        newest = min(configured, cls.newest_revision or configured)
        return max(newest, cls.oldest_revision or newest)
