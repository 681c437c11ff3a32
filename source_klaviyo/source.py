"""The source: Airbyte's commands, wired to the streams and the sync engine."""

import logging
import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import Any

import orjson
from airbyte_cdk.models import (
    AirbyteCatalog,
    AirbyteConnectionStatus,
    AirbyteMessage,
    AirbyteMessageSerializer,
    AirbyteStateMessage,
    ConfiguredAirbyteCatalog,
    Status,
)
from airbyte_cdk.sources import AbstractSource
from airbyte_cdk.sources.streams import Stream

from source_klaviyo import access
from source_klaviyo.api.body import BodyMemory
from source_klaviyo.api.client import Client
from source_klaviyo.api.quotas.quota import Quotas
from source_klaviyo.config import Config
from source_klaviyo.config.settings import warnings
from source_klaviyo.errors import ConfigError, StreamFailed
from source_klaviyo.oauth.sign_in import signature
from source_klaviyo.plan import plan
from source_klaviyo.registry import STREAMS
from source_klaviyo.reports.account import Account
from source_klaviyo.reports.report_stream import ReportStream
from source_klaviyo.streams.accounts import account_id
from source_klaviyo.streams.kinds.base import KlaviyoStream
from source_klaviyo.streams.metric_names import check_metrics
from source_klaviyo.streams.profiles import Profiles, ProfilesAtFullSpeed
from source_klaviyo.streams.records.drift import report_drift
from source_klaviyo.suggestion import did_you_mean
from source_klaviyo.sync.engine import Sync
from source_klaviyo.sync.output.messages import message_line
from source_klaviyo.sync.progress import Watch
from source_klaviyo.sync.state.horizon import horizon

logger = logging.getLogger("airbyte")

RawConfig = Mapping[str, Any]


