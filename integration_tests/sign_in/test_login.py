"""`source-klaviyo login` as a person uses it: in a real browser, with Klaviyo's consent page.

`KLAVIYO_SCREENSHOTS=FOLDER pytest ...` keeps pictures of what the person sees.
"""

import json
import os
import re
import shutil
import socket
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
import requests
from playwright.sync_api import Browser, Page, sync_playwright

from integration_tests.connector.harness import Json, catalog
from integration_tests.sign_in.conftest import SignedIn
from klaviyo_sandbox import OAuthRules, Sandbox

SIX = ["campaigns", "events", "flows", "lists", "profiles", "templates"]
SCOPES = [f"{name}:read" for name in SIX]
PATIENCE = 30


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    chromium = shutil.which("chromium")
    assert chromium, "install Debian's package chromium"
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        yield started
        started.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    opened = browser.new_page()
    yield opened
    opened.close()


@dataclass(frozen=True)
class Login:
    """The program under way: the address that it prints, and where its credentials go."""

    process: "subprocess.Popen[str]"
    address: str
    port: int
    output: Path

    def end(self) -> tuple[int, str, str]:
        """Return how it ended, and what it printed since."""
        out, errors = self.process.communicate(timeout=PATIENCE)
        return self.process.returncode, out, errors


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def command(shop: Sandbox, *arguments: str) -> list[str]:
    return [
        *(sys.executable, "-m", "source_klaviyo", "login", "--no-browser"),
        *("--client-id", shop.client_id, "--api-base-url", shop.url, *arguments),
    ]


@contextmanager
def login(
    shop: Sandbox,
    folder: Path,
    *arguments: str,
    secret: str = "",
    registered: bool = True,
    port: int = 0,
) -> Iterator[Login]:
    port = port or free_port()
    redirect = f"http://localhost:{port}/callback"
    shop.access.set_oauth(
        OAuthRules(redirect_urls=(redirect if registered else "http://localhost/",))
    )
    output = folder / "credentials.json"
    with subprocess.Popen(
        command(shop, "--port", str(port), "--output", str(output), *arguments),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "KLAVIYO_CLIENT_SECRET": secret or shop.client_secret},
    ) as process:
        assert process.stderr is not None
        address = ""
        for line in process.stderr:
            if line.startswith("http"):
                address = line.strip()
            if line.startswith("Waiting"):
                break
        try:
            yield Login(process, address, port, output)
        finally:
            process.kill()


def picture(page: Page, name: str) -> None:
    if folder := os.environ.get("KLAVIYO_SCREENSHOTS"):
        page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)


def credentials(path: Path) -> Json:
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    found: Json = json.loads(path.read_text())["credentials"]
    return found


def test_allowed(shop: Sandbox, page: Page, tmp_path: Path, signed_in: SignedIn) -> None:
    with login(shop, tmp_path, "--scopes", *SCOPES) as program:
        page.goto(program.address)
        picture(page, "consent")
        page.get_by_role("button", name="Allow").click()
        assert page.get_by_role("heading", level=1).inner_text() == "Signed in to Klaviyo"
        assert page.get_by_role("listitem").all_inner_texts() == SCOPES
        picture(page, "allowed")
        code, out, errors = program.end()
        shown = page.content()
    assert (code, out) == (0, "")
    kept = credentials(program.output)
    for secret in (*shop.access.secrets(), shop.client_secret):
        assert secret not in errors
        assert secret not in shown
    assert kept["auth_type"] == "oauth_own_app"
    output = signed_in(kept).read(catalog(["lists"]))
    assert output.code == 0
    assert set(output.ids("lists")) == shop.ids("list")


def test_narrowed(shop: Sandbox, page: Page, tmp_path: Path) -> None:
    with login(shop, tmp_path, "--streams", "campaigns", "lists") as program:
        page.goto(program.address)
        boxes = page.get_by_role("checkbox").all()
        asked = [box.get_attribute("value") for box in boxes]
        assert asked == ["campaigns:read", "lists:read", "tags:read"]
        page.get_by_label("tags:read").uncheck()
        page.get_by_role("button", name="Allow").click()
        denied = page.locator(".denied")
        assert denied.get_by_role("listitem").all_inner_texts() == ["tags:read"]
        picture(page, "narrowed")
        code, _, errors = program.end()
    assert code == 0
    assert "tags:read" in errors


def test_denied(shop: Sandbox, page: Page, tmp_path: Path) -> None:
    with login(shop, tmp_path, "--scopes", *SCOPES) as program:
        page.goto(program.address)
        page.get_by_role("button", name="Deny").click()
        title = page.get_by_role("heading", level=1).inner_text()
        picture(page, "denied")
        code, _, errors = program.end()
    assert "denied" in title
    assert code == 1
    assert "allow the request" in errors
    assert not program.output.exists()


def test_the_answer_to_another_sign_in_does_not_end_this_one(
    shop: Sandbox, page: Page, tmp_path: Path
) -> None:
    with login(shop, tmp_path, "--scopes", *SCOPES) as program:
        redirect = f"http://localhost:{program.port}/callback"
        shop.access.set_oauth(OAuthRules(redirect_urls=(redirect,), wrong_state=True))
        page.goto(program.address)
        page.get_by_role("button", name="Allow").click()
        assert "another sign-in" in page.get_by_role("heading", level=1).inner_text()
        picture(page, "wrong_state")
        assert "/oauth/token" not in shop.log.counts()
        shop.access.set_oauth(OAuthRules(redirect_urls=(redirect,)))
        page.goto(program.address)
        page.get_by_role("button", name="Allow").click()
        assert program.end()[0] == 0
    assert credentials(program.output)


