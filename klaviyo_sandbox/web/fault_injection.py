"""Replies with faults on the wire."""

import asyncio
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


async def send_reply(send: Send, reply: Reply, *, cut: bool = False) -> None:
    """Send a reply; if `cut`, half of the promised body: the server then closes the connection."""
    body = reply.body[: len(reply.body) // 2] if cut else reply.body
    await send(
        {"type": "http.response.start", "status": reply.status, "headers": reply.raw_headers}
    )
    await send({"type": "http.response.body", "body": body, "more_body": cut})


def reset(transport: asyncio.WriteTransport) -> None:
    """Close the connection with a TCP reset instead of an orderly end."""
    handle = transport.get_extra_info("socket")
    with socket.socket(fileno=socket.dup(handle.fileno())) as shared:
        shared.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    transport.abort()
