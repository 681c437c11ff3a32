"""Compares this connector with the official one, record by record, against the sandbox."""
