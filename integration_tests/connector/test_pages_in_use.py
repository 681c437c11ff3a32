"""A page that is still in use is not overwritten by the next answer, whose buffer it shares."""

from klaviyo_sandbox import Sandbox, Settings
from source_klaviyo.api.auth import api_key
from source_klaviyo.api.client import Client
from source_klaviyo.protocol import Page, Window
from source_klaviyo.streams.events import Events
from source_klaviyo.streams.profiles import Profiles


def test_pages_that_are_held_keep_their_records() -> None:
    with Sandbox.start(Settings(events=2_500, profiles=300, limits=False)) as sandbox:
        client = Client(sandbox.url, api_key(sandbox.key))
        events, profiles = Events(client), Profiles(client)
        first = events.fetch({}, Window(), None, 0)
        texts = _texts(first)
        second = events.fetch({}, Window(), first.next, 0)
        third = profiles.fetch({}, Window(), None, 0)
        assert len(first.records) == len(second.records) == 1_000
        assert _texts(first) == texts
        assert len({*_texts(first), *_texts(second), *_texts(third)}) == 2_100


def test_a_page_that_is_let_go_leaves_nothing_behind() -> None:
    with Sandbox.start(Settings(events=1_500, profiles=300, limits=False)) as sandbox:
        client = Client(sandbox.url, api_key(sandbox.key))
        events, profiles = Events(client), Profiles(client)
        long = events.fetch({}, Window(), None, 0)
        following, alone = long.next, _texts(long)
        del long
        short = _texts(profiles.fetch({}, Window(), None, 0))
        assert len(short) == 100
        assert all(text.startswith(b'{"type":"profile"') for text in short)
        rest = _texts(events.fetch({}, Window(), following, 0))
        assert len({*alone, *rest}) == 1_500


def _texts(page: Page) -> list[bytes]:
    return [b"".join(record) for record in page.records]
