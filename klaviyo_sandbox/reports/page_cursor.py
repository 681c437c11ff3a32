"""Page cursors of reports: the key of the last row, good for the same question only."""

import base64
import binascii

import orjson

from klaviyo_sandbox.api.errors import invalid_cursor
from klaviyo_sandbox.reports.body import Attributes
from klaviyo_sandbox.reports.numbers import key_of

CURSOR = "page_cursor"


def write_cursor(key: tuple[str, ...], asked: Attributes) -> str:
    """Return the cursor of the page after the row with this key."""
    return base64.urlsafe_b64encode(orjson.dumps([_mark(asked), *key])).decode()


def read_cursor(text: str, asked: Attributes) -> tuple[str, ...]:
    """Return the key of the last row before the page.

    Raises:
        ApiError: 400, it is no cursor, or that of another question.
    """
    try:
        mark, *key = orjson.loads(base64.urlsafe_b64decode(text))
    except (ValueError, TypeError, binascii.Error) as error:
        raise invalid_cursor() from error
    if mark != _mark(asked):
        raise invalid_cursor()
    return tuple(key)


def _mark(asked: Attributes) -> str:
    same = {name: value for name, value in asked.items() if name != CURSOR}
    return f"{key_of(orjson.dumps(same, option=orjson.OPT_SORT_KEYS)):x}"
