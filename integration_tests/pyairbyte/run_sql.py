"""Run statements over tables of records: run by the environment of PyAirbyte.

Usage: python run_sql.py URL
It takes `{"tables": {TABLE: [RECORD, ...]}, "statements": {NAME: SQL}}` on stdin, and prints
`{NAME: [ROW, ...]}`. Columns are as PyAirbyte makes them: objects and lists are JSON.
"""

import json
import sys

import sqlalchemy


def kind(values: list[object]) -> str:
    """Return the type of a column."""
    if any(isinstance(value, dict | list) for value in values):
        return "JSON"
    return "BIGINT" if any(isinstance(value, int) for value in values) else "VARCHAR"


given = json.load(sys.stdin)
with sqlalchemy.create_engine(sys.argv[1]).connect() as connection:
    for table, records in given["tables"].items():
        columns = sorted({column for record in records for column in record})
        kinds = {name: kind([record.get(name) for record in records]) for name in columns}
        named = ", ".join(f'"{name}" {kinds[name]}' for name in columns)
        connection.execute(sqlalchemy.text(f'CREATE TABLE "{table}" ({named})'))
        places = ", ".join(
            f"CAST(:p{number} AS {kinds[name]})" for number, name in enumerate(columns)
        )
        insert = sqlalchemy.text(f'INSERT INTO "{table}" VALUES ({places})')
        for record in records:
            values = {
                f"p{number}": json.dumps(record[name])
                if kinds[name] == "JSON" and record.get(name) is not None
                else record.get(name)
                for number, name in enumerate(columns)
            }
            connection.execute(insert, values)
    found = {
        name: [list(row) for row in connection.execute(sqlalchemy.text(sql))]
        for name, sql in given["statements"].items()
    }
json.dump(found, sys.stdout, default=str)
