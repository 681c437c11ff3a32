"""How a read ends that is not let to its end: as process 1 of its container."""

import signal
import time
from collections import Counter

from docker.models.containers import Container

from integration_tests.connector.harness import Json, catalog, last_states
from integration_tests.docker.container import READ, Image, files_of, output
from klaviyo_sandbox import Sandbox

STREAMS = ("events", "profiles")
FIRST_EVENT = b'"record":{"stream":"events"'


def test_docker_stop_ends_a_read_with_its_last_states(
    image: Image, config: Json, shop: Sandbox
) -> None:
    slow = files_of(config | {"num_workers": 2}, catalog(STREAMS))
    container = image.start(*READ, files=slow)
    try:
        wait_for(container, FIRST_EVENT)
        container.stop(timeout=10)  # then it is killed, and the code is 137
        stopped = output(container, container.wait()["StatusCode"])
    finally:
        container.remove(force=True)
    assert stopped.code == 128 + signal.SIGTERM
    assert stopped.stderr == b""
    assert stopped.stdout.endswith(b"\n")
    assert stopped.counted == Counter(
        line["record"]["stream"] for line in stopped.of_type("RECORD")
    )
    assert stopped.statuses("events")[-1] == "INCOMPLETE"

    rest = image.run(*READ, files=files_of(config, catalog(STREAMS), last_states(stopped)))
    assert rest.code == 0
    assert {*stopped.ids("events"), *rest.ids("events")} == shop.ids("event")
    assert len(rest.ids("events")) < len(shop.ids("event"))


def wait_for(container: Container, text: bytes) -> None:
    """Wait until a container has printed `text`."""
    for _ in range(1_200):
        if text in container.logs(stdout=True, stderr=False):
            return
        container.reload()
        assert container.status == "running"
        time.sleep(0.05)
    raise AssertionError(f"{text!r} did not come")


def test_a_reader_that_goes_away_ends_a_read_quietly(image: Image, config: Json) -> None:
    read = f"(source-klaviyo {' '.join(READ)}; echo $? >&2) | head -n 3"
    left = image.run("-c", read, entrypoint="sh", files=files_of(config, catalog(STREAMS)))
    assert left.stdout.count(b"\n") == 3
    assert left.stderr == b"1\n"


def test_a_full_disk_ends_a_read_with_one_line(image: Image, config: Json) -> None:
    read = f"source-klaviyo {' '.join(READ)} >/dev/full"
    full = image.run("-c", read, entrypoint="sh", files=files_of(config, catalog(STREAMS)))
    assert full.code == 1
    assert full.stderr == (b"source-klaviyo: stdout cannot be written: No space left on device\n")
