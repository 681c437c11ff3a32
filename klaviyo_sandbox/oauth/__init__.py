"""Klaviyo's OAuth 2.0: consent, tokens, and what they open."""
