"""Copy a Klaviyo account into a DuckDB file with PyAirbyte; run it again for what is new.

Usage: python pyairbyte_to_duckdb.py config.json klaviyo.duckdb [STREAM...]
"""

import json
import sys
from pathlib import Path

import airbyte as ab
from airbyte.caches import DuckDBCache

config, database, *streams = sys.argv[1:]

source = ab.get_source(
    "source-klaviyo",
    config=json.loads(Path(config).read_text(encoding="utf-8")),
    local_executable="source-klaviyo",  # of the environment in which it is installed
)
source.check()
source.select_streams(streams or "*")
result = source.read(cache=DuckDBCache(db_path=database))
print(f"{result.processed_records:,} records in {len(result.streams)} tables of {database}")
