"""Configurations of the official connector, 2.x and 3.x, mean here what they meant there."""

import jsonschema
import pytest

from source_klaviyo.config import Config, unknown_settings
from source_klaviyo.errors import ConfigError
from source_klaviyo.spec import specification

OLDER = {
    "api_key": "pk_a1b2c3",
    "start_date": "2024-01-31T00:00:00Z",
    "disable_fetching_predictive_analytics": True,
    "num_workers": 10,
    "lookback_window": 3,
    "event_metric_ids": "RESQ6t, ABC123,RESQ6t,",
    "metric_ids": "RESQ6t,XYZ789",
    "reporting_lookback_window": 30,
}


def test_every_older_setting_is_known_and_read() -> None:
    config = Config.parse(OLDER)
    assert unknown_settings(OLDER) is None
    assert config.disable_fetching_predictive_analytics
    assert config.event_lookback == 3
    assert config.event_metric_ids == ("RESQ6t", "ABC123")
    jsonschema.validate(OLDER, specification().connectionSpecification)


def test_our_name_wins_over_the_older_one() -> None:
    assert Config.parse({**OLDER, "lookback_days": 0}).event_lookback == 0
    assert Config.parse({"api_key": "pk_a1b2c3"}).event_lookback is None


def test_a_setting_that_is_left_empty_is_not_set() -> None:
    config = Config.parse({"api_key": "pk_a1b2c3", "start_date": None, "event_metric_ids": None})
    assert (config.start_date, config.event_metric_ids) == (None, ())
    assert Config.parse({"api_key": "pk_a1b2c3", "event_metric_ids": " "}).event_metric_ids == ()


def test_metrics_may_be_listed() -> None:
    listed = {"api_key": "pk_a1b2c3", "event_metric_ids": ["Placed Order", "ABC123"]}
    assert Config.parse(listed).event_metric_ids == ("Placed Order", "ABC123")
    jsonschema.validate(listed, specification().connectionSpecification)
    with pytest.raises(ConfigError, match="event_metric_ids: must be a list of texts"):
        Config.parse({"api_key": "pk_a1b2c3", "event_metric_ids": 7})


def test_unknown_settings_are_named_in_one_warning_and_do_not_matter() -> None:
    config = {"api_key": "pk_a1b2c3", "start_dat": "2024-01-31", "__internal": {"secret": "hush"}}
    assert Config.parse(config).start_date is None
    warning = unknown_settings(config) or ""
    assert "change nothing: __internal, start_dat. There are: credentials, api_key" in warning
    assert "hush" not in warning
