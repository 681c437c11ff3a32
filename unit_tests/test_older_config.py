"""Configurations of the official connector, 2.x and 3.x, mean here what they meant there."""

import jsonschema

from source_klaviyo.config import Config
from source_klaviyo.config.settings import warnings
from tools.generate_spec import specification

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
    assert warnings(OLDER) == []
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


def test_unknown_settings_are_named_in_one_warning_and_do_not_matter() -> None:
    config = {"api_key": "pk_a1b2c3", "start_dat": "2024-01-31", "__internal": {"secret": "hush"}}
    assert Config.parse(config).start_date is None
    (warning,) = warnings(config)
    assert "change nothing: __internal, start_dat. Did you mean start_date? There are:" in warning
    assert "hush" not in warning
