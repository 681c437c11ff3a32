"""Klaviyo's OAuth 2.0: consent and tokens."""
