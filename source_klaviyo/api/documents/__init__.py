"""Answers of Klaviyo: decoded once, passed on as sent."""
