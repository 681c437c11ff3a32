"""The tool that drafts a class: plain streams are as it drafts them."""

import pytest

from source_klaviyo.streams.images import Images
from source_klaviyo.streams.kinds.base import KlaviyoStream
from source_klaviyo.streams.kinds.windowed import NewestFirstStream, WindowedStream
from source_klaviyo.streams.lists import Lists
from source_klaviyo.streams.profiles import Profiles
from source_klaviyo.streams.reviews import Reviews
from source_klaviyo.streams.tags import TagGroups
from source_klaviyo.streams.templates import EmailTemplates
from source_klaviyo.streams.web_feeds import WebFeeds
from tools.draft_stream import draft

NAMES = {
    "endpoint",
    "scopes",
    "limit",
    "page_size",
    "cursor_attribute",
    "lower",
    "upper",
    "ordered",
    "sortable",
}


def drafted(path: str) -> type[KlaviyoStream]:
    from source_klaviyo.api.filters import Bound  # noqa: PLC0415
    from source_klaviyo.api.quotas import limits  # noqa: PLC0415  the names that the draft uses

    names = {
        **vars(limits),
        "Bound": Bound,
        "KlaviyoStream": KlaviyoStream,
        "WindowedStream": WindowedStream,
        "NewestFirstStream": NewestFirstStream,
    }
    source = draft(path)
    exec(source, names)
    made: type[KlaviyoStream] = names[source.split("(")[0].removeprefix("class ")]
    return made


@pytest.mark.parametrize(
    "stream", [EmailTemplates, Images, Lists, Profiles, Reviews, TagGroups, WebFeeds]
)
def test_a_plain_stream_is_declared_as_drafted(stream: type[KlaviyoStream]) -> None:
    made = drafted(stream.endpoint)
    assert {name: getattr(made, name, None) for name in NAMES} == {
        name: getattr(stream, name, None) for name in NAMES
    }
    assert issubclass(made, NewestFirstStream) == issubclass(stream, NewestFirstStream)


def test_a_path_that_klaviyo_does_not_have_is_said_so() -> None:
    with pytest.raises(LookupError, match="GET /api/web_feeds is in no file"):
        draft("web_feeds")
