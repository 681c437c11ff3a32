"""What is masked in messages, and what must not be."""

from collections.abc import Iterator

import pytest
from airbyte_cdk.utils.airbyte_secrets_utils import filter_secrets, update_secrets

from source_klaviyo.masking import mask_secrets
from source_klaviyo.spec import specification

TEXT = "The configuration is not valid: pk_a1b2c3 is in it."


@pytest.fixture(autouse=True)
def _nothing_stays_masked() -> Iterator[None]:
    yield
    update_secrets([])


def masked(config: dict[str, object]) -> str:
    mask_secrets(config, specification().connectionSpecification)
    return filter_secrets(TEXT)


@pytest.mark.parametrize("key", ["pk_a1b2c3", " pk_a1b2c3\n"])
def test_a_key_is_masked_in_either_place_with_or_without_blanks(key: str) -> None:
    hidden = TEXT.replace("pk_a1b2c3", "****")
    assert masked({"api_key": key}) == hidden
    assert masked({"credentials": {"auth_type": "api_key", "api_key": key}}) == hidden


@pytest.mark.parametrize("key", ["", " ", "\n", "i", "valid", 5, None])
def test_what_is_no_key_spoils_no_message(key: object) -> None:
    assert masked({"api_key": key}) == TEXT
    assert masked({"credentials": {"auth_type": "api_key", "api_key": key}}) == TEXT


@pytest.mark.parametrize("credentials", ["pk_a1b2c3", [], None, 7])
def test_credentials_of_another_shape_are_left_to_the_check_of_the_configuration(
    credentials: object,
) -> None:
    assert masked({"credentials": credentials}) == TEXT
