"""Masking of secrets in all texts.

Secrets enter with a configuration (`cli.inputs.read_config`, `Config.parse`) and with the token
endpoint's answers. Texts leave in two places, `sync.messages.message_line` and `cli.stderr.Stderr`,
and both mask them. A server's text is masked on arrival as well, because `excerpt` cuts it.
"""

import html
import re
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Iterator
from functools import lru_cache
from typing import Final
from urllib.parse import quote

SHORTEST: Final = 7
"""The least characters of a secret. Masking shorter secrets would mask parts of words, so the
configuration refuses them. Klaviyo's keys have 37, its public ids 6."""

NAMES: Final = frozenset({"api_key", "client_secret", "refresh_token", "access_token"})
"""The settings that hold secrets, anywhere in a configuration."""

_MASK: Final = "****"
_forms: list[str] = []


def mask(*secrets: str) -> None:
    """Have `masked`, and the CDK in its own messages, hide `secrets` from now on.

    >>> mask("pk_made_up_for_this_line")
    >>> masked("GET /api/lists with pk_made_up_for_this_line")
    'GET /api/lists with ****'
    """
    found = {form for secret in secrets for form in _forms_of(secret.strip())}
    # If a secret is the start of another, the longer has to go first. A thread that masks meanwhile
    # uses the old list.
    _forms[:] = sorted({*_forms, *found}, key=len, reverse=True)
    # `masked` has to work without the CDK, which takes a second to import.
    from airbyte_cdk.utils.airbyte_secrets_utils import update_secrets  # noqa: PLC0415

    update_secrets(list(_forms))


def mask_config(config: object) -> None:
    """Have `masked` hide the secrets of a configuration, valid or not."""
    mask(*_secrets(config))


def masked(text: str) -> str:
    """Return `text` with four stars for each secret in it."""
    return _any_of(tuple(_forms)).sub(_MASK, text) if _forms else text


def excerpt(text: str, most: int = 300) -> str:
    """Return the quotable part of a server's text: on one line, masked, then cut to `most`."""
    return " ".join(masked(text).split())[:most]


def _secrets(config: object) -> Iterator[str]:
    if isinstance(config, dict):
        for name, value in config.items():
            if name in NAMES and isinstance(value, str):
                yield value
            yield from _secrets(value)
    elif isinstance(config, list):
        for value in config:
            yield from _secrets(value)


def _forms_of(secret: str) -> Iterator[str]:
    """Yield the forms of `secret` in other texts: plain, quoted in URLs and HTML, in base64."""
    if len(secret) < SHORTEST:
        return
    urls = (quote(secret, safe="", errors="replace"), quote(secret, errors="replace"))
    for text in (secret, *urls, html.escape(secret)):
        yield text
        for core in _in_base64(text.encode(errors="replace")):
            yield from (core, quote(core, safe=""))


def _in_base64(data: bytes) -> Iterator[str]:
    """Yield the base64 forms of `data` anywhere in a longer text.

    Three bytes make four letters, so there are three forms. Letters at either end that hold bits of
    a neighbour are left out.
    """
    for shift in range(3):
        first, end = -(-8 * shift // 6), 8 * (shift + len(data)) // 6
        for encode in (b64encode, urlsafe_b64encode):
            yield encode(bytes(shift) + data)[first:end].decode()


@lru_cache(maxsize=1)
def _any_of(forms: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile("|".join(map(_however_escaped, forms)), re.IGNORECASE)


def _however_escaped(form: str) -> str:
    """Return the pattern of `form`, also if escaped by JSON within Python within JSON."""
    first, *rest = (r"\\+" if each == "\\" else re.escape(each) for each in form)
    return first + "".join(rf"\\*{each}" if each in "\"'/" else each for each in rest)
