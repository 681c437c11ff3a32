"""The server of the sandbox, in this process."""

import asyncio
import gc
import json
import os
import signal
import socket
import stat
import sys
from collections.abc import MutableMapping

import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from klaviyo_sandbox.api.keys import FULL_KEY, FULL_TOKEN
from klaviyo_sandbox.app import TRANSPORT, App
from klaviyo_sandbox.settings import Settings
from klaviyo_sandbox.state import open_state

PARENT_CHECK_SECONDS = 0.5


class Protocol(HttpToolsProtocol):
    """uvicorn's protocol; hands the transport to the application, for connection resets."""

    def on_message_begin(self) -> None:
        """Start a request."""
        super().on_message_begin()
        scope: MutableMapping[str, object] = self.scope  # type: ignore[assignment]  # a closed TypedDict
        scope[TRANSPORT] = self.transport


def serve(settings: Settings) -> None:
    """Build the shop, print one line of JSON with `url` and `key`, and serve until SIGTERM.

    The server also ends with its parent, or when its standard input is a pipe and closes: a killed
    test run leaves no server behind.
    """
    gc.disable()
    state = open_state(settings)
    gc.freeze()
    gc.enable()
    listener = socket.create_server(("127.0.0.1", settings.port), backlog=1024)
    # headers and body are two writes: without this the second waits for a delayed ACK, some 40 ms
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    config = uvicorn.Config(
        App(state),
        http=Protocol,
        loop="uvloop",
        lifespan="off",
        log_level="critical",
        access_log=False,
        server_header=False,
        date_header=False,
        timeout_graceful_shutdown=1,
    )
    asyncio.run(_serve(uvicorn.Server(config), listener))


async def _serve(server: uvicorn.Server, listener: socket.socket) -> None:
    port = listener.getsockname()[1]
    announcement = {
        "url": f"http://127.0.0.1:{port}",
        "key": FULL_KEY,
        "token": FULL_TOKEN,
    }
    sys.stdout.write(json.dumps(announcement) + "\n")
    sys.stdout.flush()
    watch = asyncio.create_task(_watch_parent(server))
    await server.serve(sockets=[listener])
    watch.cancel()


async def _watch_parent(server: uvicorn.Server) -> None:
    parent = os.getppid()
    loop = asyncio.get_running_loop()
    if stat.S_ISFIFO(os.fstat(0).st_mode):
        loop.add_reader(0, _read_stdin, server)
    while os.getppid() == parent:  # noqa: ASYNC110  # the system tells nobody of a parent's end
        await asyncio.sleep(PARENT_CHECK_SECONDS)
    _stop(server)


def _read_stdin(server: uvicorn.Server) -> None:
    if not os.read(0, 1024):
        asyncio.get_running_loop().remove_reader(0)
        _stop(server)


def _stop(server: uvicorn.Server) -> None:
    server.should_exit = True
    signal.alarm(3)  # a client that hangs must not keep the process alive
