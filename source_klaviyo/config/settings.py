"""The settings as users write them, checked and typed."""

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
from source_klaviyo.config.complaints import complaints
from source_klaviyo.config.credentials import (
    KEY_FORM,
    ApiKey,
    ApiKeyCredentials,
    Credentials,
)
from source_klaviyo.config.leftovers import without_leftovers
from source_klaviyo.config.values import (
    KLAVIYO,
    dimensions_of,
    fields_of,
    host_address,
    klaviyo_or_loopback,
    known_timezone,
    moment_of,
    names_of,
    usable_revision,
    whole_number,
)
from source_klaviyo.errors import ConfigError
from source_klaviyo.masking import mask_config
from source_klaviyo.suggestion import did_you_mean

_SETTLING_DAYS: Final = 30
_MOST_DAYS: Final = 365
_MOST_HOURS: Final = 24 * _MOST_DAYS

_METRIC_EXAMPLES: Final = ["Placed Order, Opened Email", 'RESQ6t, "Sold, in store"']

Days = Annotated[int, Field(ge=0, le=_MOST_DAYS), BeforeValidator(whole_number)]
Hours = Annotated[int, Field(ge=0, le=_MOST_HOURS), BeforeValidator(whole_number)]
Names = Annotated[tuple[str, ...], BeforeValidator(names_of, json_schema_input_type=str)]
"""A single text, not a list: Airbyte's own connector has a text (its configurations stay good), the
form can show a single type alone, and the form's lists split at commas, which names of metrics
have."""


