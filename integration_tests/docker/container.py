"""Runs the image as Airbyte's platform does, and takes apart what it prints."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from docker import DockerClient
from docker.models.containers import Container

from integration_tests.connector.harness import Json, Output

MEMORY: Final = "512m"
WORKERS: Final = 32
"""What a connector does by default."""
NOBODY: Final = "54321:54321"
"""A user that the image does not know."""
_MOUNTED: Final = "/config"
_LONGEST_RUN: Final = 120


@dataclass(frozen=True, slots=True)
class Image:
    """The built image; `folder` is mounted where a platform puts the files of a sync."""

    client: DockerClient
    tag: str
    folder: Path

    def run(
        self, *command: str, files: Mapping[str, object], entrypoint: str | None = None
    ) -> Output:
        """Run a command to its end."""
        container = self.start(*command, files=files, entrypoint=entrypoint)
        try:
            code = container.wait(timeout=_LONGEST_RUN)["StatusCode"]
            return output(container, code)
        finally:
            container.remove(force=True)

    def start(
        self, *command: str, files: Mapping[str, object], entrypoint: str | None = None
    ) -> Container:
        """Start a command with little memory, few threads and nothing to write to."""
        for name, content in files.items():
            (self.folder / name).write_text(json.dumps(content), encoding="utf-8")
        return self.client.containers.run(
            self.tag,
            [*command],
            entrypoint=entrypoint,
            detach=True,
            cap_drop=["ALL"],
            mem_limit=MEMORY,
            memswap_limit=MEMORY,
            network_mode="host",  # the sandbox is on this machine's loopback
            pids_limit=WORKERS + 8,
            read_only=True,
            security_opt=["no-new-privileges"],
            user=NOBODY,
            volumes={str(self.folder): {"bind": _MOUNTED, "mode": "ro"}},
            working_dir=_MOUNTED,
        )


def output(container: Container, code: int) -> Output:
    """Return what a container has printed."""
    return Output(
        code,
        container.logs(stdout=True, stderr=False),
        container.logs(stdout=False, stderr=True),
    )


def files_of(config: Json, catalog: Json | None = None, state: Sequence[Json] = ()) -> Json:
    """Return the files of a command by their names."""
    given = {"source_config.json": config, "source_catalog.json": catalog}
    return {**given, "input_state.json": list(state)}


READ: Final = (
    *("read", "--config", "source_config.json"),
    *("--catalog", "source_catalog.json"),
    *("--state", "input_state.json"),
)
