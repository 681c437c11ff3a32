"""Copy a Klaviyo account into PostgreSQL with PyAirbyte; run it again for what is new.

Usage: python pyairbyte_to_postgres.py config.json HOST PORT DATABASE USER [STREAM...]
The password is taken from the environment variable PGPASSWORD.
"""

import json
import os
import sys
from pathlib import Path

import airbyte as ab
from airbyte.caches import PostgresCache

config, host, port, database, user, *streams = sys.argv[1:]

source = ab.get_source(
    "source-klaviyo",
    config=json.loads(Path(config).read_text(encoding="utf-8")),
    local_executable="source-klaviyo",  # of the environment in which it is installed
)
source.check()
source.select_streams(streams or "*")
cache = PostgresCache(
    host=host,
    port=int(port),
    database=database,
    username=user,
    password=os.environ["PGPASSWORD"],
    schema_name="klaviyo",
)
result = source.read(cache=cache)
print(f"{result.processed_records:,} records in {len(result.streams)} tables of {database}")
