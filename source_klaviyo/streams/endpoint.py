"""Interfaces of a stream's endpoint, as its collection sees them."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

from source_klaviyo.api.filters import Bound
from source_klaviyo.api.limits import Limit
from source_klaviyo.api.partition import Partition
from source_klaviyo.protocol import Window
from source_klaviyo.streams.drift import Drift
from source_klaviyo.streams.excluded import Excluded
from source_klaviyo.streams.item_endpoint import ItemEndpoint
from source_klaviyo.streams.views.view import View


@dataclass(frozen=True, slots=True)
class CollectionView:
    """A view with the endpoint of its items, the check of its schema, and its excluded fields."""

    view: View
    items: ItemEndpoint | None = None
    drift: Drift | None = None
    excluded: Excluded = field(default_factory=Excluded)


class Endpoint(Protocol):
    """A stream's declaration of its collection; see declaration.py."""

    @property
    def endpoint(self) -> str:
        """The path under `/api/`, with `{id}` for the parent's id."""

    @property
    def limit(self) -> Limit:
        """The published rate limit."""

    @property
    def resource(self) -> str | None:
        """The JSON:API type."""

    @property
    def page_size(self) -> int | None:
        """The largest page that is documented."""

    @property
    def cursor_attribute(self) -> str | None:
        """The cursor's attribute."""

    @property
    def ordered(self) -> bool:
        """Whether pages ascend by the cursor."""

    @property
    def newest_first(self) -> bool:
        """Whether pages descend by the cursor."""

    @property
    def lower(self) -> Bound | None:
        """The operator that bounds the cursor below."""

    @property
    def upper(self) -> bool:
        """Whether the cursor can be bounded above."""

    @property
    def partitions(self) -> Sequence[Partition]:
        """The partitions known from the start."""

    @property
    def parent_key(self) -> str:
        """The key of the parent's id in a partition."""

    @property
    def revision_read(self) -> str:
        """The revision in requests."""

    def select(
        self, partition: Partition, window: Window, *, newest_first: bool = False
    ) -> dict[str, str]:
        """Return the parameters that select a partition's window and sort it."""
