"""``/callcenter``: the WebSocket that the platform's dashboard opens. It says HELLO, AVAIL:<agentid>, PAUSE:<agentid>.

Who asks is known by a key of role ``callcenter``: as ``Authorization: Bearer``, or as ``?token=`` in the address,
where a page has no other way. What is refused is answered with a line of type ``ERROR``, which the original dashboard
passes over.
"""

import asyncio
import contextlib
import logging
import re
from collections.abc import Awaitable, Callable

import msgspec
from aiohttp import WSCloseCode, WSMessage, WSMsgType, web

from cordpair.acd.inputs import NotReady, Ready, Request
from cordpair.adapters.callcenter.board import Board
from cordpair.api.call import Office
from cordpair.api.errors import (
    ApiError,
    Forbidden,
    Invalid,
    NotFound,
    Refused,
    TooMany,
    Unauthorized,
    Unavailable,
    UpgradeNeeded,
)
from cordpair.api.limits import Limits
from cordpair.api.roles import Role, Scope
from cordpair.config.adapters import Callcenter
from cordpair.errors import AcdError, CordpairError
from cordpair.ids import AgentId

log = logging.getLogger("cordpair.adapters.callcenter")

PATH = "/callcenter"
SEND_S = 10.0  # a dashboard that does not take a message for so long is gone
HEARTBEAT_S = 20.0
LOOK_AT_KEY_S = 5.0  # whether the key was revoked or has expired
DECIDED_S = 10.0
LARGEST_MESSAGE = 256
WAITING = 4_000_000  # bytes that may wait for a dashboard that reads slowly; with more it is dropped
RATE, BURST = 10.0, 30.0  # of what a dashboard says, a second
PATIENCE = 100  # so many too much, and it is dropped
CLOSED_KEY = 4401
SPOKEN = re.compile(r"(AVAIL|PAUSE):([^\s:\x00-\x1f\x7f]{1,64})\n?")


ScopeNow = Callable[[], Awaitable[Scope]]


class Wrong(msgspec.Struct, frozen=True, tag_field="type", tag="ERROR"):
    code: int
    message: str


class Dashboards:
    """All that are open."""

    def __init__(
        self, office: Office, board: Board, ready: asyncio.Event, wanted: Callcenter, origins: frozenset[str]
    ) -> None:
        """``ready``: the board shows what is. ``origins``: of the pages that may connect."""
        self._office, self.board, self._ready = office, board, ready
        self._wanted, self._origins = wanted, origins
        self.open: set[_Dashboard] = set()

    async def serve(self, request: web.Request) -> web.StreamResponse:
        scope = await self._admitted(request)
        socket = web.WebSocketResponse(timeout=2.0, heartbeat=HEARTBEAT_S, max_msg_size=LARGEST_MESSAGE, compress=False)
        if not socket.can_prepare(request).ok:
            raise UpgradeNeeded("This is a WebSocket: ask for the upgrade.")
        if len(self.open) >= self._wanted.clients:
            raise TooMany(f"There are {self._wanted.clients} dashboards already.", 5)
        dashboard = _Dashboard(self, scope, socket, request)
        self.open.add(dashboard)
        try:
            await socket.prepare(request)
            await dashboard.run(lambda: self._scope(request))
        finally:
            self.open.discard(dashboard)
            self.board.listeners.discard(dashboard)
        return socket

    async def shut(self, _: web.Application) -> None:
        for each in list(self.open):
            each.stop()

    async def _admitted(self, request: web.Request) -> Scope:
        if self._office.engine.stopping:
            raise Unavailable("The engine is stopping.")
        origin = request.headers.get("Origin")
        if origin is not None and origin not in self._origins:
            raise Forbidden("Pages from there may not connect; see [adapters.callcenter] origins.")
        return await self._scope(request)

    async def _scope(self, request: web.Request) -> Scope:
        given = request.headers.get("Authorization")
        if given is None and "token" in request.query:
            given = f"Bearer {request.query['token']}"
        scope = await self._office.keys.scope_of(given)
        if scope.role is not Role.CALLCENTER:
            raise Forbidden(f"A key of role {Role.CALLCENTER} is needed here.")
        if scope.queues:
            raise Forbidden("The dashboard shows all queues; this key is for some of them only.")
        return scope

    async def snapshot(self) -> bytes:
        await self._ready.wait()
        return self.board.snapshot()

    async def act(self, scope: Scope, verb: str, name: str) -> None:
        """Raises ApiError; then nothing has changed."""
        engine, agent = self._office.engine, AgentId(name)
        if agent not in engine.state.agents:
            raise NotFound("There is no such agent.")
        if scope.agent != agent and (scope.agent is not None or self._wanted.unbound_keys != "act"):
            raise Forbidden("This key may not act for that agent.")
        request: Request = Ready(agent) if verb == "AVAIL" else NotReady(agent, self._reason())
        try:
            async with asyncio.timeout(DECIDED_S):
                await engine.request(request)
        except AcdError as error:
            raise Refused(str(error)) from None
        except (CordpairError, TimeoutError):
            raise Unavailable("The engine did not decide; try again.") from None

    def _reason(self) -> str:
        reasons = self._office.engine.state.configuration.reasons
        return self._wanted.pause_reason or next(iter(reasons), "paused")


