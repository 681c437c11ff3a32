"""The configuration as users write it, checked and typed."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, Final

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    model_validator,
)

from source_klaviyo.api import revision as revisions
from source_klaviyo.config_complaints import complaints
from source_klaviyo.config_values import (
    KLAVIYO,
    dimensions_of,
    host_address,
    klaviyo_or_loopback,
    known_timezone,
    moment_of,
    names_of,
    usable_revision,
)
from source_klaviyo.credentials import (
    SECRET,
    ApiKeyCredentials,
    Credentials,
    Secret,
)
from source_klaviyo.errors import ConfigError

_SETTLING_DAYS: Final = 30


class Config(BaseModel):
    """What a user can set; the specification that Airbyte shows is made from this class."""

    model_config = ConfigDict(extra="forbid", strict=True, title="Klaviyo")

    credentials: Annotated[Credentials, Field(discriminator="auth_type")] | None = Field(
        None,
        title="Sign-in",
        description="How to sign in to Klaviyo.",
        json_schema_extra={"order": 0},
    )
    api_key: Secret | None = Field(
        None,
        repr=False,
        title="Private API key",
        description="The same as `credentials` with an API key; the form of older connectors.",
        json_schema_extra={**SECRET, "airbyte_hidden": True, "order": 1},
    )
    start_date: Annotated[datetime, BeforeValidator(moment_of)] | None = Field(
        None,
        title="Start date",
        description="Leave out events that happened, and profiles that were last changed, before"
        " this date, like 2024-01-31T00:00:00Z (UTC), and earlier days of reports. Everything else"
        " is small, is referred to by events, and is always read whole. Events and profiles go on"
        " from where they stand: an earlier date takes effect once you have cleared or refreshed"
        " these streams. Empty: all of history.",
        json_schema_extra={"format": "date-time", "order": 2},
    )
    lookback_days: int | None = Field(
        None,
        ge=0,
        le=365,
        title="Look-back for events, in days",
        description="Read the events of so many days again in each sync, because events reach"
        " Klaviyo late. Empty: 7 where the destination removes duplicates (append + deduped), 0"
        " where it would keep them.",
        json_schema_extra={"order": 3},
    )
    num_workers: int = Field(
        32,
        ge=1,
        le=50,
        title="Parallel requests",
        description="The most requests under way at a time. Klaviyo's quota is kept at any number.",
        json_schema_extra={"order": 4},
    )
    quota_share: float = Field(
        1.0,
        ge=0.1,
        le=1.0,
        title="Share of the quota",
        description="The part of Klaviyo's rate limits that a sync may use. All private keys of an"
        " account share them: lower it to leave room for other tools.",
        json_schema_extra={"order": 5},
    )
    revision: Annotated[str, AfterValidator(usable_revision)] = Field(
        revisions.DEFAULT,
        title="API revision",
        description="The revision of Klaviyo's API to read. Leave as it is unless Klaviyo retires"
        " it.",
        json_schema_extra={"order": 6},
    )
    api_base_url: Annotated[str, AfterValidator(host_address)] = Field(
        KLAVIYO,
        title="API address",
        description="For tests against a stand-in for Klaviyo.",
        json_schema_extra={"airbyte_hidden": True, "order": 7},
    )

    event_metric_ids: Annotated[tuple[str, ...], BeforeValidator(names_of)] = Field(
        (),
        title="Metrics of events",
        description="Read only the events of these metrics: their ids or names, separated by"
        " commas. Each metric is read from where it stands, a new one from its start. Empty: the"
        " events of all metrics.",
        json_schema_extra={"type": ["string", "array"], "items": {"type": "string"}, "order": 8},
    )
    disable_fetching_predictive_analytics: bool = Field(
        default=False,
        title="Without predictive analytics",
        description="Leave `predictive_analytics` out of `profiles`. The stream"
        " `profile_predictive_analytics` has them all the same.",
        json_schema_extra={"order": 9},
    )
    lookback_window: int | None = Field(
        None,
        ge=0,
        le=365,
        title="Look-back for events, in days, as older connectors call it",
        description="The same as `lookback_days`, which wins where both are given.",
        json_schema_extra={"airbyte_hidden": True, "order": 10},
    )
    conversion_metrics: Annotated[tuple[str, ...], BeforeValidator(names_of)] = Field(
        (),
        title="Conversion metrics of reports",
        description="The metrics whose conversions are reported for campaigns and flows: their ids"
        " or names, separated by commas. Each costs calls of its own. Empty: the metric that the"
        " account counts as revenue, else Placed Order.",
        json_schema_extra={"type": ["string", "array"], "items": {"type": "string"}, "order": 11},
    )
    report_settling_days: int | None = Field(
        None,
        ge=0,
        le=365,
        title="Settling time of reports, in days",
        description="For how long after a day its numbers in reports may still change; they are"
        " read again until then. Klaviyo's attribution window is 5 days unless you have changed it,"
        " 90 at most. Empty: 30.",
        json_schema_extra={"order": 12},
    )
    metric_aggregates_by: Annotated[tuple[str, ...], BeforeValidator(dimensions_of)] = Field(
        (),
        title="Dimensions of metric aggregates",
        description="What the rows of `metric_aggregates` are split by, separated by commas: for"
        " example $attributed_flow, $attributed_message or Campaign Name.",
        json_schema_extra={"type": ["string", "array"], "items": {"type": "string"}, "order": 13},
    )
    timezone: Annotated[str, AfterValidator(known_timezone)] | None = Field(
        None,
        title="Timezone of reports",
        description="The account's timezone, like America/New_York, where the credentials may not"
        " read it (scope accounts:read). Reports have days of it.",
        json_schema_extra={"order": 14},
    )
    metric_ids: Annotated[tuple[str, ...], BeforeValidator(names_of)] = Field(
        (),
        title="Conversion metrics of reports, as older connectors call them",
        description="The same as `conversion_metrics`, which wins where both are given.",
        json_schema_extra={"type": "string", "airbyte_hidden": True, "order": 15},
    )
    reporting_lookback_window: int | None = Field(
        None,
        ge=0,
        le=365,
        title="Settling time of reports, in days, as older connectors call it",
        description="The same as `report_settling_days`, which wins where both are given.",
        json_schema_extra={"airbyte_hidden": True, "order": 16},
    )

    @model_validator(mode="after")
    def _one_way_to_sign_in(self) -> "Config":
        if (self.credentials is None) == (self.api_key is None):
            raise ValueError(
                "give one of `credentials` and `api_key`, for example"
                ' "credentials": {"auth_type": "api_key", "api_key": "pk_..."}'
            )
        return self

    @model_validator(mode="after")
    def _tokens_stay_with_klaviyo(self) -> "Config":
        if self.credentials and not isinstance(self.credentials, ApiKeyCredentials):
            try:
                klaviyo_or_loopback(self.api_base_url)
            except ValueError as elsewhere:
                raise ValueError(f"api_base_url: {elsewhere}") from None
        return self

    @property
    def sign_in(self) -> Credentials:
        """The credentials, wherever they were given."""
        if self.credentials:
            return self.credentials
        return ApiKeyCredentials(auth_type="api_key", api_key=str(self.api_key))

    @property
    def event_lookback(self) -> int | None:
        """The look-back for events in days, under whichever name; None where it is not set."""
        return self.lookback_window if self.lookback_days is None else self.lookback_days

    @property
    def wanted_conversion_metrics(self) -> tuple[str, ...]:
        """The conversion metrics of reports, under whichever name; empty where none is set."""
        return self.conversion_metrics or self.metric_ids

    @property
    def settling_days(self) -> int:
        """The settling time of reports in days, under whichever name."""
        given = (self.report_settling_days, self.reporting_lookback_window)
        return next((days for days in given if days is not None), _SETTLING_DAYS)

    @classmethod
    def parse(cls, raw: Mapping[str, Any]) -> "Config":
        """Return the configuration in `raw`. Raises ConfigError, which quotes no value.

        Settings that there are none of (see `unknown_settings`), and those left empty, are as if
        they were not there.
        """
        given = {key: raw[key] for key in raw if key in cls.model_fields and raw[key] is not None}
        try:
            return cls.model_validate(given)
        except ValidationError as invalid:
            raise ConfigError(
                f"The configuration is not valid: {complaints(invalid, cls)}"
            ) from None


def unknown_settings(raw: Mapping[str, Any]) -> str | None:
    """Return a warning that names the settings in `raw` that there are none of, None without any.

    Platforms keep the settings of older connectors, so they are no failure; a typing error must
    still be seen.
    """
    unknown = sorted(raw.keys() - Config.model_fields.keys())
    if not unknown:
        return None
    return (
        f"The configuration has settings that are none here and change nothing:"
        f" {', '.join(unknown)}. There are: {', '.join(Config.model_fields)}."
    )
