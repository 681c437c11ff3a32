"""From a path to its endpoint."""

from dataclasses import dataclass

from klaviyo_sandbox.api.errors import ApiError
from klaviyo_sandbox.spec import Endpoint, Report, Spec


@dataclass(frozen=True, slots=True)
class Route:
    """An endpoint, and the id in its path."""

    endpoint: Endpoint | Report
    item_id: str | None


class Router:
    """The endpoints by their paths."""

    def __init__(self, spec: Spec) -> None:
        """Serve every endpoint of `spec`."""
        known: dict[str, Endpoint | Report] = {**spec.endpoints, **spec.reports}
        self._endpoints = {
            _shape(path.strip("/").split("/")): endpoint for path, endpoint in known.items()
        }

    def route(self, method: str, segments: tuple[str, ...]) -> Route:
        """Return the endpoint of the path.

        Raises:
            ApiError: 404 for an unknown path, 405 for a wrong method.
        """
        shape = segments if len(segments) < 3 else (*segments[:2], "{}", *segments[3:])
        endpoint = self._endpoints.get(shape)
        if endpoint is None:
            path = "/".join(segments)
            raise ApiError(404, "not_found", f"The path /{path} could not be found.")
        allowed = "POST" if isinstance(endpoint, Report) else "GET"
        if method != allowed:
            raise ApiError(
                405,
                "method_not_allowed",
                f"Method '{method}' not allowed.",
                headers={"Allow": allowed},
            )
        return Route(endpoint, segments[2] if len(segments) > 2 else None)


def _shape(segments: list[str]) -> tuple[str, ...]:
    return tuple("{}" if segment.startswith("{") else segment for segment in segments)
