"""A web site of another origin: pages with the button, and the address of its own that asks the gateway for tickets."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from aiohttp import ClientSession, web

from lab.process import free_port

HOST = "shop.localhost"
PAGE = """<!doctype html><html lang="en"><meta charset="utf-8"><title>A shop</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<script type="module" src="{gateway}/web/help.js"></script>
<main><h1>A shop</h1><p>{path}</p>
<cordpair-help ticket-url="/ticket" reason="payment" media="{media}"><p slot="waiting">Water less.</p></cordpair-help>
</main></html>"""


class Shop:
    """``context``: what the shop knows of the customer who asks."""

    def __init__(self) -> None:
        self.port = free_port()
        self.origin = f"http://{HOST}:{self.port}"
        self.gateway = ""  # as browsers reach it
        self.api = ""  # as this server reaches it
        self.key = ""
        self.context: dict[str, str] = {"name": "Ann Example", "order": "A-17"}
        self.asked: list[dict[str, Any]] = []

    async def page(self, request: web.Request) -> web.Response:
        media = request.query.get("media", "audio")
        text = PAGE.format(gateway=self.gateway, path=request.path, media=media)
        return web.Response(text=text, content_type="text/html")

    async def ticket(self, request: web.Request) -> web.Response:
        body = await request.json() | {"customer": "c-4711", "context": self.context}
        self.asked.append(body)
        headers = {"Authorization": f"Bearer {self.key}"}
        async with (
            ClientSession() as http,
            http.post(f"{self.api}/v1/tickets", json=body, headers=headers) as answer,
        ):
            return web.Response(status=answer.status, body=await answer.read(), content_type="application/json")


@asynccontextmanager
async def shop() -> AsyncIterator[Shop]:
    made = Shop()
    app = web.Application()
    app.router.add_post("/ticket", made.ticket)
    app.router.add_get("/{path:.*}", made.page)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.2)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", made.port).start()
    try:
        yield made
    finally:
        await runner.cleanup()


__all__ = ["Shop", "shop"]
