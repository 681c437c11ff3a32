"""The examples that the docs give, run as a person runs them, and the databases they fill."""

import json
import os
import pwd
import secrets
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Final

ROOT: Final = Path(__file__).parents[2]
PYTHON: Final = ROOT / ".venv-pyairbyte" / "bin" / "python"
_EXAMPLES: Final = ROOT / "docs" / "examples"
_LONGEST_RUN: Final = 300.0
_PATIENCE: Final = 30.0

Rows = dict[str, list[list[str]]]


def run(
    arguments: Sequence[str | Path],
    *,
    sent: object = None,
    folder: Path | None = None,
    environment: Mapping[str, str] = MappingProxyType({}),
    longest: float = 120.0,
) -> str:
    """Run PyAirbyte's Python with this environment's connector; return what it prints.

    `sent` goes to its stdin as JSON, `folder` is where it runs, `longest` the seconds it may take.
    """
    done = subprocess.run(
        [PYTHON, *arguments],
        input=json.dumps(sent),
        cwd=folder,
        env={
            **os.environ,
            "AIRBYTE_OFFLINE_MODE": "1",
            "DO_NOT_TRACK": "1",
            "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
            **environment,
        },
        capture_output=True,
        text=True,
        timeout=longest,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@dataclass(frozen=True)
class Warehouse:
    """A database: the example that fills it with its arguments, and where the rows then are."""

    example: str
    arguments: tuple[str, ...]
    url: str
    schema: str
    environment: Mapping[str, str]

    def fill(self, config: Path, *streams: str) -> str:
        """Run the example for `streams`, or for all of them; return what it prints."""
        return run(
            [_EXAMPLES / self.example, config, *self.arguments, *streams],
            folder=config.parent,
            environment=self.environment,
            longest=_LONGEST_RUN,
        )

    def rows(self, columns: Mapping[str, list[str]]) -> Rows:
        """Return the rows of tables, of each the named columns."""
        asks: list[str | Path] = [Path(__file__).with_name("query.py"), self.url, self.schema]
        found: Rows = json.loads(run(asks, sent=columns, longest=60.0))
        return found


def duckdb(folder: Path) -> Warehouse:
    """Return a DuckDB file in `folder`."""
    file = folder / "klaviyo.duckdb"
    return Warehouse("pyairbyte_to_duckdb.py", (str(file),), f"duckdb:///{file}", "main", {})


@contextmanager
def postgres(folder: Path) -> Iterator[Warehouse]:
    """Yield a PostgreSQL server of its own, with its data in `folder`, and end it.

    It refuses to run as root, so Debian's user for it runs it.
    """
    programs = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
    if not programs:
        raise FileNotFoundError("PostgreSQL is missing: apt-get install postgresql")
    password, port = secrets.token_hex(8), _free_port()
    data = folder / "postgres"
    data.mkdir()
    owner = "postgres" if os.geteuid() == 0 else pwd.getpwuid(os.geteuid()).pw_name
    given = folder / "password"
    given.write_text(password, encoding="ascii")
    for path in (data, given):
        os.chown(path, pwd.getpwnam(owner).pw_uid, -1)
    for around in data.parents[:3]:
        around.chmod(0o755)
    initdb, server_program = str(programs[-1] / "initdb"), str(programs[-1] / "postgres")
    options: tuple[str, ...] = ("-U", "klaviyo", "-A", "scram-sha-256", f"--pwfile={given}", "-N")
    subprocess.run(
        [initdb, "-D", str(data), *options], user=owner, cwd=data, check=True, capture_output=True
    )
    options = ("-p", str(port), "-k", str(data), "-F", "-c", "listen_addresses=127.0.0.1")
    server = subprocess.Popen(
        [server_program, "-D", str(data), *options],
        user=owner,
        cwd=data,
        stderr=subprocess.DEVNULL,
    )
    try:
        _wait_for(server, port)
        yield Warehouse(
            "pyairbyte_to_postgres.py",
            ("127.0.0.1", str(port), "postgres", "klaviyo"),
            f"postgresql+psycopg2://klaviyo:{password}@127.0.0.1:{port}/postgres",
            "klaviyo",
            {"PGPASSWORD": password},
        )
    finally:
        server.terminate()
        server.wait()


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
        return port


def _wait_for(server: subprocess.Popen[bytes], port: int) -> None:
    for _ in range(int(_PATIENCE / 0.1)):
        assert server.poll() is None, "PostgreSQL did not start"
        with socket.socket() as trial:
            if trial.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise TimeoutError("PostgreSQL does not answer")
