"""Makes a virtual environment of locks, and installs nothing that they do not name.

    python3 requirements/install.py [--connector | --editable] VENV LOCK...

Pip resolves nothing here and builds nothing but the connector, so no release of any package can
change what is installed. `pip check` tells whether the locks are complete. With `--connector` the
clone's own package is installed as well, with `--editable` as a link to the clone. Both need what
the lock `build` has.

This file has to start with any Python 3, to say which ones will do.
"""

import subprocess
import sys
import venv
from pathlib import Path

LOCKS = Path(__file__).resolve().parent
OLDEST, NEWEST = (3, 11), (3, 13)
"""The versions that `requires-python` in pyproject.toml allows."""


def main(arguments: "list[str]") -> None:
    """Install `arguments`; raises CalledProcessError where pip fails."""
    if not OLDEST <= sys.version_info[:2] <= NEWEST:
        sys.exit(
            "Python 3.11, 3.12 or 3.13 is needed, and this is {}.{}:"
            " make PYTHON=python3.12, for example".format(*sys.version_info)
        )
    options = [each for each in arguments if each.startswith("--")]
    folder, *locks = [each for each in arguments if not each.startswith("--")]
    python = Path(folder) / "bin" / "python"
    if not (Path(folder) / "bin" / "pip").exists():  # pip comes last, if nothing cuts the creation
        venv.create(folder, clear=True, symlinks=True, with_pip=True)
    pip = [str(python), "-m", "pip", "--disable-pip-version-check"]
    install = [*pip, "install", "-q", "--no-deps"]
    for lock in locks:
        pins = ["--only-binary", ":all:", "--require-hashes", "-r", str(LOCKS / (lock + ".txt"))]
        subprocess.run([*install, *pins], check=True)
    if options:
        package = ["--editable"] * ("--editable" in options) + [str(LOCKS.parent)]
        subprocess.run([*install, "--no-build-isolation", *package], check=True)
    checked = subprocess.run([*pip, "check"], check=False, stdout=subprocess.PIPE, text=True)
    if checked.returncode:
        sys.exit("The lock is not complete: make lock\n" + checked.stdout)


if __name__ == "__main__":
    main(sys.argv[1:])
