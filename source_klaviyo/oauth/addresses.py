"""Addresses of Klaviyo's OAuth: https://developers.klaviyo.com/en/docs/set_up_oauth ."""

from typing import Final

CONSENT_URL: Final = "https://www.klaviyo.com/oauth/authorize"
TOKEN_PATH: Final = "/oauth/token"  # noqa: S105  a path
"""On the API's host; the same path on www.klaviyo.com has been closed since March 2025."""
CONSENT_PATH: Final = "/oauth/authorize"
"""On a stand-in for Klaviyo, which has a single host."""
