"""A person in front of a browser of their own: a voice of one frequency, a picture of one colour, ears and eyes."""

import asyncio
import contextlib
import shutil
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from playwright.async_api import Browser, BrowserContext, Page, Playwright

from browser.tones import picture, tone
from browser.wire import Wire

EAR = (Path(__file__).parent / "ear.js").read_text(encoding="utf-8")
PATIENCE_MS = 25_000
NEAR = 30  # Hz
CHROMIUM = [
    "--use-fake-device-for-media-stream",
    "--allow-loopback-in-peer-connection",
    "--disable-features=WebRtcHideLocalIpsWithMdns",
    "--autoplay-policy=no-user-gesture-required",
    "--no-sandbox",
]


class Voice:
    """``colour``: which of red, green and blue is strongest in the picture; ``chroma`` makes it."""

    def __init__(self, name: str, hertz: int, colour: int, chroma: tuple[int, int]) -> None:
        self.name, self.hertz, self.colour, self.chroma = name, hertz, colour, chroma


CUSTOMER = Voice("customer", 400, 0, (90, 220))  # red
BEN = Voice("ben", 800, 2, (220, 90))  # blue
ANN = Voice("ann", 1200, 1, (60, 60))  # green


class Person:
    """One page of one browser process."""

    def __init__(self, voice: Voice, context: BrowserContext, page: Page, wire: Wire) -> None:
        self.voice, self.context, self.page, self.wire = voice, context, page, wire
        self.problems: list[str] = []
        page.on("pageerror", lambda error: self.problems.append(str(error)))

    async def hears(self, other: Voice | None) -> None:
        """Wait until this page plays just that voice, or silence."""
        wanted = other.hertz if other is not None else 0
        await self.page.wait_for_function(
            f"Math.abs(heard() - {wanted}) < {NEAR}", timeout=PATIENCE_MS, polling=100
        )  # fmt: skip

    async def sees(self, other: Voice) -> None:
        """Wait until the picture has the other's colour, and moves."""
        rule = f"""() => {{
          const {{ colour, mark }} = seen() ?? {{ colour: [0, 0, 0], mark: 0 }};
          const most = Math.max(...colour);
          if (most < 60 || most !== colour[{other.colour}]) return false;
          window.marks_.add(mark);
          return window.marks_.size > 3;
        }}"""
        await self.page.evaluate("window.marks_ = new Set()")
        await self.page.wait_for_function(rule, timeout=PATIENCE_MS, polling=100)

    async def frames(self, path: str, way: str = "in") -> list[dict[str, Any]]:
        """What went over the page's sockets to this path, each with its time."""
        found: list[dict[str, Any]] = await self.page.evaluate("frames_")
        return [frame for frame in found if frame["path"] == path and frame["way"] == way]

    async def lose_media(self, lost: bool) -> None:
        """No packet of sound or picture passes any more."""
        session = await self.context.new_cdp_session(self.page)
        await session.send("Network.enable")
        conditions = {"offline": False, "latency": 0, "downloadThroughput": -1, "uploadThroughput": -1}
        await session.send("Network.emulateNetworkConditions", {**conditions, "packetLoss": 100 if lost else 0})


class Browsers:
    """A browser process for each voice, started when first asked for; each test gets new profiles in them."""

    def __init__(self, playwright: Playwright, directory: Path, mapped: str, port: int) -> None:
        """``mapped``: the gateway's host, which each browser reaches by a wire of its own to ``port``."""
        self._playwright, self._directory, self._mapped, self._port = playwright, directory, mapped, port
        self._open: dict[tuple[str, bool], tuple[Browser, Wire]] = {}
        self._stack = contextlib.AsyncExitStack()

    @asynccontextmanager
    async def person(self, voice: Voice, *, microphone: bool = True, **more: Any) -> AsyncIterator[Person]:
        """``microphone``: whether the browser lets pages listen. ``more``: of the new context."""
        browser, wire = await self._browser(voice, microphone)
        wire.mend()
        context = await browser.new_context(reduced_motion="reduce", locale="en-GB", **more)
        try:
            await context.add_init_script(EAR)
            page = await context.new_page()
            page.set_default_timeout(PATIENCE_MS)
            person = Person(voice, context, page, wire)
            yield person
            assert person.problems == []
        finally:
            await context.close()

    async def _browser(self, voice: Voice, microphone: bool) -> tuple[Browser, Wire]:
        if (voice.name, microphone) not in self._open:
            wire = await self._stack.enter_async_context(Wire(self._port))
            self._directory.mkdir(exist_ok=True)
            sound = tone(self._directory / f"{voice.name}.wav", voice.hertz)
            moving = picture(self._directory / f"{voice.name}.y4m", voice.chroma)
            given = [
                f"--use-file-for-fake-audio-capture={sound}",
                f"--use-file-for-fake-video-capture={moving}",
                f"--host-resolver-rules=MAP {self._mapped}:{self._port} 127.0.0.1:{wire.port}",
                *(["--use-fake-ui-for-media-stream"] if microphone else []),
            ]
            path = shutil.which("chromium")
            browser = await self._playwright.chromium.launch(executable_path=path, args=CHROMIUM + given)
            self._stack.push_async_callback(browser.close)
            self._open[voice.name, microphone] = browser, wire
        return self._open[voice.name, microphone]

    async def close(self) -> None:
        await self._stack.aclose()


async def eventually(true: Callable[[], bool], seconds: float = 20) -> None:
    """Where there is no event to wait for."""
    async with asyncio.timeout(seconds):
        while not true():
            await asyncio.sleep(0.05)  # sleep: another process tells nobody


__all__ = ["ANN", "BEN", "CUSTOMER", "Browsers", "Person", "Voice", "eventually"]
