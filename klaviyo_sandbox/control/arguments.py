"""What a control call was given, in its query or as a JSON body."""

import json

from klaviyo_sandbox.store.json_text import JsonObject, load_object
from klaviyo_sandbox.web.request import Request


class Arguments:
    """Named values."""

    def __init__(self, request: Request) -> None:
        """Take query parameters and the members of the body alike."""
        self._body = request.body
        self.values: dict[str, object] = {
            **dict(request.query),
            **(json.loads(request.body) if request.body else {}),
        }

    @property
    def document(self) -> JsonObject:
        """The body, its numbers exactly as written."""
        return load_object(self._body)

    def text(self, name: str, default: str = "") -> str:
        """Return a text."""
        return str(self.values.get(name, default))

    def texts(self, name: str) -> list[str]:
        """Return a list of texts; in a query it is comma separated."""
        value = self.values.get(name)
        if isinstance(value, list):
            return [str(element) for element in value]
        return [part for part in str(value).split(",") if part] if value is not None else []

    def number(self, name: str, default: float) -> float:
        """Return a number."""
        value = self.values.get(name)
        return default if value is None else float(str(value))

    def flag(self, name: str) -> bool | None:
        """Return true, false, or None when not given."""
        value = self.values.get(name)
        return None if value is None else str(value).lower() == "true"
