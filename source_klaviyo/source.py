"""The source: what Airbyte asks of it, wired to the streams and the sync engine."""

import json
import logging
import time
from collections.abc import Collection, Iterator, Mapping, MutableMapping
from pathlib import Path
from typing import Any

import orjson
from airbyte_cdk.models import (
    AirbyteConnectionStatus,
    AirbyteMessage,
    AirbyteMessageSerializer,
    AirbyteStateMessage,
    ConfiguredAirbyteCatalog,
    ConfiguredAirbyteCatalogSerializer,
    ConnectorSpecification,
    Status,
)
from airbyte_cdk.sources import AbstractSource
from airbyte_cdk.sources.streams import Stream

from source_klaviyo import access
from source_klaviyo.api.auth import api_key
from source_klaviyo.api.body import BodyMemory
from source_klaviyo.api.client import Client
from source_klaviyo.api.quota import Quotas
from source_klaviyo.config import Config, unknown_settings
from source_klaviyo.errors import ConfigError, StreamFailed
from source_klaviyo.plan import plan
from source_klaviyo.spec import specification
from source_klaviyo.streams.base import KlaviyoStream
from source_klaviyo.streams.drift import report_drift
from source_klaviyo.streams.profiles import Profiles, ProfilesAtFullSpeed
from source_klaviyo.streams.registry import STREAMS
from source_klaviyo.sync.engine import Sync
from source_klaviyo.sync.horizon import horizon

logger = logging.getLogger("airbyte")

RawConfig = Mapping[str, Any]


class SourceKlaviyo(AbstractSource):
    """Reads a Klaviyo account."""

    def spec(self, logger: logging.Logger) -> ConnectorSpecification:  # noqa: ARG002
        """Return what can be configured."""
        return specification()

    def check_connection(
        self, logger: logging.Logger, config: RawConfig
    ) -> tuple[bool, str | None]:
        """Return whether any stream can be read, and if not, why."""
        status = self.check(logger, config)
        return status.status is Status.SUCCEEDED, status.message

    def check(self, logger: logging.Logger, config: RawConfig) -> AirbyteConnectionStatus:  # noqa: ARG002
        """Sign in, name the account, and tell for every stream whether it can be read."""
        try:
            settings = _settings(config)
            access.warn_of_retirement(settings.revision)
            found = access.probe(_streams(_client(settings)))
        except (ConfigError, StreamFailed) as refused:
            return AirbyteConnectionStatus(status=Status.FAILED, message=refused.message)
        status = Status.SUCCEEDED if found.usable else Status.FAILED
        return AirbyteConnectionStatus(status=status, message=found.summary)

    def streams(self, config: RawConfig) -> list[Stream]:
        """Return every stream there is."""
        return [*_streams(_client(Config.parse(config)))]

    def read(
        self,
        logger: logging.Logger,  # noqa: ARG002
        config: RawConfig,
        catalog: ConfiguredAirbyteCatalog,
        state: list[AirbyteStateMessage] | None = None,
    ) -> Iterator[AirbyteMessage]:
        """Yield the messages of a sync; `lines` is the same at the speed of a program."""
        for chunk in self.lines(config, catalog, state or []):
            for line in chunk.splitlines():
                yield AirbyteMessageSerializer.load(orjson.loads(line))

    def lines(
        self,
        config: RawConfig,
        catalog: ConfiguredAirbyteCatalog,
        state: list[AirbyteStateMessage],
    ) -> Iterator[bytes]:
        """Yield the messages of a sync as lines of JSON, in chunks of whole lines.

        A chunk must have been written before the next is asked for. Raises
        AirbyteTracedException: at once for input that cannot be used, at the end for streams that
        have failed.
        """
        settings = _settings(config)
        client = _client(settings)
        began = int(time.time())
        selected = {configured.stream.name for configured in catalog.streams}
        streams = _streams(client, without_predictions(settings, selected))
        jobs = plan(streams, catalog, state, settings, client, began)
        sync = Sync(jobs, settings.num_workers, horizon(began, lambda: client.clock.lag))
        try:
            yield from sync.lines()
        finally:
            report_drift([stream.drift for stream in streams])

    @staticmethod
    def read_config(config_path: str) -> MutableMapping[str, Any]:
        """Return the configuration in a file. Raises ConfigError."""
        config = _json_file(config_path, "configuration")
        if not isinstance(config, dict):
            raise ConfigError(f"The configuration in {config_path} is not a JSON object.")
        return config

    @classmethod
    def read_catalog(cls, catalog_path: str) -> ConfiguredAirbyteCatalog:
        """Return the configured catalog in a file. Raises ConfigError."""
        raw = _json_file(catalog_path, "catalog")
        try:
            return ConfiguredAirbyteCatalogSerializer.load(raw)
        except Exception as invalid:
            raise ConfigError(
                f"The catalog in {catalog_path} is not a configured catalog: {_line(invalid)}"
            ) from invalid

    @classmethod
    def read_state(cls, state_path: str) -> list[AirbyteStateMessage]:
        """Return the states in a file, none if no path is given. Raises ConfigError."""
        if not state_path:
            return []
        raw = _json_file(state_path, "state")
        if raw and not isinstance(raw, list):
            raise ConfigError(f"The state in {state_path} is not a list of stream states.")
        try:
            return super().read_state(state_path)
        except Exception as invalid:
            raise ConfigError(
                f"The state in {state_path} is not a list of stream states: {_line(invalid)}"
            ) from invalid


def _settings(config: RawConfig) -> Config:
    """Return the configuration, with a warning about what in it is none. Raises ConfigError."""
    settings = Config.parse(config)
    if warning := unknown_settings(config):
        logger.warning(warning)
    return settings


def _client(config: Config) -> Client:
    return Client(
        config.api_base_url,
        api_key(config.key),
        config.revision,
        Quotas(config.quota_share),
        memory=BodyMemory.of(config.num_workers),
    )


def _streams(
    client: Client,
    instead: Mapping[type[KlaviyoStream], type[KlaviyoStream]] | None = None,
) -> list[KlaviyoStream]:
    """Return every stream; `instead` are those that take the place of others."""
    return [(instead or {}).get(stream, stream)(client) for stream in STREAMS]


def without_predictions(
    config: Config, selected: Collection[str]
) -> dict[type[KlaviyoStream], type[KlaviyoStream]]:
    """Return what reads profiles where nobody wants their predictions from that stream."""
    alone = "profile_predictive_analytics" in selected
    at_full_speed = alone or config.disable_fetching_predictive_analytics
    return {Profiles: ProfilesAtFullSpeed} if at_full_speed else {}


def _json_file(path: str, what: str) -> Any:  # noqa: ANN401  its callers check what is in it
    try:
        return json.loads(Path(path).read_text(encoding="utf-8"))
    except OSError as missing:
        raise ConfigError(f"The {what} {path} cannot be read: {missing.strerror}.") from missing
    except ValueError as garbage:
        raise ConfigError(f"The {what} {path} is not JSON: {garbage}.") from garbage


def _line(error: Exception) -> str:
    """Return an error's text on one line; the CDK's validation writes several."""
    return " ".join(str(error).split())
