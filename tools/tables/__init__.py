"""The dictionary of tables in docs/tables/: `python -m tools.tables`."""
