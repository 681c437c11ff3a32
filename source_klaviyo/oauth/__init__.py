"""Sign-in by OAuth 2.0, and renewal of tokens."""