class SourceKlaviyo(AbstractSource):
    """The Airbyte source of a Klaviyo account.

    `emit` is given messages that must leave at once: a configuration with new tokens has to be kept
    before their first use. Without `emit`, such messages go to the message repository, and come
    first among the messages that follow.

    >>> source = SourceKlaviyo()
    >>> len(source.streams({"api_key": "pk_12345678"})) > 70
    True
    """

    def __init__(self, emit: Callable[[AirbyteMessage], None] | None = None) -> None:
        self._emit = emit or self._queue

    def check_connection(
        self, logger: logging.Logger, config: RawConfig
    ) -> tuple[bool, str | None]:
        """Return whether any stream can be read, and the message of `check`."""
        status = self.check(logger, config)
        return status.status is Status.SUCCEEDED, status.message

    def check(self, logger: logging.Logger, config: RawConfig) -> AirbyteConnectionStatus:  # noqa: ARG002
        """Sign in, name the account, and say for every stream whether it can be read."""
        try:
            settings = _settings(config)
            client = self._client(settings, config)
            client.auth.sign_in()
            found = access.probe(_streams(client, settings), client.scopes)
            client.retirements.warn()
            check_metrics(client, settings)
            if settings.add_account_id:
                account_id(client)
        except (ConfigError, StreamFailed) as refused:
            return AirbyteConnectionStatus(status=Status.FAILED, message=refused.message)
        status = Status.SUCCEEDED if found.usable else Status.FAILED
        return AirbyteConnectionStatus(status=status, message=found.summary)

    def streams(self, config: RawConfig) -> list[Stream]:
        """Return every stream."""
        settings = Config.parse(config)
        return [
            *_streams(self._client(settings, config), settings, without_predictions(settings, ()))
        ]

    def discover(self, logger: logging.Logger, config: RawConfig) -> AirbyteCatalog:  # noqa: ARG002
        """Return the streams, without those that Klaviyo surely refuses to these credentials.

        A stream that vanishes from the catalog breaks a connection, so a fault that may pass hides
        no stream.
        """
        settings = Config.parse(config)
        client = self._client(settings, config)
        streams = _streams(client, settings)
        forbidden = self._forbidden(client, streams)
        offered = [stream for stream in streams if stream.name not in forbidden]
        return AirbyteCatalog(streams=[stream.as_airbyte_stream() for stream in offered])

    def _forbidden(self, client: Client, streams: Sequence[KlaviyoStream]) -> Collection[str]:
        """Return the names of the refused streams; log them, or why they are unknown."""
        try:
            client.auth.sign_in()
            found = access.probe(streams, client.scopes)
        except StreamFailed as failed:
            logger.warning("Every stream is offered, readable or not: %s", failed.message)
            return ()
        if not found.forbidden or not found.usable:
            return ()
        logger.warning(
            "Left out, because these credentials cannot read them (`check` says why): %s.",
            ", ".join(sorted(found.forbidden)),
        )
        return found.forbidden

    def read(
        self,
        logger: logging.Logger,  # noqa: ARG002
        config: RawConfig,
        catalog: ConfiguredAirbyteCatalog,
        state: list[AirbyteStateMessage] | None = None,
    ) -> Iterator[AirbyteMessage]:
        """Yield the messages of a sync; `lines` yields the same without parsing them again."""
        for chunk in self.lines(config, catalog, state or []):
            for line in chunk.splitlines():
                yield AirbyteMessageSerializer.load(orjson.loads(line))

    def lines(
        self,
        config: RawConfig,
        catalog: ConfiguredAirbyteCatalog,
        state: list[AirbyteStateMessage],
        stopped: Callable[[], bool] = lambda: False,
        watch: Watch | None = None,
    ) -> Iterator[bytes]:
        """Yield the messages of a sync as lines of JSON, in chunks of whole lines.

        Write each chunk before asking for the next. Once `stopped` returns true, the sync ends
        after the states of all that it has read. `watch` is given the progress of each stream.
        Raises AirbyteTracedException: at once for input that cannot be used, at the end for streams
        that failed or were not finished.
        """
        settings = _settings(config)
        client = self._client(settings, config)
        client.auth.sign_in()
        began = int(time.time())
        selected = {configured.stream.name for configured in catalog.streams}
        streams = _streams(client, settings, without_predictions(settings, selected))
        jobs = plan(streams, catalog, state, settings, client, began)
        sync = Sync(jobs, settings.num_workers, horizon(client.clock), stopped, watch)
        try:
            yield from self._queued()
            for chunk in sync.lines():
                yield from self._queued()
                yield chunk
        finally:
            client.clock.warn_if_unknown()
            report_drift([stream.drift for stream in streams])
            client.scopes.report_silence()
            client.retirements.warn()

    def _queue(self, message: AirbyteMessage) -> None:
        if self.message_repository:
            self.message_repository.emit_message(message)

    def _queued(self) -> Iterator[bytes]:
        """Yield the messages waiting in the message repository."""
        if self.message_repository:
            for message in self.message_repository.consume_queue():
                yield message_line(message)

    def _client(self, config: Config, raw: RawConfig) -> Client:
        return Client(
            config.api_base_url,
            signature(config, raw, self._emit),
            config.revision,
            Quotas(config.quota_share),
            memory=BodyMemory.of(config.num_workers),
        )


def _settings(config: RawConfig) -> Config:
    """Return the configuration; log a warning about settings without effect. Raises ConfigError."""
    settings = Config.parse(config)
    for warning in warnings(config):
        logger.warning(warning)
    return settings


def _streams(
    client: Client,
    config: Config,
    instead: Mapping[type[KlaviyoStream], type[KlaviyoStream]] | None = None,
) -> list[KlaviyoStream]:
    """Return every stream; `instead` maps streams to their replacements."""
    streams = [(instead or {}).get(stream, stream)(client) for stream in STREAMS]
    account = Account(client, config)
    if unknown := config.exclude_fields.keys() - (names := {stream.name for stream in streams}):
        raise ConfigError(
            f"exclude_fields: there is no stream {', '.join(sorted(unknown))}."
            f"{did_you_mean(unknown, names)}"
        )
    for stream in streams:
        stream.adds_account_id = config.add_account_id
        if isinstance(stream, ReportStream):
            stream.account = account
        stream.exclude(config.exclude_fields.get(stream.name, ()))
    return streams


def without_predictions(
    config: Config, selected: Collection[str]
) -> dict[type[KlaviyoStream], type[KlaviyoStream]]:
    """Return the replacement of `profiles` if nobody wants predictions from that stream."""
    alone = "profile_predictive_analytics" in selected
    left_out = "predictive_analytics" in config.exclude_fields.get("profiles", ())
    at_full_speed = alone or left_out or config.disable_fetching_predictive_analytics
    return {Profiles: ProfilesAtFullSpeed} if at_full_speed else {}
