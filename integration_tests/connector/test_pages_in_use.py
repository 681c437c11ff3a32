"""A page that is still in use is not overwritten by the next answer, whose buffer it shares."""

from dataclasses import replace

from klaviyo_sandbox import Sandbox
from source_klaviyo.api.auth import api_key
from source_klaviyo.api.client import Client
from source_klaviyo.protocol import Page
from source_klaviyo.streams.events import Events
from source_klaviyo.streams.kinds.base import KlaviyoStream
from source_klaviyo.streams.profiles import Profiles


def test_pages_that_are_held_keep_their_records(shop: Sandbox) -> None:
    client = Client(shop.url, api_key(shop.key))
    first = _page(Events(client))
    texts = _texts(first)
    second = _page(Events(client), first.next)
    third = _page(Profiles(client))
    assert len(first.ids) == len(second.ids) == 1_000
    assert _texts(first) == texts
    assert len({*_texts(first), *_texts(second), *_texts(third)}) == 2_100


def test_a_page_that_is_let_go_leaves_nothing_behind(shop: Sandbox) -> None:
    client = Client(shop.url, api_key(shop.key))
    long = _page(Events(client))
    following, alone = long.next, _texts(long)
    del long
    short = _texts(_page(Profiles(client)))
    assert len(short) == 100
    assert all(text.startswith(b'{"type":"profile"') for text in short)
    following_texts = _texts(_page(Events(client), following))
    assert len({*alone, *following_texts}) == 2_000


def _page(stream: KlaviyoStream, token: str | None = None) -> Page:
    collection = stream.collection([stream.collection_view(stream.name)])
    return collection.fetch(replace(stream.first_request({}), token=token))


def _texts(page: Page) -> list[bytes]:
    return [b"".join(record) for record in page.extracts[0].records]
