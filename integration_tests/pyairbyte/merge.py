"""Merge batches of records as Airbyte's typing and deduping does: run by PyAirbyte's environment.

Usage: python merge.py URL
It takes `{STREAM: [BATCH, ...]}` on stdin, each batch a list of `[KEY, CURSOR, DELETED_AT]`, and
prints `{STREAM: [KEY, ...]}`: the rows that are left.
"""

import json
import sys

import sqlalchemy

MERGE = """
MERGE INTO rows AS old USING (
    SELECT name, moment, deleted FROM (
        SELECT *, row_number() OVER (PARTITION BY name ORDER BY moment DESC, place DESC) AS number
        FROM batch
    ) AS numbered WHERE number = 1
) AS new ON old.name = new.name
WHEN MATCHED AND new.moment >= old.moment AND new.deleted IS NOT NULL THEN DELETE
WHEN MATCHED AND new.moment >= old.moment THEN UPDATE SET moment = new.moment
WHEN NOT MATCHED AND new.deleted IS NULL THEN INSERT (name, moment) VALUES (new.name, new.moment)
"""

found = {}
with sqlalchemy.create_engine(sys.argv[1]).connect() as connection:

    def run(sql: str, *values: dict[str, object]) -> sqlalchemy.CursorResult:
        return connection.execute(sqlalchemy.text(sql), *([list(values)] if values else []))

    for stream, batches in json.load(sys.stdin).items():
        run("CREATE TEMP TABLE rows (name VARCHAR, moment VARCHAR)")
        for batch in batches:
            run(
                "CREATE TEMP TABLE batch"
                " (name VARCHAR, moment VARCHAR, deleted VARCHAR, place INTEGER)"
            )
            records = [
                {"name": name, "moment": moment, "deleted": deleted, "place": place}
                for place, (name, moment, deleted) in enumerate(batch)
            ]
            if records:
                run("INSERT INTO batch VALUES (:name, :moment, :deleted, :place)", *records)
            run(MERGE)
            run("DROP TABLE batch")
        found[stream] = [name for (name,) in run("SELECT name FROM rows ORDER BY name")]
        run("DROP TABLE rows")
json.dump(found, sys.stdout)
