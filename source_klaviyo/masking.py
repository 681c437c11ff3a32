"""Which texts of a configuration no message may show."""

from collections.abc import Mapping
from typing import Any, Final

from airbyte_cdk.utils.airbyte_secrets_utils import get_secrets, update_secrets

_SHORTEST: Final = 6
"""Characters; Klaviyo's secrets have far more. To mask a few letters would mask parts of words."""


def mask_secrets(config: Mapping[str, Any], specification: Mapping[str, Any]) -> None:
    """Have the CDK mask what `specification` calls secret in `config`, in every message.

    Secrets are used without the blanks around them, so they are masked without them too. What is
    too short to be a secret is no valid configuration anyway, or opens nothing.
    """
    found = (str(secret).strip() for secret in get_secrets(specification, config))
    update_secrets([secret for secret in found if len(secret) >= _SHORTEST])
