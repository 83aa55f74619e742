"""A program that webhooks are sent to: a real HTTP server that takes them, fails, hangs, sends elsewhere or dies."""

import asyncio
import json
import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from aiohttp import web

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "webhooks.md"
SECRET = "a-secret-of-the-crm"


def ours() -> Callable[[str, Any, bytes], bool]:
    """The check that the documentation shows."""
    (code,) = re.findall(r"^```python\n(.*?)^```", PAGE.read_text(), re.MULTILINE | re.DOTALL)
    names: dict[str, Any] = {}
    exec(code, names)
    return names["ours"]


class Receiver:
    """``answers``: statuses, in order, ``None`` for none at all; then always 200."""

    def __init__(self, port: int = 0) -> None:
        self.port = port
        self.answers: list[int | None] = []
        self.heard: list[dict[str, Any]] = []  # every try
        self.taken: list[dict[str, Any]] = []
        self.elsewhere = 0
        self._news = asyncio.Event()
        self._check = ours()
        self._runner: web.AppRunner | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hooks?token=of-the-address"

    async def start(self) -> None:
        app = web.Application()
        app.router.add_post("/hooks", self._hear)
        app.router.add_route("*", "/elsewhere", self._stray)
        self._runner = web.AppRunner(app, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", self.port).start()
        self.port = self._runner.addresses[0][1]

    async def stop(self) -> None:
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    async def _hear(self, request: web.Request) -> web.Response:
        body = await request.read()
        assert self._check(SECRET, request.headers, body), "not signed as the documentation says"
        told = json.loads(body)
        assert told["id"] == request.headers["webhook-id"]
        self.heard.append(told)
        answer = self.answers.pop(0) if self.answers else 200
        if answer is not None and 200 <= answer < 300:
            self.taken.append(told)
        self._news.set()
        if answer is None:
            await asyncio.Event().wait()
        return web.Response(status=answer or 200, headers={"Location": "/elsewhere"} if answer in (301, 307) else {})

    async def _stray(self, request: web.Request) -> web.Response:
        self.elsewhere += 1
        return web.Response()

    def stir(self, _: object) -> None:
        self._news.set()

    async def until(self, true: Callable[["Receiver"], Any]) -> None:
        async with asyncio.timeout(30):
            while not true(self):
                self._news.clear()
                await self._news.wait()

    @property
    def types(self) -> list[str]:
        return [each["type"] for each in self.taken]


@asynccontextmanager
async def receiving() -> AsyncIterator[Receiver]:
    receiver = Receiver()
    await receiver.start()
    try:
        yield receiver
    finally:
        await receiver.stop()
