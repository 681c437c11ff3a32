"""Every example in a docstring of the connector is true."""

import doctest
import importlib
import pkgutil

import source_klaviyo


def test_every_example_prints_what_it_shows() -> None:
    names = [
        each.name for each in pkgutil.walk_packages(source_klaviyo.__path__, "source_klaviyo.")
    ]
    modules = [importlib.import_module(name) for name in names if not name.endswith("__main__")]
    outcomes = {module.__name__: doctest.testmod(module) for module in modules}
    assert {name for name, outcome in outcomes.items() if outcome.failed} == set()
    assert sum(outcome.attempted for outcome in outcomes.values()) > 80
