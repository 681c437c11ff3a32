"""Print what statements find: run by the environment of PyAirbyte.

Usage: python ask.py URL
It takes `{NAME: SQL}` on stdin, and prints `{NAME: {"columns": [...], "rows": [[...], ...]}}`.
"""

import json
import sys
from decimal import Decimal

import sqlalchemy


def plain(value: object) -> float | str:
    """Return what JSON has no type for as a number or a text."""
    return float(value) if isinstance(value, Decimal) else str(value)


with sqlalchemy.create_engine(sys.argv[1]).connect() as connection:
    found = {}
    for name, sql in json.load(sys.stdin).items():
        rows = connection.execute(sqlalchemy.text(sql))
        found[name] = {"columns": list(rows.keys()), "rows": [list(row) for row in rows]}
json.dump(found, sys.stdout, default=plain)
