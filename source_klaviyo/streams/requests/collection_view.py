"""A view of a collection, with all that its collection needs to know of the stream."""

from dataclasses import dataclass, field

from source_klaviyo.streams.records.drift import Drift
from source_klaviyo.streams.records.excluded import Excluded
from source_klaviyo.streams.requests.item_endpoint import ItemEndpoint
from source_klaviyo.streams.views.view import View


@dataclass(frozen=True, slots=True)
class CollectionView:
    """A view with the endpoint of its items, the check of its schema, and its excluded fields."""

    view: View
    items: ItemEndpoint | None = None
    drift: Drift | None = None
    excluded: Excluded = field(default_factory=Excluded)
