"""The calls that mutate, inspect and configure a running sandbox."""
