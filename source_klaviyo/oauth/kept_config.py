"""The configuration with new tokens, for the platform to keep."""

import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from airbyte_cdk.config_observation import create_connector_config_control_message
from airbyte_cdk.models import AirbyteMessage

from source_klaviyo.oauth.granted import Granted


class KeptConfig:
    """The configuration `config`, emitted in its original form whenever its tokens are replaced."""

    def __init__(self, config: Mapping[str, Any], emit: Callable[[AirbyteMessage], None]) -> None:
        self._config = dict(config)
        self._emit = emit

    def keep(self, granted: Granted) -> None:
        """Emit the configuration with the tokens of `granted`, if they are new."""
        before: Mapping[str, Any] = self._config["credentials"]
        ends = datetime.fromtimestamp(time.time(), UTC) + timedelta(seconds=granted.lifetime)
        tokens = {
            "refresh_token": granted.refresh_token,
            "access_token": granted.access_token,
            "token_expiry_date": ends.isoformat(timespec="seconds").replace("+00:00", "Z"),
        }
        held = {name: value for name, value in tokens.items() if name in before}
        after = {**before, **held}
        if after != before:
            self._config["credentials"] = after
            self._emit(create_connector_config_control_message(self._config))