def test_expired_code(shop: Sandbox, page: Page, tmp_path: Path) -> None:
    with login(shop, tmp_path, "--scopes", *SCOPES) as program:
        redirect = f"http://localhost:{program.port}/callback"
        shop.access.set_oauth(OAuthRules(redirect_urls=(redirect,), code_seconds=0))
        page.goto(program.address)
        page.get_by_role("button", name="Allow").click()
        title = page.get_by_role("heading", level=1).inner_text()
        picture(page, "expired_code")
        code, _, errors = program.end()
    assert title == "The code is no longer good"
    assert code == 1
    assert "five minutes" in errors


def test_wrong_secret(shop: Sandbox, page: Page, tmp_path: Path) -> None:
    with login(shop, tmp_path, "--scopes", *SCOPES, secret="of-another-app") as program:
        page.goto(program.address)
        page.get_by_role("button", name="Allow").click()
        title = page.get_by_role("heading", level=1).inner_text()
        code, _, errors = program.end()
    assert title == "Klaviyo does not know the app"
    assert code == 1
    assert "`client_secret`" in errors
    assert "of-another-app" not in errors


def test_unregistered_redirect_url(shop: Sandbox, page: Page, tmp_path: Path) -> None:
    with login(shop, tmp_path, "--scopes", *SCOPES, registered=False) as program:
        page.goto(program.address)
        assert "not registered" in page.get_by_role("heading", level=1).inner_text()
        assert program.process.poll() is None


def test_strangers_see_nothing_and_end_nothing(shop: Sandbox, page: Page, tmp_path: Path) -> None:
    with login(shop, tmp_path, "--scopes", *SCOPES) as program:
        here = f"http://127.0.0.1:{program.port}"
        with socket.create_connection(("127.0.0.1", program.port)):  # and says nothing
            assert requests.get(f"{here}/favicon.ico", timeout=5).status_code == 404
            for query in ("", "?code=x", "?error=<script>&state=<script>"):
                answer = requests.get(f"{here}/callback{query}", timeout=5)
                assert answer.status_code == 400
                assert "<script>" not in answer.text
        page.goto(program.address)
        page.get_by_role("button", name="Allow").click()
        assert program.end()[0] == 0


def test_one_can_start_again_at_once(shop: Sandbox, page: Page, tmp_path: Path) -> None:
    port = free_port()
    redirect = f"http://localhost:{port}/callback"
    shop.access.set_oauth(OAuthRules(redirect_urls=(redirect,)))
    for button in ("Deny", "Allow"):
        with login(shop, tmp_path, "--scopes", "lists:read", port=port) as program:
            page.goto(program.address)
            page.get_by_role("button", name=button).click()
            code, _, errors = program.end()
        assert code == (1 if button == "Deny" else 0), errors


def test_a_port_that_is_taken(shop: Sandbox) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = str(listener.getsockname()[1])
        done = subprocess.run(
            command(shop, "--port", port),
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
            env={**os.environ, "KLAVIYO_CLIENT_SECRET": "x"},
        )
    assert done.returncode == 1
    assert re.search(f"Port {port} .* --port", done.stderr)


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["--streams", "campaigns", "dreams"], "There is no stream dreams. There are: accounts, "),
        (["--scopes", "list:read,flows:read"], "scope list:read. Did you mean lists:read?"),
        (["--output", "."], "is there already"),
        (["--output", "/nowhere/new.json"], "cannot be written (No such file or directory)."),
        (["--port", "99999"], "Argument --port: 99999 is not a port, 1 to 65535."),
        (["--api-base-url", "http://a.klaviyo.com"], "invalid"),
    ],
)
def test_arguments_that_make_no_sense(shop: Sandbox, arguments: list[str], complaint: str) -> None:
    done = subprocess.run(
        command(shop, *arguments),
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
        env={**os.environ, "KLAVIYO_CLIENT_SECRET": "x"},
    )
    assert done.returncode != 0
    assert complaint in done.stderr


def test_without_an_output_file_the_credentials_are_printed(shop: Sandbox, page: Page) -> None:
    port = free_port()
    shop.access.set_oauth(OAuthRules(redirect_urls=(f"http://localhost:{port}/callback",)))
    with subprocess.Popen(
        command(shop, "--port", str(port), "--scopes", "lists:read"),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "KLAVIYO_CLIENT_SECRET": shop.client_secret},
    ) as process:
        assert process.stderr is not None
        address = next(line.strip() for line in process.stderr if line.startswith("http"))
        page.goto(address)
        page.get_by_role("button", name="Allow").click()
        page.get_by_role("heading", level=1).inner_text()
        out, _ = process.communicate(timeout=PATIENCE)
    assert json.loads(out)["credentials"]["refresh_token"] in shop.access.secrets()


def test_without_a_terminal_the_secret_has_to_be_given(shop: Sandbox) -> None:
    environment = {name: value for name, value in os.environ.items() if "SECRET" not in name}
    done = subprocess.run(
        command(shop),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
        env=environment,
        start_new_session=True,
    )
    assert done.returncode == 1
    assert "give it in the variable KLAVIYO_CLIENT_SECRET" in done.stderr
    assert "Traceback" not in done.stderr
