"""`klaviyo-sandbox`, or `python -m klaviyo_sandbox`: a Klaviyo on localhost."""

import sys

from klaviyo_sandbox.server import serve
from klaviyo_sandbox.settings import parse_arguments


def main() -> None:
    """Serve a sandbox with the options of the command line."""
    serve(parse_arguments(sys.argv[1:]))


if __name__ == "__main__":
    main()
