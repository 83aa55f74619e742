"""Two browsers talk on the embedded PBX: each has a voice of its own frequency, and hears the other's, in Chromium."""

import asyncio
import contextlib
import shutil
import subprocess
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from playwright.async_api import Page, async_playwright

from cordpair.acd.causes import Cause
from cordpair.acd.inputs import LegAnswered, LegArrived, Stamp
from cordpair.clock import AsyncioClock
from cordpair.ids import BridgeId, ContactId, LegId, NodeId
from cordpair.pbx import OriginateRequest
from cordpair.sip import PhoneLock
from cordpair_gateway.door import InProcessUpstream
from cordpair_loopback import LoopbackDriver, LoopbackPbx
from lab.door import Entrance, call_lock, entrance

WEB = Path(__file__).parents[2] / "webrtc-gateway" / "web"
STAMP = Stamp(cell="main", contact=ContactId("c-1"))
VOICES = {"customer": 400, "ben": 800, "ann": 1200}
CHROMIUM = [
    "--use-fake-device-for-media-stream",
    "--use-fake-ui-for-media-stream",
    "--allow-loopback-in-peer-connection",
    "--disable-features=WebRtcHideLocalIpsWithMdns",
    "--autoplay-policy=no-user-gesture-required",
    "--no-sandbox",
]


class Stage:
    """The PBX, its door, and a page for each person in a browser of their own."""

    def __init__(self, driver: LoopbackDriver, door: Entrance, origin: str, pages: dict[str, Page]) -> None:
        self.driver, self.door, self.origin, self.pages = driver, door, origin, pages
        self.inputs: asyncio.Queue[Any] = asyncio.Queue()

    def url(self, token: str) -> str:
        return f"{self.door.url.replace('http', 'ws', 1)}?token={token}"

    async def phone(self, name: str) -> None:
        address = f"sip:{name}@cordpair.invalid"
        self.door.ticket(name, PhoneLock(address=address, user=name, origins=frozenset({self.origin})))
        await self.pages[name].evaluate("([u, a, h]) => phone(u, a, h)", [self.url(name), address, VOICES[name]])
        await self.pages[name].wait_for_function("state === 'registered'", timeout=10_000)

    async def call(self) -> LegId:
        lock = call_lock("ctx-1", origins=frozenset({self.origin}))
        self.door.ticket("customer", lock)
        given = [self.url("customer"), lock.identity, lock.target, VOICES["customer"]]
        await self.pages["customer"].evaluate("([u, a, t, h]) => call(u, a, t, h)", given)
        return LegId((await self.saw(LegArrived)).leg)

    async def ring(self, name: str, originator: LegId | None) -> LegId:
        leg = LegId(f"leg-{name}")
        await self.driver.originate(
            OriginateRequest(leg=leg, endpoint=name, timeout_ms=20_000, stamp=STAMP, originator=originator)
        )
        await self.saw(LegAnswered)
        return leg

    async def saw(self, kind: type[Any]) -> Any:
        async with asyncio.timeout(10):
            while not isinstance(seen := await self.inputs.get(), kind):
                pass
        return seen

    async def hear(self, **whom: str | None) -> None:
        """Wait until each hears exactly that voice, or silence."""
        for name, voice in whom.items():
            wanted = VOICES[voice] if voice else 0
            await self.pages[name].wait_for_function(f"Math.abs(freq() - {wanted}) < 30", timeout=10_000, polling=100)


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    esbuild, made = WEB / "node_modules/.bin/esbuild", tmp_path_factory.mktemp("voices") / "voices.js"
    assert esbuild.exists(), "the browser side's packages are missing: make web"
    shutil.copy(Path(__file__).with_name("two_voices.js"), made.with_name("source.js"))
    command = [str(esbuild), str(made.with_name("source.js")), "--bundle", f"--outfile={made}", "--log-level=error"]
    subprocess.run([*command, f"--alias:jssip={WEB / 'node_modules/jssip/lib/JsSIP.js'}"], check=True, cwd=WEB)
    return made


@contextlib.asynccontextmanager
async def site(bundle: Path) -> AsyncIterator[str]:
    async def page(_: web.Request) -> web.Response:
        return web.Response(text="<script src=/voices.js></script>", content_type="text/html")

    async def script(_: web.Request) -> web.FileResponse:
        return web.FileResponse(bundle)

    app = web.Application()
    app.router.add_get("/", page)
    app.router.add_get("/voices.js", script)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "localhost", 0).start()
    yield f"http://localhost:{runner.addresses[0][1]}"
    await runner.cleanup()


@contextlib.asynccontextmanager
async def stage(bundle: Path) -> AsyncIterator[Stage]:
    chromium = shutil.which("chromium")
    assert chromium, "Chromium is missing: make test-deps (Debian's package chromium)"
    driver = LoopbackDriver(
        NodeId("n"), LoopbackPbx(AsyncioClock(), phones=("ben", "ann"), app="main"), "main", ("ben", "ann")
    )
    async with contextlib.AsyncExitStack() as stack:
        origin = await stack.enter_async_context(site(bundle))
        upstream = InProcessUpstream(driver.sip_switch())
        door = await stack.enter_async_context(entrance(upstream, origins=frozenset({origin})))
        playwright = await stack.enter_async_context(async_playwright())
        pages = {}
        for name in VOICES:
            browser = await playwright.chromium.launch(executable_path=chromium, args=CHROMIUM)
            stack.push_async_callback(browser.close)
            pages[name] = await browser.new_page()
            await pages[name].goto(origin)
        made = Stage(driver, door, origin, pages)
        await driver.open(made.inputs.put_nowait)
        yield made


async def test_they_talk_hold_and_are_transferred(bundle: Path) -> None:
    """With a late offer of the phone's. With the caller's own: ``test_whole_call`` and ``test_whole_desk``."""
    async with stage(bundle) as on:
        await on.phone("ben")
        await on.phone("ann")
        caller = await on.call()
        ben = await on.ring("ben", None)
        await on.driver.join(BridgeId("a"), (caller, ben), STAMP)
        await on.hear(customer="ben", ben="customer")
        await on.driver.leave(BridgeId("a"), (caller,))
        await on.hear(customer=None, ben=None)
        await on.driver.join(BridgeId("a"), (caller,), STAMP)
        await on.hear(customer="ben", ben="customer")
        ann = await on.ring("ann", caller)
        await on.driver.leave(BridgeId("a"), (caller,))
        await on.driver.join(BridgeId("b"), (caller, ann), STAMP)
        await on.driver.hang_up(ben, Cause.NORMAL)
        await on.hear(customer="ann", ann="customer", ben=None)
        await on.driver.hang_up(ann, Cause.NORMAL)
        await on.driver.hang_up(caller, Cause.NORMAL)
        for page in on.pages.values():
            await page.wait_for_function("state === 'ended'", timeout=5_000)
        assert on.door.tokens.reasons() == []
