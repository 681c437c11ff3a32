"""The declared tables of the sandbox's shop."""

from datetime import UTC, datetime

import pytest

from klaviyo_sandbox import Settings
from klaviyo_sandbox.shop.blanks import Blanks
from klaviyo_sandbox.shop.make import make
from klaviyo_sandbox.shop.shop import Shop
from klaviyo_sandbox.shop.table import TABLES, Template
from klaviyo_sandbox.spec import NEWEST, load_spec
from klaviyo_sandbox.store.clock import Clock

AT = datetime(2026, 3, 1, 12, tzinfo=UTC)
NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)


@pytest.fixture
def empty() -> Shop:
    return Shop(load_spec(NEWEST), Clock(NOW), Settings())


def filled(shop: Shop, template: Template, number: int = 0, **given: object) -> object:
    own: Template = {"channel": "email", "email": {"to": "{who}"}}
    return Blanks(shop, own, AT, None, {"number": number, **given}).fill(template)


def test_blanks_stand_in_texts_and_for_values(empty: Shop) -> None:
    template = {"text": "#{number:03d}", "alone": "{number}", "at": "{created}", "plain": "a"}
    assert filled(empty, template, 7) == {
        "text": "#007",
        "alone": 7,
        "at": "2026-03-01T12:00:00+00:00",
        "plain": "a",
    }
    assert filled(empty, {"content": {"$blank": "{channel}"}}, who="Ana") == {
        "content": {"to": "Ana"}
    }


def test_a_resource_that_is_not_there_is_null(empty: Shop) -> None:
    row = make(empty, "brand-logo", AT)
    assert row.relations["image"] is None
    image = make(empty, "image", AT)
    assert make(empty, "brand-logo", AT).relations["image"] == (image.type, image.id)


def test_every_type_of_the_specification_is_in_the_shop() -> None:
    collections = {one.type for one in load_spec(NEWEST).endpoints.values() if one.resource}
    assert collections - TABLES.keys() == {"event"}