class _Dashboard:
    """One of them."""

    def __init__(self, all: Dashboards, scope: Scope, socket: web.WebSocketResponse, request: web.Request) -> None:
        self._all, self._scope, self._socket, self._request = all, scope, socket, request
        self._lines: list[bytes] = []
        self._waiting = 0
        self._wake = asyncio.Event()
        self._stopped = False
        self._limits = Limits(RATE, BURST)

    def hear(self, lines: bytes) -> None:
        if self._waiting > WAITING:  # it reads slower than things happen: others must not pay for that
            self._lines.clear()
            self._drop()
            return
        self._lines.append(lines)
        self._waiting += len(lines)
        self._wake.set()

    def _drop(self) -> None:
        """Without a goodbye, which would wait behind the rest."""
        self._all.board.listeners.discard(self)
        if self._request.transport is not None:
            self._request.transport.abort()

    def stop(self) -> None:
        self._stopped = True
        self._wake.set()

    async def run(self, scope_now: ScopeNow) -> None:
        tasks = [
            asyncio.create_task(self._write(), name="dashboard writer"),
            asyncio.create_task(self._read(), name="dashboard reader"),
            asyncio.create_task(self._until_key_ends(scope_now), name="dashboard key"),
        ]
        writer, reader, key = tasks
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            if writer in done and writer.exception() is not None:
                self._drop()
            elif writer in done:
                await self._socket.close(code=WSCloseCode.GOING_AWAY, message=b"the engine is stopping")
            elif key in done:
                await self._socket.close(code=CLOSED_KEY, message=b"the key is no longer good")
            elif reader in done:
                await self._socket.close(code=WSCloseCode.POLICY_VIOLATION, message=b"")
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _write(self) -> None:
        """Until it is stopped. Raises TimeoutError and OSError when the dashboard does not take what it is sent."""
        while not self._stopped or self._lines:
            await self._wake.wait()
            self._wake.clear()
            lines, self._lines, self._waiting = self._lines, [], 0
            if lines:
                async with asyncio.timeout(SEND_S):
                    await self._socket.send_frame(b"".join(lines), WSMsgType.TEXT)

    async def _read(self) -> None:
        """Until it goes, or says far too much."""
        refused = 0
        async for message in self._socket:
            try:
                if not self._limits.allow(""):
                    refused += 1
                    raise TooMany("That is too much at once.")
                refused = max(0, refused - 1)
                await self._follow(message)
            except ApiError as error:
                self.hear(msgspec.json.encode(Wrong(error.status, error.message)) + b"\n")
            if refused >= PATIENCE:
                return

    async def _follow(self, message: WSMessage) -> None:
        text = message.data if message.type is WSMsgType.TEXT else ""
        if text.rstrip("\n") == "HELLO":
            log.debug("websocket.hello")
            self._all.board.listeners.discard(self)
            shown = await self._all.snapshot()
            self._all.board.listeners.add(self)  # at once: what comes now comes after it
            self.hear(shown)
            return
        said = SPOKEN.fullmatch(text)
        if said is None:
            raise Invalid("Say HELLO, AVAIL:<agentid> or PAUSE:<agentid>.")
        verb, agent = said.groups()
        log.debug("websocket.%s", verb.lower())
        await self._all.act(self._scope, verb, agent)

    async def _until_key_ends(self, scope_now: ScopeNow) -> None:
        with contextlib.suppress(Unauthorized, Forbidden):
            while True:
                with contextlib.suppress(Unavailable):  # the store does not answer: it is asked again
                    if await scope_now() != self._scope:
                        return
                await asyncio.sleep(LOOK_AT_KEY_S)


__all__ = ["PATH", "Dashboards"]
