"""The scopes of included resources."""

from collections.abc import Mapping

from klaviyo_sandbox.api.keys import Credential, check_scopes
from klaviyo_sandbox.api.query import Query
from klaviyo_sandbox.spec import Endpoint, Spec

Scopes = Mapping[str, tuple[str, ...]]


def scopes_of_types(spec: Spec) -> Scopes:
    """Return the scopes of each type: the fewest of any endpoint that shows the type."""
    found: dict[str, tuple[str, ...]] = {}
    for endpoint in spec.endpoints.values():
        least = found.get(endpoint.type)
        if least is None or len(endpoint.scopes) < len(least):
            found[endpoint.type] = endpoint.scopes
    return found


def check_included(
    query: Query, endpoint: Endpoint, scopes: Scopes, credential: Credential
) -> None:
    """Make sure that the credential may see all included resources.

    Raises:
        ApiError: 403, naming the missing scopes.
    """
    needed = {
        scope
        for name in query.include
        if name in endpoint.relations
        for scope in scopes.get(endpoint.relations[name].type, ())
    }
    check_scopes(credential, sorted(needed))
