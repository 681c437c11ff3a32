"""A kill around a rotation costs neither a record nor the sign-in.

`KLAVIYO_KILLS=30 pytest integration_tests/sign_in/test_kill.py` kills thirty times in a row.
"""

import os
import random
import signal
import time
from pathlib import Path

from integration_tests.connector.harness import Json, Output, catalog, last_states
from integration_tests.connector.program import Program
from integration_tests.sign_in.conftest import SignedIn, assert_secret, kept, own_app
from klaviyo_sandbox import OAuthRules, Sandbox

KILLS = int(os.environ.get("KLAVIYO_KILLS", "4"))
RESOURCES = {"catalog_items": "catalog-item", "events": "event", "profiles": "profile"}


def killed_at_a_rotation(
    arguments: list[str], errors: Path, rotations: int, later: float
) -> Output:
    """Run the program, and kill it some seconds after so many rotations."""
    with Program(arguments, errors) as program:
        printed = program.read_until(b'"type":"CONTROL"', rotations)
        time.sleep(later)
        program.kill()
        printed += program.read_all()
        return Output(program.wait(), printed, program.stderr)


def test_kills_around_rotations_are_survived(
    shop: Sandbox, signed_in: SignedIn, tmp_path: Path
) -> None:
    shop.access.set_oauth(OAuthRules(token_seconds=(0.8,), rotate="on_use"))
    shop.set_latency(60)
    connector = signed_in(own_app(shop))
    dice = random.Random(KILLS)
    config: Json = connector.config
    attempts: list[Output] = []
    for _ in range(KILLS):
        states = last_states(*attempts)
        arguments = [
            *("read", "--config", connector.file("config", config)),
            *("--catalog", connector.file("catalog", catalog(RESOURCES))),
            *(("--state", connector.file("state", states)) if states else ()),
        ]
        attempt = killed_at_a_rotation(
            arguments, tmp_path / "stderr", dice.randint(1, 2), dice.uniform(0.0, 0.2)
        )
        assert attempt.code == -signal.SIGKILL
        assert not attempt.failures
        assert attempt.controls
        config = kept(attempt, config)
        attempts.append(attempt)
    last = signed_in(config["credentials"]).read(catalog(RESOURCES), last_states(*attempts))
    attempts.append(last)
    assert (last.code, last.stderr) == (0, b"")
    for stream, kind in RESOURCES.items():
        assert {row for attempt in attempts for row in attempt.ids(stream)} == shop.ids(kind)
    assert_secret(shop, *attempts)
