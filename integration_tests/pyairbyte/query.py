"""Print the rows that a database holds of some tables: run by the environment of PyAirbyte.

Usage: python query.py URL SCHEMA
It takes `{TABLE: [COLUMN, ...]}` on stdin, and prints `{TABLE: [ROW, ...]}`.
"""

import json
import sys

import sqlalchemy

url, schema = sys.argv[1:]
with sqlalchemy.create_engine(url).connect() as connection:
    found = {}
    for table, columns in json.load(sys.stdin).items():
        names = ", ".join(f'"{column}"' for column in columns)
        rows = connection.execute(sqlalchemy.text(f'SELECT {names} FROM {schema}."{table}"'))
        found[table] = [list(row) for row in rows]
json.dump(found, sys.stdout, default=str)
