"""The PHP platform's own dashboard script, unchanged but for its address, on Cordpair in Chromium."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from aiohttp import web
from playwright.async_api import Page, expect

from adapters.wall import CENTRE, NUMBER, wall

pytestmark = pytest.mark.asyncio(loop_scope="session")

DATA = Path(__file__).parents[1] / "data" / "callcenter"
ADDRESS = "ws://callcenter.local:8080/callcenter"
ANNA, BEN = "98427456", "10092018"
QUEUE = "q-callcenter"


@asynccontextmanager
async def page_with(script: dict[str, str]) -> AsyncIterator[str]:
    """The page's origin. ``script``: is served when it is asked for."""

    async def document(_: web.Request) -> web.Response:
        return web.Response(text=(DATA / "page.html").read_text(), content_type="text/html")

    async def dashboard(_: web.Request) -> web.Response:
        return web.Response(text=script["text"], content_type="text/javascript")

    app = web.Application()
    app.router.add_get("/", document)
    app.router.add_get("/dashboard.js", dashboard)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


async def test_rows_come_and_go(tmp_path: Path, page: Page) -> None:
    script = {"text": (DATA / "dashboard.js").read_text()}
    assert script["text"].count(ADDRESS) == 1
    async with page_with(script) as origin:
        centre = CENTRE.replace('origins = ["https://wall.example.com"]', f'origins = ["{origin}"]')
        async with wall(tmp_path, centre=centre) as found:
            key = await found.key(ANNA)
            script["text"] = script["text"].replace(
                ADDRESS, f"{found.url.replace('http', 'ws')}/callcenter?token={key}"
            )
            await page.goto(origin)
            calls, agents, connections, stats = (
                page.locator(each) for each in ("#calls li", "#agents li", "#connections li", "#stats")
            )
            await expect(stats).to_contain_text("calls_received 0")
            await found.staff(ANNA)
            await expect(agents).to_have_text([f"{ANNA} AVAIL "])
            call = found.pbx.call("113", number=NUMBER)
            await expect(connections).to_have_text([f"Call: {NUMBER} Agent: {ANNA} {QUEUE}"])
            await expect(calls).to_have_text([f"{NUMBER} INCALL {QUEUE}"])
            await expect(agents).to_have_text([f"{ANNA} INCALL {QUEUE}"])
            await expect(stats).to_contain_text("calls_received 1 calls_abandoned 0 calls_answered 1 agents_online 1")
            call.hang_up()
            await expect(calls).to_have_count(0)
            await expect(connections).to_have_count(0)
            await page.evaluate(f"app.conn.send('PAUSE:{ANNA}')")
            await expect(agents).to_have_text([f"{ANNA} PAUSED "])
            waiting = found.pbx.call("113", number=NUMBER)
            await expect(calls).to_have_text([f"{NUMBER} QUEUED {QUEUE}"])
            await page.evaluate(f"app.conn.send('PAUSE:{BEN}'); app.conn.send('AVAIL:nobody')")
            await page.evaluate("app.conn.send('HELLO')")  # it passes over what it was refused, and goes on
            waiting.hang_up()
            await expect(calls).to_have_count(0)
            await expect(stats).to_contain_text("calls_abandoned 1")
            await expect(stats).to_contain_text("sla 100")
