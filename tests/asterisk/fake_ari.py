"""An ARI server that says what a test wants, at the moment the test wants it."""

import asyncio
import json
from typing import Any, Self

from aiohttp import WSMsgType, encode_basic_auth, hdrs, web

from cordpair.acd.inputs import DriverInput
from cordpair.ids import NodeId
from cordpair_asterisk import AsteriskDriver, factory

USER, PASSWORD = "ann", "s3cr3t-word"
INFO = {"system": {"entity_id": "02:fc"}, "status": {"startup_time": "2026-11-21T03:56:41.192+0000"}}
Answer = tuple[int, Any]


class FakeAri:
    """``answers`` maps "METHOD path" to a reply, or to a list of replies of which the last is repeated."""

    def __init__(self, *, key: bool = False) -> None:
        self._key = key  # whether the event WebSocket's login is in its query
        self.answers: dict[str, Answer | list[Answer]] = {
            "GET asterisk/info": (200, INFO),
            "GET channels": (200, []),
            "GET bridges": (200, []),
        }
        self.seen: list[tuple[str, Any]] = []
        self.queries: list[str] = []
        self.held: dict[str, asyncio.Event] = {}
        self.reached = asyncio.Event()
        self.sockets: list[web.WebSocketResponse] = []
        self._runner: web.AppRunner | None = None
        self.port = 0

    async def __aenter__(self) -> Self:
        app = web.Application()
        app.router.add_route("*", "/ari/{path:.*}", self._serve)
        self._runner = web.AppRunner(app, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        self.port = self._runner.addresses[0][1]
        return self

    async def __aexit__(self, *_: object) -> None:
        for event in self.held.values():
            event.set()
        for socket in self.sockets:
            await socket.close()
        assert self._runner is not None
        await self._runner.cleanup()

    def driver(self, *, cell: str = "main", endpoints: tuple[str, ...] = (), options: str = "") -> AsteriskDriver:
        url = f"asterisk+ari://{USER}:{PASSWORD}@127.0.0.1:{self.port}/{options}"
        made = factory(NodeId("pbx"), url, cell, endpoints)
        assert isinstance(made, AsteriskDriver)
        return made

    def hold(self, request: str) -> None:
        """Do not answer this request until the test is over or ``held[request]`` is set."""
        self.held[request] = asyncio.Event()

    async def send(self, kind: str, **more: Any) -> None:
        await self.sockets[-1].send_str(json.dumps({"type": kind, "application": "cordpair-main"} | more))

    def requests(self, start: str = "") -> list[tuple[str, Any]]:
        return [(request, body) for request, body in self.seen if request.startswith(start)]

    async def _serve(self, request: web.Request) -> web.StreamResponse:
        keyed = self._key and request.query.get("api_key") == f"{USER}:{PASSWORD}"
        if not keyed and request.headers.get(hdrs.AUTHORIZATION) != encode_basic_auth(USER, PASSWORD):
            return web.json_response({"error": "no"}, status=401)
        path = request.raw_path.partition("/ari/")[2].partition("?")[0]
        self.queries.append(request.query_string)
        if path == "events":
            return await self._events(request)
        body = await request.json() if request.can_read_body else None
        self.seen.append((f"{request.method} {path}", body))
        self.reached.set()
        if f"{request.method} {path}" in self.held:
            await self.held[f"{request.method} {path}"].wait()
        status, answer = self._answer(request.method, path)
        return web.json_response(answer, status=status) if status != 204 else web.Response(status=204)

    def _answer(self, method: str, path: str) -> Answer:
        answer = self.answers.get(f"{method} {path}")
        if isinstance(answer, list):
            return answer.pop(0) if len(answer) > 1 else answer[0]
        if answer is not None:
            return answer
        if path.startswith("applications/"):
            return 200, {"name": "cordpair-main", "channel_ids": []}
        if method == "GET":
            return 404, {"message": "Resource not found"}
        return 204, None

    async def _events(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        self.sockets.append(socket)
        self.seen.append(("WEBSOCKET", request.query.get("app")))
        async for message in socket:
            if message.type is WSMsgType.ERROR:
                break
        return socket


class Inputs(list[DriverInput]):
    """What a driver emitted; a test waits for as many as it expects."""

    def __init__(self) -> None:
        super().__init__()
        self._news = asyncio.Event()

    def __call__(self, item: DriverInput) -> None:
        self.append(item)
        self._news.set()

    async def until(self, count: int) -> list[DriverInput]:
        async with asyncio.timeout(5):
            while len(self) < count:
                self._news.clear()
                await self._news.wait()
        return list(self)