class Config(BaseModel):
    """The settings; `tools.generate_spec` makes Airbyte's form from this class.

    Hidden settings come last: configurations of other connectors have them, new users need none.

    >>> Config.parse({"api_key": "pk_12345678", "start_date": "2024-01-31"}).start_date.year
    2024
    """

    model_config = ConfigDict(extra="forbid", strict=True, title="Klaviyo")

    credentials: Annotated[Credentials, Field(discriminator="auth_type")] | None = Field(
        None,
        title="Sign-in",
        description="How the connector signs in to your Klaviyo account.",
        json_schema_extra={"group": "sign_in"},
    )
    start_date: (
        Annotated[datetime, BeforeValidator(moment_of, json_schema_input_type=str)] | None
    ) = Field(
        None,
        title="Start date",
        description="Skip events before this date (UTC), and earlier days of reports. All other"
        " streams ignore the date, profiles too: events and members of lists refer to them. To"
        " read older events later, set an earlier date and clear or refresh the stream of events."
        " Empty: all of history.",
        examples=["2024-01-31T00:00:00Z", "2024-01-31"],
        json_schema_extra={
            "format": "date-time",
            "pattern": r"^([0-9]{4}-[0-9]{2}-[0-9]{2}([T ][0-9:.]+(Z|[+-][0-9]{2}:[0-9]{2})?)?)?$",
            "pattern_descriptor": "YYYY-MM-DDTHH:mm:ssZ, or a day as YYYY-MM-DD",
            "group": "data",
        },
    )
    event_metric_ids: Names = Field(
        (),
        title="Metrics of events",
        description="Read only the events of these metrics: names or ids, with commas between"
        " them; a name with a comma in double quotes. A metric that you add later is read from its"
        " start. Empty: the events of all metrics.",
        examples=_METRIC_EXAMPLES,
        json_schema_extra={"group": "data"},
    )
    disable_fetching_predictive_analytics: bool = Field(
        default=False,
        title="Leave out predictive analytics",
        description="Read `profiles` five times as fast, without expected purchases, lifetime"
        " value and risk of churn. The stream `profile_predictive_analytics` still has them.",
        json_schema_extra={"group": "data"},
    )
    lookback_days: Days | None = Field(
        None,
        title="Read recent events again, in days",
        description="The days of events that each sync reads again, because events reach Klaviyo"
        " late. A destination that only appends keeps a row for each sync that read the event."
        " Empty: 7.",
        examples=[7],
        json_schema_extra={"group": "data"},
    )
    deletes_every_hours: Hours = Field(
        24,
        title="Look for deletes, in hours",
        description="Hours between two listings of ids, which find rows deleted in Klaviyo:"
        " campaigns, flows, lists, segments, templates, forms and more, where the destination"
        " removes duplicates (append + deduped). 0: never.",
        examples=[24],
        json_schema_extra={"group": "data"},
    )
    exclude_fields: Annotated[
        dict[str, tuple[str, ...]], BeforeValidator(fields_of, json_schema_input_type=str)
    ] = Field(
        default_factory=dict,
        title="Leave out fields",
        description="Fields that must not leave Klaviyo: a stream, a colon, and its fields with"
        " commas between them; a semicolon before the next stream. A field is an attribute or a"
        " column; a dot leads to a nested field. Name the field for every stream that has it.",
        examples=[
            "profiles: email, phone_number, location, properties.birthday",
            "profiles: first_name, last_name; events: event_properties.Items",
        ],
        json_schema_extra={
            "pattern": r"^(\s*[a-z_]+\s*:[\s\S]+)?$",
            "pattern_descriptor": "stream: field, field.field; stream: field",
            "group": "records",
        },
    )
    add_account_id: bool = Field(
        default=False,
        title="Add the account's id",
        description="Put `account_id` on every record, so that rows of several accounts can share"
        " a table. Needs the scope accounts:read.",
        json_schema_extra={"group": "records"},
    )
    conversion_metrics: Names = Field(
        (),
        title="Conversion metrics",
        description="The metrics whose conversions campaign and flow reports count: names or ids,"
        " with commas between them; a name with a comma in double quotes. Each metric costs calls"
        " of its own. Empty: the metric that your account counts as revenue, else Placed Order.",
        examples=_METRIC_EXAMPLES,
        json_schema_extra={"group": "reports"},
    )
    report_settling_days: Days | None = Field(
        None,
        title="Read recent report days again, in days",
        description="Days until the numbers of a report day are final; until then the day is read"
        " again. Klaviyo's attribution window is 5 days unless you have changed it, 90 at most."
        " Empty: 30.",
        examples=[30],
        json_schema_extra={"group": "reports"},
    )
    metric_aggregates_by: Annotated[
        tuple[str, ...], BeforeValidator(dimensions_of, json_schema_input_type=str)
    ] = Field(
        (),
        title="Split metric aggregates by",
        description="The dimensions that split the rows of `metric_aggregates`, with commas"
        " between them. Empty: a row for each metric and day.",
        examples=["$attributed_flow", "$attributed_message, Campaign Name"],
        json_schema_extra={"group": "reports"},
    )
    timezone: Annotated[str, AfterValidator(known_timezone)] | None = Field(
        None,
        title="Timezone of reports",
        description="The timezone of your Klaviyo account, if the credentials lack the scope"
        " accounts:read. The days of reports are days of this timezone.",
        examples=["America/New_York", "Europe/London"],
        json_schema_extra={
            "pattern": r"^(UTC|[A-Za-z_]+/[A-Za-z0-9_+/-]+)?$",
            "pattern_descriptor": "a name like America/New_York",
            "group": "reports",
        },
    )
    quota_share: float = Field(
        1.0,
        ge=0.1,
        le=1.0,
        title="Share of the quota",
        description="The part of Klaviyo's rate limits that a sync may use. All private keys of an"
        " account share them: lower it to leave room for other tools.",
        examples=[0.5],
        json_schema_extra={"group": "speed"},
    )
    num_workers: Annotated[int, BeforeValidator(whole_number)] = Field(
        32,
        ge=1,
        le=50,
        title="Parallel requests",
        description="The most requests under way at a time. The connector keeps to Klaviyo's quota"
        " at any number.",
        examples=[10],
        json_schema_extra={"group": "speed"},
    )
    revision: Annotated[str, AfterValidator(usable_revision)] = Field(
        revisions.DEFAULT,
        title="API revision",
        description="The version of Klaviyo's API to read. Change it only when Klaviyo retires the"
        " version.",
        examples=[*revisions.USABLE],
        json_schema_extra={
            "pattern": r"^(\s*[0-9]{4}-[0-9]{2}-[0-9]{2}\s*)?$",
            "pattern_descriptor": "YYYY-MM-DD",
            "group": "speed",
        },
    )

    api_key: ApiKey | None = Field(
        None,
        repr=False,
        title="Private API key, as older connectors have it",
        description="The same as `credentials` with a private key.",
        json_schema_extra={**KEY_FORM, "group": "sign_in", "airbyte_hidden": True},
    )
    lookback_window: Days | None = Field(
        None,
        title="Read recent events again, as older connectors call it",
        description="The same as `lookback_days`, which wins where both are given.",
        json_schema_extra={"group": "data", "airbyte_hidden": True},
    )
    metric_ids: Names = Field(
        (),
        title="Conversion metrics, as older connectors call them",
        description="The same as `conversion_metrics`, which wins where both are given.",
        json_schema_extra={"group": "reports", "airbyte_hidden": True},
    )
    reporting_lookback_window: Days | None = Field(
        None,
        title="Read recent report days again, as older connectors call it",
        description="The same as `report_settling_days`, which wins where both are given.",
        json_schema_extra={"group": "reports", "airbyte_hidden": True},
    )
    api_base_url: Annotated[str, AfterValidator(host_address)] = Field(
        KLAVIYO,
        title="API address",
        description="For tests against a stand-in for Klaviyo.",
        json_schema_extra={"group": "speed", "airbyte_hidden": True},
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
        """The credentials, from `credentials` or `api_key`."""
        if self.credentials:
            return self.credentials
        return ApiKeyCredentials(auth_type="api_key", api_key=str(self.api_key))

    @property
    def event_lookback(self) -> int | None:
        """The look-back for events in days, under either name; None if not set."""
        return self.lookback_window if self.lookback_days is None else self.lookback_days

    @property
    def wanted_conversion_metrics(self) -> tuple[str, ...]:
        """The conversion metrics of reports, under either name; empty if not set."""
        return self.conversion_metrics or self.metric_ids

    @property
    def settling_days(self) -> int:
        """The settling time of reports in days, under either name."""
        given = (self.report_settling_days, self.reporting_lookback_window)
        return next((days for days in given if days is not None), _SETTLING_DAYS)

    @classmethod
    def parse(cls, raw: Mapping[str, Any]) -> "Config":
        """Return the configuration in `raw`. Raises ConfigError, which quotes no value.

        Unknown settings, empty settings, and the leftovers of another sign-in count as missing:
        `warnings` names them. The secrets are masked from then on.
        """
        mask_config(raw)
        given, _ = without_leftovers({key: raw[key] for key in raw if key in cls.model_fields})
        try:
            return cls.model_validate(given)
        except ValidationError as invalid:
            raise ConfigError(
                f"The configuration is not valid: {complaints(invalid, cls)}"
            ) from None


def warnings(raw: Mapping[str, Any]) -> list[str]:
    """Return a warning for each kind of setting in `raw` that changes nothing.

    Platforms keep the settings of older connectors, so unknown settings are no failure; a typing
    error must still be seen.
    """
    _, found = without_leftovers(raw)
    known = Config.model_fields
    if unknown := sorted(raw.keys() - known.keys()):
        found.append(
            f"The configuration has unknown settings, which change nothing: {', '.join(unknown)}."
            f"{did_you_mean(unknown, known)} There are: {', '.join(known)}."
        )
    return found
