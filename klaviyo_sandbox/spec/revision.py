"""The specification of one revision."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from klaviyo_sandbox.spec.endpoint import Endpoint, Relation
from klaviyo_sandbox.spec.report import Report

NUMERIC_SORTS = {"rating": "integer", "size": "integer", "timestamp": "number"}
DATE_SORTS = {
    "created",
    "created_at",
    "updated",
    "updated_at",
    "scheduled_at",
    "datetime",
    "joined_group_at",
}


@dataclass(frozen=True)
class Spec:
    """All endpoints of one revision."""

    revision: str
    endpoints: Mapping[str, Endpoint]
    reports: Mapping[str, Report]
    older: tuple[Endpoint, ...] = ()
    """Endpoints of the revision before, whose models are told as well."""

    @property
    def _known(self) -> Iterator[Endpoint]:
        yield from self.older
        yield from self.endpoints.values()

    @cached_property
    def relations(self) -> Mapping[str, Mapping[str, Relation]]:
        """Per resource type, all relationships of all endpoints."""
        found: dict[str, dict[str, Relation]] = {}
        for endpoint in self._known:
            found.setdefault(endpoint.type, {}).update(endpoint.relations)
        return found

    @cached_property
    def searchable(self) -> Mapping[str, Mapping[str, str]]:
        """Per resource type, the kind of value of each field to filter or sort by."""
        found: dict[str, dict[str, str]] = defaultdict(dict)
        for endpoint in self._known:
            fields = found[endpoint.type]
            for name in endpoint.sort:
                fields.setdefault(name, _sort_kind(name))
            fields |= {name: rule.value for name, rule in endpoint.filters.items()}
        return dict(found)

    @cached_property
    def optional(self) -> Mapping[str, frozenset[str]]:
        """Per resource type, the attributes of some answers only.

        They are behind `additional-fields`, or a collection leaves them out, such as a form's
        definition.
        """
        found: dict[str, set[str]] = defaultdict(set)
        for endpoint in self._known:
            for kind, names in endpoint.additional_fields.items():
                found[kind] |= names
        for path, endpoint in self.endpoints.items():
            listed = self.endpoints.get(path.removesuffix("/{id}"))
            if endpoint.kind == "item" and listed:
                found[endpoint.type] |= {*endpoint.attributes} - {*listed.attributes}
        return {kind: frozenset(names) for kind, names in found.items()}

    @cached_property
    def scopes(self) -> Mapping[str, tuple[str, ...]]:
        """Per resource type, the fewest scopes of any endpoint that shows the type."""
        found: dict[str, tuple[str, ...]] = {}
        for endpoint in self.endpoints.values():
            least = found.get(endpoint.type, endpoint.scopes)
            found[endpoint.type] = min(least, endpoint.scopes, key=len)
        return found

    @cached_property
    def types_of_collections(self) -> Mapping[str, str]:
        """`{"campaigns": "campaign", …}` from first path segment to resource type."""
        return {
            endpoint.parent: endpoint.type
            for endpoint in self.endpoints.values()
            if endpoint.kind in ("collection", "item")
        }


def _sort_kind(field: str) -> str:
    if field in DATE_SORTS or field.endswith(".timestamp"):
        return "date-time"
    return NUMERIC_SORTS.get(field, "string")
