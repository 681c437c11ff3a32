"""What there is to say of a collection, so that it can be read."""

from collections.abc import Sequence
from typing import ClassVar

from source_klaviyo.api.filters import Bound
from source_klaviyo.api.limits import Limit
from source_klaviyo.api.normalize import Normalization
from source_klaviyo.api.partition import Partition
from source_klaviyo.streams.additions import Addition
from source_klaviyo.streams.derived import Derived


class Declaration:
    """The attributes by which a stream is declared.

    Their values are those of Klaviyo's OpenAPI document, as klaviyo_sandbox/spec has it, and a test
    holds them against it; tools/draft_stream.py writes them. A plain collection needs `endpoint`,
    `scopes`, `limit` and, where Klaviyo has it, `page_size`; one with a cursor also that.
    """

    endpoint: ClassVar[str]
    """The path under `/api/`; `{id}` in it stands for the parent's id."""
    scopes: ClassVar[tuple[str, ...]]
    """What the credentials must be allowed, without which there is no record."""
    limit: ClassVar[Limit]
    """The published rate limit of the endpoint."""
    page_size: int | None = None
    """The largest page that Klaviyo serves; None where there is no choice."""
    include: ClassVar[tuple[str, ...]] = ()
    """Relationships whose resources are included, and added to the record at its top level."""
    include_scopes: ClassVar[tuple[tuple[str, str], ...]] = ()
    """Included relationships that need a scope of their own. Without that scope the record has null
    there."""
    relationship_ids: ClassVar[tuple[tuple[str, str], ...]] = ()
    """Relationships, and the key under which the id that they hold is added to the record, or
    the list of ids. Of most, Klaviyo tells the ids only when they are in `include` as well."""
    normalize: ClassVar[Normalization] = ()
    """Attributes that Klaviyo sends in another form than it documents, and what they should be."""
    resource: ClassVar[str | None] = None
    """The JSON:API type, where another stream is a view of the same collection or its child."""
    additions: ClassVar[tuple[Addition, ...]] = ()
    """Members that the record gets deep inside, where other connectors have them."""
    derived: ClassVar[tuple[Derived, ...]] = ()
    """Columns on top of the record that are read off the resource."""
    parent_key: ClassVar[str] = ""
    """The key under which the parent's id is added to the record, with a `parent`."""
    parent_filter: ClassVar[str | None] = None
    """The filter by the parent's id, where it does not stand in the path."""
    parameters: ClassVar[tuple[tuple[str, str], ...]] = ()
    """Further query parameters, for example attributes that Klaviyo leaves out unless asked."""
    costly: ClassVar[tuple[tuple[str, Limit], ...]] = ()
    """Limits of their own that parameters of the request draw on, besides the endpoint's."""
    oldest_revision: ClassVar[str | None] = None
    """The first revision with the shape that this stream reads; None where all have it that the
    connector can be set to."""
    newest_revision: ClassVar[str | None] = None
    """The last revision with that shape; None while there is no other."""
    partitions: Sequence[Partition] = ({},)
    """Filter values that are read apart, each part with a cursor of its own; a stream with a parent
    has one for each of its resources instead."""
    only_with_cursor: ClassVar[bool] = False
    """Whether every request bounds the cursor below: only rows that have a value are meant."""
    partition_fields: ClassVar[tuple[tuple[str, str], ...]] = ()
    """Filters of a partition that its records do not show, and the key that shows them on top."""
    keys: ClassVar[tuple[str, ...]] = ("id",)
    """The members of a record that together name it."""
    single: ClassVar[str | None] = None
    """The path by which one row is asked for, to confirm that it is gone: the row itself, or, where
    it is a link, the links of what has it. None where deletes are not followed."""
    belongs_to: ClassVar[str | None] = None
    """What follows on `single` for the resource that a row goes with."""
    bounded_by_start_date: ClassVar[bool] = False
    """Whether `start_date` leaves out older rows; never so where other rows refer to them."""
    full_refresh_only: ClassVar[bool] = False
    """Whether only all rows together tell anything, though there is a cursor to read them by."""
    arrives_late: ClassVar[bool] = False
    """Whether rows appear with cursor values long past, so that a look-back is needed."""
    essential: ClassVar[frozenset[str]] = frozenset()
    """The parts of the request (see query.py) that the stream is nothing without."""
    cursor_attribute: ClassVar[str | None] = None
    """The attribute, or `a.b.c` for a part of one; of a list, its latest element counts."""
    cursor_key: ClassVar[str | None] = None
    """The key under which the cursor is added to the record, where not the attribute's name."""
    ordered: ClassVar[bool] = False
    """Whether pages ascend by the cursor, so that a window can be split while it is read."""
    newest_first: ClassVar[bool] = False
    lower: ClassVar[Bound | None] = None
    """The operator that bounds the cursor below, None where it cannot be filtered."""
    upper: ClassVar[bool] = False
    """Whether the cursor can be bounded above; else the sync engine stops by itself."""
    sortable: ClassVar[bool] = True
    sort_key: ClassVar[str | None] = None
    """What `sort` calls the cursor, where not by its own name."""

    @property
    def sort(self) -> str | None:
        """What `sort` is set to for ascending order, None where there is no such sort."""
        return (self.sort_key or self.cursor_attribute) if self.sortable else None

    @classmethod
    def records_revision(cls, configured: str) -> str:
        """Return the revision whose shape the records have."""
        return cls.revision_at(configured)

    @classmethod
    def revision_at(cls, configured: str) -> str:
        """Return the revision that requests name where the connector is set to `configured`."""
        newest = min(configured, cls.newest_revision or configured)
        return max(newest, cls.oldest_revision or newest)
