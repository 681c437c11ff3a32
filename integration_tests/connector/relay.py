"""A host that keeps what it is asked: in front of a sandbox, or a stranger."""

import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

from klaviyo_sandbox import Sandbox

Reply = tuple[int, Mapping[str, str], bytes]
Answer = Callable[[str, Mapping[str, str], bytes], Reply]
"""From a path with its query, the request's headers and its body to a reply."""


@dataclass
class Host:
    """A running host, and the path and headers of every request it got."""

    url: str
    asked: list[tuple[str, Mapping[str, str]]] = field(default_factory=list)


@contextmanager
def host(answer: Answer) -> Iterator[Host]:
    """Serve `answer` on a free port of this machine."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:  # the name that the library asks for
            sent = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            headers = {name.lower(): value for name, value in self.headers.items()}
            running.asked.append((self.path, headers))
            status, extra, body = answer(self.path, headers, sent)
            self.send_response(status)
            for name, value in extra.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_POST = do_GET  # noqa: N815  as well

        def log_message(self, *_: object) -> None:
            """Keep quiet."""

    class Server(ThreadingHTTPServer):
        daemon_threads = True
        request_queue_size = 128

    with Server(("127.0.0.1", 0), Handler) as server:
        running = Host(f"http://127.0.0.1:{server.server_port}")
        Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        try:
            yield running
        finally:
            server.shutdown()


def pass_on(sandbox: Sandbox) -> Answer:
    """Return what answers as `sandbox` does; its links lead back to whoever asked."""

    def answer(path: str, headers: Mapping[str, str], sent: bytes) -> Reply:
        request = urllib.request.Request(sandbox.url + path, sent or None, dict(headers))
        try:
            with urllib.request.urlopen(request) as reply:
                return reply.status, _passed_on(reply.headers), reply.read()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, _passed_on(error.headers), error.read()

    return answer


def _passed_on(headers: Message) -> dict[str, str]:
    """Return the headers that tell of the body, and of the quota."""
    told = {name: value for name, value in headers.items() if name.lower().startswith("ratelimit")}
    return {**told, "Content-Type": headers["Content-Type"]}


def closed() -> str:
    """Return the address of a port on which nobody listens."""
    with ThreadingHTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler) as server:
        return f"http://127.0.0.1:{server.server_port}"
