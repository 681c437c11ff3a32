"""Error answers of Klaviyo."""

import re

import msgspec
import requests

from source_klaviyo.api.documents.json_parts import member, text
from source_klaviyo.masking import excerpt


class ErrorDocument(msgspec.Struct):
    """A JSON:API error document; the parts of its errors may have any type.

    >>> raw = msgspec.Raw(b'{"detail":"Page size must be an integer between 1 and 10: 50"}')
    >>> ErrorDocument([raw]).speaks_of_page_size, ErrorDocument([raw]).numbers
    (True, [1, 10, 50])
    """

    errors: list[msgspec.Raw]

    @property
    def detail(self) -> str:
        """Klaviyo's words, on a single line, secrets masked: proxies repeat what they were sent."""
        said = (
            text(member(error, ("detail",))) or text(member(error, ("title",))) or ""
            for error in self.errors
        )
        return excerpt("; ".join(said))

    @property
    def parameter(self) -> str | None:
        """The query parameter that Klaviyo names, if any."""
        named = (text(member(error, ("source", "parameter"))) for error in self.errors)
        return next(filter(None, named), None)

    @property
    def pointer(self) -> str | None:
        """The part of the request's body that Klaviyo names, if any."""
        named = (text(member(error, ("source", "pointer"))) for error in self.errors)
        return next(filter(None, named), None)

    @property
    def speaks_of_page_size(self) -> bool:
        """Whether Klaviyo refuses the size of a page.

        Klaviyo may change its words at any time, so they are a hint beside the parameter's name.
        """
        words = self.detail.lower().replace("_", " ")
        return self.parameter == "page[size]" or "page[size]" in words or "page size" in words

    @property
    def knows_no_page_size(self) -> bool:
        """Whether Klaviyo refuses the parameter for page sizes altogether.

        Recorded: `'page_size' is not a valid field for the resource 'list'.`
        """
        return self.speaks_of_page_size and "not a valid field" in self.detail

    @property
    def lacks_feature(self) -> bool:
        """Whether the account lacks the requested feature, so that no scope helps.

        Recorded: `You must have Advanced KDP enabled to use this endpoint.` and `Entitlement to
        create object type not found.`
        """
        words = self.detail.lower()
        return "entitlement" in words or ("must have" in words and "enabled" in words)

    @property
    def numbers(self) -> list[int]:
        """The numbers in Klaviyo's words, such as the largest page that is served."""
        return [int(number) for number in re.findall(r"\d{1,6}", self.detail)]


def error_document(response: requests.Response) -> ErrorDocument | None:
    """Return the error document of an answer, None if the answer is not Klaviyo's own."""
    try:
        response.content.decode()  # msgspec looks at the text of parts only when they are read
        return msgspec.json.decode(response.content, type=ErrorDocument)
    except (ValueError, RecursionError):  # msgspec's and Python's decoding errors are ValueErrors
        return None
