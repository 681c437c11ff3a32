"""The calls that change, observe and spoil a running sandbox."""
