"""Output of the credentials: a file that nobody else may read, or stdout."""

import json
import os
import sys
from pathlib import Path

from source_klaviyo.oauth.token_endpoint import OAuthApp


def write_credentials(app: OAuthApp, refresh_token: str, output: Path | None) -> None:
    """Write the `credentials` block of a configuration. Raises OSError, also if `output` exists.

    A file gets the mode 600 before its contents.
    """
    credentials = {
        "auth_type": "oauth_own_app",
        "client_id": app.client_id,
        "client_secret": app.client_secret,
        "refresh_token": refresh_token,
    }
    text = json.dumps({"credentials": credentials}, indent=2) + "\n"
    if output is None:
        sys.stdout.write(text)
        sys.stdout.flush()
        return
    handle = os.open(output, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(text)
