"""What is masked in texts, in which forms, and what must not be."""

import html
import io
import json
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Callable, Iterator, Mapping
from typing import Final
from urllib.parse import quote

import pytest
from airbyte_cdk.utils.airbyte_secrets_utils import filter_secrets, update_secrets
from hypothesis import given
from hypothesis import strategies as st

from source_klaviyo import masking
from source_klaviyo.cli.stderr import Stderr
from source_klaviyo.masking import NAMES, SHORTEST, excerpt, mask, mask_config, masked

FORMS: Final[Mapping[str, Callable[[str], str]]] = {
    "plain": str,
    "url": quote,
    "url, slashes too": lambda text: quote(text, safe=""),
    "json": lambda text: json.dumps(text)[1:-1],
    "python": repr,
    "html": html.escape,
    "base64": lambda text: b64encode(text.encode()).decode(),
    "base64 in a url": lambda text: quote(b64encode(text.encode()).decode(), safe=""),
    "base64 for urls": lambda text: urlsafe_b64encode(text.encode()).decode(),
}

odd = st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=SHORTEST, max_size=80)
"""What can be a secret: any characters that a header can have."""


@pytest.fixture(autouse=True)
def _nothing_stays_masked() -> Iterator[None]:
    yield
    forget()


def forget() -> None:
    masking._forms.clear()
    update_secrets([])


@given(odd, st.sampled_from(sorted(FORMS)), st.text("xyz:", max_size=9), st.text("xyz", max_size=9))
def test_a_secret_is_masked_in_every_form_wherever_it_stands(
    secret: str, form: str, before: str, after: str
) -> None:
    forget()
    mask(secret)
    shown = FORMS[form](f"{before}{secret}{after}")
    hidden = masked(shown)
    # In base64 a letter at either end holds bits of the neighbour too.
    most = len(FORMS[form](f"{before}{after}")) + (8 if "base64" in form else 0)
    assert len(hidden.replace("****", "", 1)) <= most + 2  # the quotes of Python


@given(odd, odd)
def test_a_secret_that_begins_another_leaves_nothing_of_it(secret: str, more: str) -> None:
    forget()
    mask(secret)
    mask(f"{secret}{more}", secret)
    assert masked(f"<{secret}{more}>") == "<****>"
    assert masked(f"<{secret}>") == "<****>"
    assert filter_secrets(f"<{secret}{more}>") == "<****>"


@given(odd, st.integers(0, 320))
def test_an_excerpt_is_masked_before_it_is_cut(secret: str, at: int) -> None:
    forget()
    mask(secret)
    shown = excerpt(f"{'x' * at}{secret}\n{'y' * 400}")
    assert len(shown) <= 300
    assert shown == f"{'x' * at}**** {'y' * 400}"[:300]


TEXT = "The configuration is not valid: pk_a1b2c3 is in it."
HIDDEN = TEXT.replace("pk_a1b2c3", "****")


@pytest.mark.parametrize("key", ["pk_a1b2c3", " pk_a1b2c3\n"])
@pytest.mark.parametrize("name", sorted(NAMES))
def test_secrets_are_masked_wherever_a_configuration_has_them(name: str, key: str) -> None:
    for config in ({name: key}, {"credentials": {name: key}}, [{"x": [{name: key}]}]):
        forget()
        mask_config(config)
        assert masked(TEXT) == HIDDEN


@pytest.mark.parametrize("key", ["", " ", "\n", "i", "valid", "is not", 5, None, [], {}])
def test_what_is_no_secret_spoils_no_message(key: object) -> None:
    for config in ({"api_key": key}, {"credentials": {"api_key": key}}, {"credentials": key}, key):
        mask_config(config)
        assert masked(TEXT) == TEXT


@given(odd, st.lists(st.integers(0, 90), max_size=5))
def test_stderr_masks_what_comes_in_pieces(secret: str, cuts: list[int]) -> None:
    forget()
    mask(secret)
    written = io.StringIO()
    stderr = Stderr(written)
    text, start = f"a {secret} b\nc", 0
    for cut in [*sorted(cuts), len(text)]:
        stderr.write(text[start:cut])
        start = max(start, cut)
    assert written.getvalue() == "a **** b\n"
    stderr.flush()
    assert written.getvalue() == "a **** b\nc"
    assert not stderr.isatty()
