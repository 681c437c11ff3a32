"""Opening a browser, without one."""

import os
import webbrowser

import pytest

from source_klaviyo.login import program


def test_what_a_browser_prints_is_no_part_of_the_credentials(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    def opened(address: str) -> bool:
        return os.write(1, f"Opening {address} in existing browser session.\n".encode()) > 0

    monkeypatch.setattr(webbrowser, "open", opened)
    assert program.is_opened("https://www.klaviyo.com")
    os.write(1, b"credentials")
    said = capfd.readouterr()
    assert said.out == "credentials"
    assert "Opening https" in said.err
