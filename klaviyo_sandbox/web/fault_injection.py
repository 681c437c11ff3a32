"""Replies that go wrong on the wire."""

import asyncio
import math
import socket
import struct
from collections.abc import Awaitable, Callable, MutableMapping

from klaviyo_sandbox.web.reply import Reply

Message = MutableMapping[str, object]
Send = Callable[[Message], Awaitable[None]]
Receive = Callable[[], Awaitable[Message]]

NOT_JSON = b"<!DOCTYPE html><html><body><h1>We will be right back</h1></body></html>"
BLOCKED = (
    b"<!DOCTYPE html><html><head><title>Attention Required! | Cloudflare</title></head>"
    b"<body><h1>Sorry, you have been blocked</h1></body></html>"
)
_STEPS = 40


async def send_reply(send: Send, reply: Reply) -> None:
    """Send the whole reply."""
    await send(
        {"type": "http.response.start", "status": reply.status, "headers": reply.raw_headers}
    )
    await send({"type": "http.response.body", "body": reply.body})


async def send_cut(send: Send, reply: Reply) -> None:
    """Promise the whole body, send half, and return: the server then closes the connection."""
    await send(
        {"type": "http.response.start", "status": reply.status, "headers": reply.raw_headers}
    )
    await send(
        {
            "type": "http.response.body",
            "body": reply.body[: len(reply.body) // 2],
            "more_body": True,
        }
    )


async def send_slowly(send: Send, reply: Reply, seconds: float) -> None:
    """Send the body in small pieces over `seconds`."""
    await send(
        {"type": "http.response.start", "status": reply.status, "headers": reply.raw_headers}
    )
    step = max(1, len(reply.body) // _STEPS)
    pieces = [reply.body[start : start + step] for start in range(0, len(reply.body), step)]
    for piece in pieces:
        await asyncio.sleep(seconds / len(pieces))
        await send({"type": "http.response.body", "body": piece, "more_body": True})
    await send({"type": "http.response.body", "body": b""})


async def hang(receive: Receive) -> None:
    """Answer nothing until the client gives up."""
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return


async def trickle_headers(transport: asyncio.Transport, reply: Reply, seconds: float) -> None:
    """Send one byte of the head each second for `seconds`, then everything else at once."""
    fields = b"".join(b"%b: %b\r\n" % pair for pair in reply.raw_headers)
    head = b"HTTP/1.1 %d X\r\n%b\r\n" % (reply.status, fields)
    slow = min(len(head), math.ceil(seconds))
    for place in range(slow):
        if transport.is_closing():
            return
        transport.write(head[place : place + 1])
        await asyncio.sleep(1.0 if seconds >= 1 else seconds)
    transport.write(head[slow:] + reply.body)
    transport.close()


async def continue_endlessly(transport: asyncio.Transport, seconds: float) -> None:
    """Send interim replies for `seconds`, then close the connection."""
    ends = asyncio.get_running_loop().time() + seconds
    while not transport.is_closing() and asyncio.get_running_loop().time() < ends:
        transport.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        await asyncio.sleep(0.02)
    transport.close()


def reset(transport: asyncio.WriteTransport) -> None:
    """Close the connection with a TCP reset instead of an orderly end."""
    handle = transport.get_extra_info("socket")
    with socket.socket(fileno=socket.dup(handle.fileno())) as shared:
        shared.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    transport.abort()
