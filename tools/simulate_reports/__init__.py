"""Plays syncs of reports through, with a clock that does not take the time."""
