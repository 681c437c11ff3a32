"""The options of a sandbox."""

import argparse
import dataclasses
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Settings:
    """The sandbox's options; all have a default."""

    port: int = 0
    """0: any free port."""
    seed: int = 7
    """The same seed, sizes and `now` give the same shop."""
    now: str = ""
    """RFC 3339 instant at which the sandbox's clock starts; empty: the real time."""

    events: int = 10_000
    profiles: int = 3_000
    campaigns: int = 180
    """Of all channels, archived ones included."""
    flows: int = 60
    lists: int = 24
    segments: int = 25
    templates: int = 35
    tags: int = 60
    images: int = 120
    forms: int = 14
    catalog_items: int = 150
    coupon_codes: int = 400
    reviews: int = 130
    object_records: int = 130

    timezone: str = "Europe/Copenhagen"
    """The account's timezone, in which the days of reports begin and end."""
    report_page_size: int = 1_000
    """Rows on a page of campaign and flow reports. How many Klaviyo has there is not known."""

    spread: str = "shop"
    """When events happened and profiles changed: `shop` (two years with peaks), `even`,
    `second` (all in one), `spike` (a day of 30 times the others), `none` (no rows)."""
    profile_spread: str = ""
    """The same for profiles; empty: as `spread`."""
    spread_years: float = 2.0
    """The years of `even` and `spike`, back from now."""

    limits: bool = True
    """Rate limits are enforced and shown."""
    latency_ms: float = 0.0
    """The pause before each reply."""
    nulls_last: bool = False
    """Whether rows without a time come last where they are sorted by it. The specification lets
    `updated` be null and does not say."""

    @property
    def start(self) -> datetime | None:
        """`now` as a datetime; None: the real time."""
        return datetime.fromisoformat(self.now) if self.now else None

    def arguments(self) -> list[str]:
        """Return the command line of these options, which `parse_arguments` reads."""
        return [
            f"--{'' if value else 'no-'}{name}" if isinstance(value, bool) else f"--{name}={value}"
            for name, value in _options(self)
        ]


def _options(settings: Settings) -> list[tuple[str, str | float | bool]]:
    """Return the name and value of each option."""
    values = dataclasses.asdict(settings)
    return [(name.replace("_", "-"), value) for name, value in values.items()]


def parse_arguments(arguments: list[str]) -> Settings:
    """Return the options of a command line, such as `--events 10000 --no-limits`."""
    parser = argparse.ArgumentParser(prog="klaviyo_sandbox", description="A Klaviyo on localhost.")
    for name, default in _options(Settings()):
        if isinstance(default, bool):
            action = argparse.BooleanOptionalAction
            parser.add_argument(f"--{name}", action=action, default=default)
        else:
            parser.add_argument(f"--{name}", type=type(default), default=default)
    return Settings(**vars(parser.parse_args(arguments)))
