"""The ASGI application: the API, its faults, and the control calls."""

import asyncio
import time
import uuid
from email.utils import formatdate

from klaviyo_sandbox.api.errors import CODES, TITLES, ApiError, invalid_cursor
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
_HTML = "text/html; charset=utf-8"


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
        if self._state.latency_ms:
            await asyncio.sleep(self._state.latency_ms / 1000)
        silent = fault is not None and fault.kind == "reset"
        self._state.log.add(
            Entry(
                method=request.method,
                path=request.path,
                query=request.query_text,
                revision=request.headers.get("revision", ""),
                status=0 if silent else reply.status,
                at=time.time(),
                endpoint=endpoint,
                body="" if secret else request.body.decode(errors="replace"),
            )
        )
        await _deliver(fault, self._finish(request, reply), scope, send)

    def _endpoint(self, request: Request) -> str:
        try:
            return self._state.api.endpoint(request).path
        except ApiError:
            return request.path

    def _oauth_reply(self, request: Request) -> tuple[Fault | None, Reply]:
        fault = self._state.faults.pick(request)
        return fault, _instead(fault) or oauth.answer(self._state.grants, request)

    def _reply(self, request: Request) -> tuple[Fault | None, Reply]:
        api = self._state.api
        try:
            admitted = api.admit(request)
        except ApiError as error:
            return None, error.reply()
        if self._state.change_rules.rules:
            self._state.change_rules.apply(request)
        fault = self._state.faults.pick(request)
        if (reply := _instead(fault)) is not None:
            return fault, reply
        try:
            reply = api.answer(request, admitted)
        except ApiError as error:
            reply = error.reply()
            reply.headers |= admitted.headers
        return fault, reply

    def _finish(self, request: Request, reply: Reply) -> Reply:
        if not self._state.quirks.find(request.path).no_date:
            reply.headers["Date"] = formatdate(self._state.clock.seconds(), usegmt=True)
        reply.headers["CF-RAY"] = f"{uuid.uuid4().hex[:16]}-SBX"
        return reply


def _instead(fault: Fault | None) -> Reply | None:
    """Return the reply of a fault; None where the real reply is sent, if only a part."""
    if fault is None or fault.kind == "cut":
        return None
    if fault.kind == "invalid_cursor":
        return invalid_cursor().reply()
    if fault.kind == "not_json":
        return Reply(200, fault_injection.NOT_JSON, _HTML)
    if fault.kind == "html_403":
        return Reply(403, fault_injection.BLOCKED, _HTML, {"Cf-Mitigated": "challenge"})
    code = CODES.get(fault.status, "error")
    reply = ApiError(fault.status, code, TITLES[code]).reply()
    if fault.retry_after is not None:
        reply.headers["Retry-After"] = str(fault.retry_after)
    return reply


async def _deliver(fault: Fault | None, reply: Reply, scope: Scope, send: Send) -> None:
    transport = scope[TRANSPORT]
    kind = "" if fault is None else fault.kind
    if kind == "reset" and isinstance(transport, asyncio.Transport):
        fault_injection.reset(transport)
    else:
        await fault_injection.send_reply(send, reply, cut=kind == "cut")


async def _body(receive: Receive) -> bytes:
    pieces: list[bytes] = []
    while True:
        message = await receive()
        piece = message.get("body", b"")
        pieces.append(piece if isinstance(piece, bytes) else b"")
        if not message.get("more_body"):
            return b"".join(pieces)
