"""Klaviyo's read API: from a request to a JSON:API document or an error document."""
