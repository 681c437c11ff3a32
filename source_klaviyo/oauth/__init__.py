"""Signing in by OAuth 2.0, and staying signed in."""
