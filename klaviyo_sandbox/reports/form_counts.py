"""The counts of a form's version on a day, and Klaviyo's statistics of them."""

from collections.abc import Callable
from typing import NamedTuple

from klaviyo_sandbox.reports.numbers import mix
from klaviyo_sandbox.reports.question import Number

VOLUMES = (5, 40, 160, 600)
"""Views a day of a version, roughly."""


class FormCounts(NamedTuple):
    """The counts behind all statistics of forms."""

    viewed_form: int
    viewed_form_uniques: int
    viewed_form_step: int
    viewed_form_step_uniques: int
    submits: int
    submitted_form_step: int
    submitted_form_step_uniques: int
    closed_form: int
    closed_form_uniques: int
    qualified_form: int
    qualified_form_uniques: int


UNIQUES = frozenset(
    place for place, name in enumerate(FormCounts._fields) if name.endswith("_uniques")
)
NOTHING = FormCounts(*[0] * len(FormCounts._fields))


def _counter(place: int) -> Callable[[FormCounts], Number]:
    return lambda counts: counts[place]


STATISTICS: dict[str, Callable[[FormCounts], Number]] = {
    **{name: _counter(place) for place, name in enumerate(FormCounts._fields)},
    "submit_rate": lambda c: c.submits / c.viewed_form if c.viewed_form else 0.0,
}


def counts_of(key: int, day: int) -> FormCounts:
    """Return the counts of the version with a key on a whole day."""
    drawn = mix(key, day)
    views = VOLUMES[key & 3] * (drawn & 127) // 64
    viewers = views * (70 + (drawn >> 7 & 15)) // 100
    submits = viewers * (drawn >> 11 & 15) // 100
    closed = (views - submits) * 3 // 4
    steps = views + submits
    return FormCounts(
        viewed_form=views,
        viewed_form_uniques=viewers,
        viewed_form_step=steps,
        viewed_form_step_uniques=viewers,
        submits=submits,
        submitted_form_step=submits + submits // 2,
        submitted_form_step_uniques=submits,
        closed_form=closed,
        closed_form_uniques=min(closed, viewers),
        qualified_form=steps + views // 3,
        qualified_form_uniques=viewers + viewers // 5,
    )
