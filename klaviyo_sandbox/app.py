"""The ASGI application: the API, its faults, and the control calls."""

import asyncio
import gzip
import time
import uuid
from email.utils import formatdate

from klaviyo_sandbox.api.errors import TITLES, ApiError, invalid_cursor
from klaviyo_sandbox.control.routes import PREFIX, control
from klaviyo_sandbox.faults import Fault
from klaviyo_sandbox.oauth import endpoints as oauth
from klaviyo_sandbox.state import State
from klaviyo_sandbox.web import fault_injection
from klaviyo_sandbox.web.fault_injection import Receive, Send
from klaviyo_sandbox.web.log import Entry
from klaviyo_sandbox.web.reply import Reply
from klaviyo_sandbox.web.request import Request, Scope, request_of

TRANSPORT = "klaviyo_sandbox.transport"
"""Where the server leaves the connection's transport in the ASGI scope."""
FOREIGN_HOST = "attacker.invalid"
_HTML = "text/html; charset=utf-8"
_CODES = {
    400: "invalid",
    401: "authentication_failed",
    403: "permission_denied",
    404: "not_found",
    429: "throttled",
}


class App:
    """Answers every request of one sandbox."""

    def __init__(self, state: State) -> None:
        """Serve `state`."""
        self._state = state

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request, as ASGI wants it."""
        body = await _body(receive) if scope["method"] == "POST" else b""
        request = request_of(scope, body)
        if request.path.startswith(PREFIX):
            await fault_injection.send_reply(send, control(self._state, request))
            return
        endpoint = self._endpoint(request)
        secret = request.path.startswith(oauth.PREFIX)
        fault, reply = self._oauth_reply(request) if secret else self._reply(request)
        wait = self._state.latency_ms + self._state.random.random() * self._state.jitter_ms
        if wait:
            await asyncio.sleep(wait / 1000)
        silent = fault is not None and fault.kind in ("reset", "hang")
        size = 0 if silent else len(reply.body)
        self._state.log.add(
            Entry(
                method=request.method,
                path=request.path,
                query=request.query_text,
                revision=request.headers.get("revision", ""),
                status=0 if silent else reply.status,
                at=time.time(),
                endpoint=endpoint,
                bytes=size,
                body="" if secret else request.body.decode(errors="replace"),
            )
        )
        await _deliver(fault, self._finish(request, reply), scope, receive, send)

    def _endpoint(self, request: Request) -> str:
        try:
            return self._state.api.route(request).endpoint.path
        except ApiError:
            return request.path

    def _oauth_reply(self, request: Request) -> tuple[Fault | None, Reply]:
        fault = self._state.faults.pick(request)
        if fault is not None and fault.kind in _REPLACED:
            return fault, _instead(fault)
        return fault, oauth.answer(self._state.grants, request)

    def _reply(self, request: Request) -> tuple[Fault | None, Reply]:
        api = self._state.api
        try:
            admitted = api.admit(request)
        except ApiError as error:
            return None, error.reply()
        if self._state.change_rules.rules:
            self._state.change_rules.apply(request)
        fault = self._state.faults.pick(request)
        if fault is not None and fault.kind in _REPLACED:
            return fault, _instead(fault)
        try:
            reply = api.answer(request, admitted)
        except ApiError as error:
            reply = error.reply()
            reply.headers |= admitted.headers
        if fault is not None and fault.kind == "foreign_next":
            host = request.headers.get("host", "")
            reply.body = reply.body.replace(
                f'"next":"http://{host}'.encode(), f'"next":"https://{FOREIGN_HOST}'.encode()
            )
        if fault is not None and fault.kind == "invalid_utf8":
            reply.body = reply.body.replace(b'"attributes":{', b'"attributes":{"a\xff":1,', 1)
        return fault, reply

    def _finish(self, request: Request, reply: Reply) -> Reply:
        if not self._state.quirks.find(request.path).no_date:
            reply.headers["Date"] = formatdate(self._state.clock.header_seconds(), usegmt=True)
        reply.headers["CF-RAY"] = f"{uuid.uuid4().hex[:16]}-SBX"
        if self._state.gzip and "gzip" in request.headers.get("accept-encoding", ""):
            reply.body = gzip.compress(reply.body, compresslevel=1)
            reply.headers["Content-Encoding"] = "gzip"
        return reply


_REPLACED = frozenset({"status", "html_403", "not_json", "invalid_cursor", "reset", "hang"})


def _instead(fault: Fault) -> Reply:
    """Return the reply of a fault that needs no real one."""
    if fault.kind == "invalid_cursor":
        return invalid_cursor().reply()
    if fault.kind == "not_json":
        return Reply(200, fault_injection.NOT_JSON, _HTML)
    if fault.kind == "html_403":
        return Reply(403, fault_injection.BLOCKED, _HTML, {"Cf-Mitigated": "challenge"})
    code = _CODES.get(fault.status, "error")
    reply = ApiError(fault.status, code, TITLES[code]).reply()
    if fault.retry_after is not None:
        at = time.time() + fault.retry_after
        date = formatdate(at, usegmt=True)
        reply.headers["Retry-After"] = date if fault.retry_after_date else str(fault.retry_after)
    return reply


async def _deliver(
    fault: Fault | None, reply: Reply, scope: Scope, receive: Receive, send: Send
) -> None:
    kind = None if fault is None else fault.kind
    if kind == "cut":
        await fault_injection.send_cut(send, reply)
    elif fault is not None and kind == "slow":
        await fault_injection.send_slowly(send, reply, fault.seconds)
    elif kind == "hang":
        await fault_injection.hang(receive)
    elif fault is not None and kind in _RAW:
        transport = scope[TRANSPORT]
        if isinstance(transport, asyncio.Transport):
            await _deliver_raw(fault, transport, reply)
    else:
        await fault_injection.send_reply(send, reply)


_RAW = frozenset({"reset", "trickled_headers", "endless_continue"})


async def _deliver_raw(fault: Fault, transport: asyncio.Transport, reply: Reply) -> None:
    if fault.kind == "reset":
        fault_injection.reset(transport)
    elif fault.kind == "trickled_headers":
        await fault_injection.trickle_headers(transport, reply, fault.seconds)
    else:
        await fault_injection.continue_endlessly(transport, fault.seconds)


async def _body(receive: Receive) -> bytes:
    pieces: list[bytes] = []
    while True:
        message = await receive()
        piece = message.get("body", b"")
        pieces.append(piece if isinstance(piece, bytes) else b"")
        if not message.get("more_body"):
            return b"".join(pieces)
