"""Fills in the templates of the declared tables."""

import re
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any, cast

from klaviyo_sandbox.shop.shop import Shop
from klaviyo_sandbox.shop.table import WORDS
from klaviyo_sandbox.store.json_text import JsonValue
from klaviyo_sandbox.store.moment import micros_text, seconds_text

BRAND = "Fjord & Field"
DOMAIN = "fjordandfield.example"
_ALONE = re.compile(r"\{([\w-]+)\}")


class Blanks:
    """The values of the blanks in the templates of a resource.

    A template is JSON. A text may hold blanks, such as `"{theme} #{number:03d}"`. A text with
    a single blank alone becomes the blank's value, of whatever type. These objects are replaced:

    - `{"$turns": [a, b]}`: `a` in the first resource of the type, `b` in the second, and so on
    - `{"$every": [9, a, b]}`: `a` in each ninth resource of the type, `b` in the others
    - `{"$any": [a, b]}`: `a` or `b`, at random
    - `{"$whole": [low, high]}`, `{"$money": [low, high]}`: a random number in between
    - `{"$blank": "{channel}"}`: the blank with this name
    - `{"$times": [60, text]}`: the text so many times, each with words of its own
    - `{"$one": TYPE}`: a resource of another type, or null without any
    - `{"$some": [TYPE, least, most]}`, `{"$all": TYPE}`: several resources
    """

    def __init__(
        self,
        shop: Shop,
        own: Mapping[str, JsonValue],
        at: datetime,
        updated: datetime | None,
        given: Mapping[str, object],
    ) -> None:
        """Fill in a resource created `at` and last `updated` then, or at a random time since.

        `own` are the templates of the type's own blanks, `given` values of blanks.
        """
        self.shop = shop
        self.at = at
        self.updated = updated or shop.between(at)
        self._own = own
        self._known = dict(given)

    def __getitem__(self, name: str) -> object:
        """Return the value of a blank. Words and ids are drawn anew each time."""
        if name in self._known:
            return self._known[name]
        if name in WORDS:
            return self.shop.random.choice(WORDS[name])
        if name in self._own:
            self._known[name] = self.fill(self._own[name])
            return self._known[name]
        return _MADE[name](self)

    def __setitem__(self, name: str, value: object) -> None:
        """Let a blank stand for `value`."""
        self._known[name] = value

    def fill(self, template: JsonValue) -> object:
        """Return the template with all of its blanks filled in."""
        if isinstance(template, str):
            return self._text(template) if "{" in template else template
        if isinstance(template, dict):
            if len(template) == 1:
                ((name, given),) = template.items()
                if name in _CHOICES:
                    return _CHOICES[name](self, given)
            return {name: self.fill(value) for name, value in template.items()}
        if isinstance(template, list):
            return [self.fill(element) for element in template]
        return template

    def _text(self, template: str) -> object:
        alone = _ALONE.fullmatch(template)
        return self[alone[1]] if alone else template.format_map(self)


def _every(blanks: Blanks, step: int, chosen: JsonValue, other: JsonValue) -> object:
    return blanks.fill(other if cast("int", blanks["number"]) % step else chosen)


def _turn(blanks: Blanks, options: list[JsonValue]) -> object:
    return blanks.fill(options[cast("int", blanks["number"]) % len(options)])


_CHOICES: Mapping[str, Callable[[Blanks, Any], object]] = {
    "$turns": _turn,
    "$every": lambda of, asked: _every(of, *asked),
    "$any": lambda of, options: of.fill(of.shop.random.choice(options)),
    "$whole": lambda of, bounds: of.shop.random.randrange(*bounds),
    "$money": lambda of, bounds: round(of.shop.random.uniform(*bounds), 2),
    "$blank": lambda of, name: of[str(of.fill(name))],
    "$times": lambda of, asked: "".join(str(of.fill(asked[1])) for _ in range(asked[0])),
    "$one": lambda of, kind: of.shop.one(kind),
    "$some": lambda of, asked: of.shop.some(asked[0], asked[2], least=asked[1]),
    "$all": lambda of, kind: of.shop.all(kind),
}


def _month(moment: datetime) -> datetime:
    return moment.replace(day=1, hour=0, minute=0, second=0, microsecond=0)


_MADE: Mapping[str, Callable[[Blanks], str]] = {
    "brand": lambda _: BRAND,
    "domain": lambda _: DOMAIN,
    "timezone": lambda of: of.shop.settings.timezone,
    "short": lambda of: of.shop.ids.short(),
    "uuid": lambda of: of.shop.ids.uuid(),
    "ulid": lambda of: of.shop.ids.ulid(of.at),
    "digest": lambda of: of.shop.ids.digest(),
    "numeric": lambda of: of.shop.ids.number(),
    "created": lambda of: seconds_text(of.at),
    "created_micros": lambda of: micros_text(of.at),
    "updated": lambda of: seconds_text(of.updated),
    "updated_micros": lambda of: micros_text(of.updated),
    "a_day_later": lambda of: seconds_text(of.at + timedelta(days=1)),
    "a_week_later": lambda of: seconds_text(of.at + timedelta(days=7)),
    "two_years_later": lambda of: seconds_text(of.at + timedelta(days=700)),
    "now": lambda of: seconds_text(of.shop.clock.now()),
    "month_start": lambda of: seconds_text(_month(of.shop.clock.now())),
    "month_end": lambda of: seconds_text(_month(_month(of.shop.clock.now()) + timedelta(days=32))),
}
"""Blanks that every template may hold."""
