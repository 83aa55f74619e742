"""``/v1/desk``: the WebSocket of an agent's page, from the whole to the end. See docs/reference/web-protocol.md."""

import asyncio
import contextlib
import logging
from collections.abc import Coroutine
from typing import Any

import msgspec
from aiohttp import WSCloseCode, WSMsgType, web

from cordpair.api.app import OPERATION
from cordpair.api.errors import ApiError
from cordpair.errors import CordpairError
from cordpair.runtime import Engine
from cordpair_gateway.desk.actions import Actions
from cordpair_gateway.desk.desks import Desk, Desks
from cordpair_gateway.desk.messages import Message, error, read
from cordpair_gateway.desk.outbox import Slow
from cordpair_gateway.desk.ports import PhoneAccount, Phones
from cordpair_gateway.house import House
from cordpair_gateway.signing_in import Gate, Seated
from cordpair_gateway.upgrades import speaks

log = logging.getLogger(__name__)

PATH = "/v1/desk"
PROTOCOL = "cordpair.desk.v1"
LARGEST = 64 * 1024
BUFFER = 64 * 1024
SILENCE_S = 50.0
DO_S = 10.0  # longer than this nothing takes that a desk asks for
MOST = 5_000  # desks at once
# Close codes, after an ``error`` of the same word. After these the page stays away, after any other it comes back.
CLOSED = {"taken": 4409, "signed_out": 4401}


class DeskSockets:
    def __init__(
        self, engine: Engine, gate: Gate, house: House, desks: Desks, actions: Actions, phones: Phones
    ) -> None:
        self._engine, self._gate, self._house = engine, gate, house
        self._desks, self._actions, self._phones = desks, actions, phones
        self._sockets: set[web.WebSocketResponse] = set()

    def add_to(self, app: web.Application) -> None:
        app.router.add_get(PATH, self.serve)
        app.on_shutdown.append(self._shut)

    async def serve(self, request: web.Request) -> web.StreamResponse:
        request[OPERATION] = "desk"
        self._gate.must_be_ours(request)
        seated = await self._gate.who(request)
        if seated.agent is None:
            raise _Refused(403, "no_agent")
        if not speaks(request, PROTOCOL):
            raise _Refused(400, "protocol")
        if len(self._sockets) >= MOST:
            raise _Refused(503, "full")
        socket = web.WebSocketResponse(
            protocols=(PROTOCOL,), max_msg_size=LARGEST, compress=False, writer_limit=BUFFER, timeout=2.0
        )
        await socket.prepare(request)
        self._sockets.add(socket)
        try:
            await self._attend(request, socket, Desk(seated, seated.agent))
        finally:
            self._sockets.discard(socket)
        return socket

    async def _shut(self, _app: web.Application) -> None:
        """The process ends: the desks come back to the next one."""
        self._desks.closing = True
        closing = [socket.close(code=WSCloseCode.GOING_AWAY, message=b"restart") for socket in self._sockets]
        await asyncio.gather(*closing, return_exceptions=True)

    # ------------------------------------------------------------ one desk

    async def _attend(self, request: web.Request, socket: web.WebSocketResponse, desk: Desk) -> None:
        try:
            await self._desks.open(desk)
            account = await self._account(desk)

            def whole() -> Message:
                return self._whole(desk, account)

            await self._until_over(
                desk,
                desk.outbox.write(lambda message: _send(socket, message), whole),
                self._read(socket, desk),
                self._desks.keep_shown(desk),
                self._until_expired(desk.seated),
            )
        except Slow:
            log.warning("an agent's desk does not take what it is sent; it is dropped")
            if request.transport is not None:
                request.transport.abort()  # a goodbye would wait behind the rest
        except ConnectionError:
            pass
        finally:
            await self._desks.close(desk)
        await self._say_goodbye(socket, desk)

    async def _until_over(self, desk: Desk, *parts: Coroutine[Any, Any, None]) -> None:
        """The first that ends ends all; what it raised comes out."""
        tasks = [asyncio.create_task(part, name="desk") for part in parts]
        ended: list[asyncio.Future[Any]] = [*tasks, desk.over]
        try:
            await asyncio.wait(ended, return_when=asyncio.FIRST_COMPLETED)
            for task in tasks:
                if task.done():
                    task.result()
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _say_goodbye(self, socket: web.WebSocketResponse, desk: Desk) -> None:
        why = desk.over.result() if desk.over.done() else ""
        with contextlib.suppress(ConnectionError, TimeoutError):
            if why:
                async with asyncio.timeout(1.0):
                    await _send(socket, error(why, ""))
            await socket.close(code=CLOSED.get(why, WSCloseCode.OK), message=why.encode())

    async def _until_expired(self, seated: Seated) -> None:
        await asyncio.sleep(max(0, seated.sign_in.expires_at - self._engine.clock.now_ms()) / 1_000)

    # ------------------------------------------------------------ what it is told first

    async def _account(self, desk: Desk) -> PhoneAccount | None:
        try:
            async with asyncio.timeout(DO_S):
                return await self._phones.issue(desk.agent)
        except (CordpairError, TimeoutError) as why:
            log.error("an agent's browser phone gets no account: %s", type(why).__name__)
            desk.outbox.say(error("phone", "phone"))
            return None

    def _whole(self, desk: Desk, account: PhoneAccount | None) -> Message:
        return {
            "agent": desk.agent,
            "name": self._house.name_of(desk.agent),
            "reasons": self._engine.state.configuration.reasons,
            "transfer_to": [queue.queue for queue in self._engine.state.configuration.queues],
            "phone": account,
            "now": self._engine.clock.now_ms(),
        }

    # ------------------------------------------------------------ what it says

    async def _read(self, socket: web.WebSocketResponse, desk: Desk) -> None:
        """One message after the other: who sends faster than the engine decides waits."""
        while True:
            try:
                frame = await socket.receive(SILENCE_S)
            except TimeoutError:
                return
            if frame.type is not WSMsgType.TEXT:
                return
            what = read(frame.data)
            answer = what if isinstance(what, dict) else await self._do(desk, what)
            if answer is not None:
                desk.outbox.say(answer)
                await desk.outbox.room()

    async def _do(self, desk: Desk, what: Any) -> Message | None:
        try:
            async with asyncio.timeout(DO_S):
                return await self._actions.do(desk, what)
        except TimeoutError:
            return error("busy", str(what.__struct_config__.tag))


class _Refused(ApiError):
    def __init__(self, status: int, code: str) -> None:
        super().__init__("The desk cannot be opened so.")
        self.status, self.code = status, code


async def _send(socket: web.WebSocketResponse, message: Message) -> None:
    await socket.send_str(msgspec.json.encode(message).decode())


__all__ = ["PATH", "PROTOCOL", "DeskSockets"]
