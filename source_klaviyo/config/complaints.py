"""Messages about an invalid configuration that quote no value: some are secrets."""

from pydantic import BaseModel, ValidationError

from source_klaviyo.config.credentials import BY_TYPE
from source_klaviyo.suggestion import did_you_mean


def complaints(invalid: ValidationError, settings: type[BaseModel]) -> str:
    """Return the mistakes in a configuration of `settings`, without any value."""
    return "; ".join(
        _complaint(settings, error["loc"], error["type"], error["msg"])
        for error in invalid.errors(include_input=False, include_url=False)
    )


def _complaint(
    settings: type[BaseModel], location: tuple[int | str, ...], kind: str, message: str
) -> str:
    text = message.removeprefix("Value error, ").replace("Input should be", "must be")
    if len(location) > 1:  # the second part is the way to sign in
        settings = BY_TYPE[str(location[1])]
        location = (location[0], *location[2:])
    place = ".".join(str(part) for part in location)
    match kind:
        case "missing":
            return f"{place} is missing"
        case "union_tag_not_found":
            return f"{place}.auth_type is missing (there are: {', '.join(BY_TYPE)})"
        case "union_tag_invalid":
            return f"{place}.auth_type must be one of: {', '.join(BY_TYPE)}"
        case "extra_forbidden":
            close = did_you_mean([str(location[-1])], settings.model_fields)
            there_are = ", ".join(settings.model_fields)
            return f"{place} is not a setting here (there are: {there_are}).{close}"
        case "model_attributes_type":
            return f"{place}: must be an object"
        case "string_too_short":
            return f"{place} is blank, or shorter than what Klaviyo gives"
        case "string_pattern_mismatch":
            return f"{place} has a character that cannot be in it"
        case _:
            return f"{place}: {text}" if place else text
