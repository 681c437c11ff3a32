"""Declarations of all streams, one file per Klaviyo API family."""
