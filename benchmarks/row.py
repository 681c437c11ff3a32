"""One figure of a benchmark, held against its target."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Row:
    """What was measured, the figure as people read it, and its target, if it has one."""

    what: str
    figure: str
    value: float
    target: str = ""
    met: bool | None = None


def plain(what: str, value: float, unit: str = "") -> Row:
    """Return a figure that stands for itself."""
    return Row(what, _text(value, unit), value)


def at_most(what: str, value: float, most: float, unit: str = "") -> Row:
    """Return a figure that must not be above `most`."""
    return Row(what, _text(value, unit), value, f"≤ {_text(most, unit)}", value <= most)


def at_least(what: str, value: float, least: float, unit: str = "") -> Row:
    """Return a figure that must not be below `least`."""
    return Row(what, _text(value, unit), value, f"≥ {_text(least, unit)}", value >= least)


def holds(what: str, *, true: bool, details: str = "") -> Row:
    """Return something that has to be so."""
    figure = details or ("yes" if true else "no")
    return Row(what, figure, float(true), "yes", true)


def _text(value: float, unit: str) -> str:
    digits = 0 if value == int(value) or abs(value) >= 1000 else 1 if abs(value) >= 100 else 3
    return f"{value:,.{digits}f} {unit}".strip()
