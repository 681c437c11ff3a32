"""`python -m klaviyo_sandbox`: a Klaviyo on localhost."""

import sys

from klaviyo_sandbox.server import serve
from klaviyo_sandbox.settings import parse_arguments

if __name__ == "__main__":
    serve(parse_arguments(sys.argv[1:]))
