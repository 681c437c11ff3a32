"""The read API at one revision."""

from klaviyo_sandbox.api.admitted import Admitted
from klaviyo_sandbox.api.document import Documents, document_of, identifiers
from klaviyo_sandbox.api.errors import ApiError
from klaviyo_sandbox.api.keys import check_scopes
from klaviyo_sandbox.api.query import Query, query_of
from klaviyo_sandbox.api.quirks import check_parameters, check_weight
from klaviyo_sandbox.api.select import select
from klaviyo_sandbox.quirks import QuirkBook
from klaviyo_sandbox.spec import USED_TEMPLATE, Endpoint, Report, Spec, wire_type
from klaviyo_sandbox.store.clock import Clock
from klaviyo_sandbox.store.row import Reference, Row, each
from klaviyo_sandbox.store.rows import RowList
from klaviyo_sandbox.store.world import GROUPS, Rows, World
from klaviyo_sandbox.web.request import Request


class ApiAtRevision:
    """The read API of one specification."""

    def __init__(self, spec: Spec, world: World, clock: Clock, quirks: QuirkBook) -> None:
        """Serve `world` as `spec` says, at the time of `clock`, with `quirks`."""
        self._quirks = quirks
        self.revision = spec.revision
        self._world = world
        self._clock = clock
        known: dict[str, Endpoint | Report] = {**spec.endpoints, **spec.reports}
        self._by_shape = {
            _shape(path.strip("/").split("/")): endpoint for path, endpoint in known.items()
        }
        self._documents = Documents(spec, world)
        self._collections = spec.types_of_collections
        self._kinds = spec.searchable
        self._scopes = spec.scopes

    def endpoint(self, request: Request) -> Endpoint | Report:
        """Return the endpoint of a request.

        Raises:
            ApiError: 404 for an unknown path, 405 for a wrong method.
        """
        segments = request.segments
        shape = segments if len(segments) < 3 else (*segments[:2], "{}", *segments[3:])
        endpoint = self._by_shape.get(shape)
        if endpoint is None:
            raise ApiError(404, "not_found", f"The path {request.path} could not be found.")
        allowed = "POST" if isinstance(endpoint, Report) else "GET"
        if request.method != allowed:
            detail = f"Method '{request.method}' not allowed."
            raise ApiError(405, "method_not_allowed", detail, headers={"Allow": allowed})
        return endpoint

    def answer(self, request: Request, endpoint: Endpoint, admitted: Admitted) -> bytes:
        """Return the document the request asks for.

        Raises:
            ApiError: 400, 404 or 500.
        """
        quirks = self._quirks.find(request.path)
        check_parameters(request, endpoint, quirks)
        query = query_of(request.query, endpoint, self._clock.now(), quirks.max_page_size)
        included = (endpoint.relations[name].type for name in query.include)
        needed = {scope for kind in included for scope in self._scopes.get(kind, ())}
        check_scopes(admitted.credential, sorted(needed))
        item_id = admitted.item_id
        row = None if item_id is None else self._item(endpoint, item_id)
        if row is None:
            return self._many(request, endpoint, self._world.table(endpoint.type), query)
        if endpoint.kind == "item":
            return self._one(request, endpoint, row, query)
        if endpoint.kind.endswith("_one"):
            return self._related_one(request, endpoint, row, query)
        return self._many(request, endpoint, self._children(endpoint, row), query)

    def _item(self, endpoint: Endpoint, item_id: str) -> Row:
        kind = self._collections[endpoint.parent]
        row = self._world.get(Reference(kind, item_id))
        if row is None and kind == "template":
            row = self._world.get(Reference(USED_TEMPLATE, item_id))
        if row is None:
            raise ApiError(
                404,
                "not_found",
                f"A {wire_type(kind)} with id {item_id} does not exist.",
                pointer="/data/id",
            )
        return row

    def _children(self, endpoint: Endpoint, row: Row) -> Rows:
        if endpoint.relation_name == "profiles" and row.type in GROUPS:
            return self._world.group(Reference(row.type, row.id))
        links = each(self._world.related(row, endpoint.relation_name))
        found = (self._world.get(reference) for reference in links)
        return RowList(
            (child for child in found if child is not None), self._kinds.get(endpoint.type, {})
        )

    def _many(self, request: Request, endpoint: Endpoint, rows: Rows, query: Query) -> bytes:
        quirks = self._quirks.find(request.path)
        page, cursor = select(
            self._world, endpoint, rows, query, tells_ties=not quirks.cursor_without_id
        )
        check_weight(len(page), quirks)
        links: dict[str, str | None] = {"self": request.url()}
        if endpoint.paginated:  # others have no further links (recorded)
            links["next"] = None if cursor is None else request.url(cursor)
            links["prev"] = None
        texts, included = (
            (identifiers(page), b"")
            if endpoint.kind == "relationship"
            else self._documents.resources(endpoint, query, page, quirks)
        )
        return document_of(b"[" + b",".join(texts) + b"]", included, links)

    def _one(self, request: Request, endpoint: Endpoint, row: Row, query: Query) -> bytes:
        quirks = self._quirks.find(request.path)
        texts, included = self._documents.resources(endpoint, query, [row], quirks)
        return document_of(texts[0], included, {"self": request.url()})

    def _related_one(self, request: Request, endpoint: Endpoint, row: Row, query: Query) -> bytes:
        reference = next(iter(each(self._world.related(row, endpoint.relation_name))), None)
        target = None if reference is None else self._world.get(reference)
        if endpoint.kind == "relationship_one":
            text = b"null" if target is None else identifiers([target])[0]
            return document_of(text, b"", {"self": request.url()})
        if target is None:
            detail = f"The {wire_type(row.type)} {row.id} has no {endpoint.relation_name}."
            raise ApiError(404, "not_found", detail)
        return self._one(request, endpoint, target, query)


def _shape(segments: list[str]) -> tuple[str, ...]:
    return tuple("{}" if segment.startswith("{") else segment for segment in segments)
