"""The bare loop that the connector is held against; a program of its own, as the connector is.

`python -m benchmarks.bare_loop URL KEY REVISION`: what any reader of this API has to do at least,
request after request, the records on standard output.
"""

import sys

import orjson
import requests


def main(url: str, key: str, revision: str) -> None:
    """Follow the pages from `url` on."""
    headers = {"Authorization": f"Klaviyo-API-Key {key}", "revision": revision}
    write = sys.stdout.buffer.write
    following: str | None = url
    while following:
        answer = requests.get(following, headers=headers, timeout=60)
        answer.raise_for_status()
        page = orjson.loads(answer.content)
        for record in page["data"]:
            write(orjson.dumps(record, option=orjson.OPT_APPEND_NEWLINE))
        following = page["links"]["next"]


if __name__ == "__main__":
    main(*sys.argv[1:])
