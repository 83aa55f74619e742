"""A person in front of a browser of their own: a voice of one frequency, a picture of one colour, ears and eyes."""

import asyncio
import contextlib
import os
import shutil
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from playwright.async_api import Browser, BrowserContext, Page, Playwright

from browser import firefox
from browser.tones import picture, tone
from browser.wire import Wire

EAR = (Path(__file__).parent / "ear.js").read_text(encoding="utf-8")
PATIENCE_MS = 25_000
NEAR = 30  # Hz
CHROMIUM, ASKS, FIREFOX = "chromium", "chromium that asks", "firefox"
ARGUMENTS = [
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
        await self.until(f"Math.abs(heard() - {wanted}) < {NEAR}", "heard()")

    async def sees(self, other: Voice) -> None:
        """Wait until the picture has the other's colour, and moves."""
        rule = f"""(() => {{
          const {{ colour, mark }} = seen() ?? {{ colour: [0, 0, 0], mark: 0 }};
          const most = Math.max(...colour);
          if (most < 60 || most !== colour[{other.colour}]) return false;
          window.marks_.add(mark);
          return window.marks_.size > 3;
        }})()"""
        await self.page.evaluate("window.marks_ = new Set(), 0")
        await self.until(rule, "seen()")

    async def until(self, true: str, shown: str = "0") -> None:
        """Until the expression holds in the page. Playwright's own way is what the desk's policy forbids.

        ``shown``: what is told when it never does."""
        look = f"new Promise((done) => {{ const look = () => ({true}) ? done(1) : setTimeout(look, 100); look(); }})"
        try:
            async with asyncio.timeout(PATIENCE_MS / 1_000):
                await self.page.evaluate(look)
        except TimeoutError:
            raise AssertionError(f"{self.voice.name}: never {true}; {await self.page.evaluate(shown)}") from None

    async def frames(self, path: str, way: str = "in") -> list[dict[str, Any]]:
        """What went over the page's sockets to this path, each with its time."""
        found: list[dict[str, Any]] = await self.page.evaluate("frames_")
        return [frame for frame in found if frame["path"] == path and frame["way"] == way]

    # ------------------------------------------------------------ what breaks

    @asynccontextmanager
    async def without_network(self) -> AsyncIterator[None]:
        """As in a tunnel: no packet passes, nobody is told. Chromium has a process for its network: it is stopped."""
        [network] = await self._processes("network.mojom.NetworkService")
        os.kill(network, signal.SIGSTOP)
        try:
            yield
        finally:
            os.kill(network, signal.SIGCONT)

    async def kill_tab(self) -> None:
        """Without a goodbye."""
        for renderer in await self._processes("renderer"):
            os.kill(renderer, signal.SIGKILL)

    async def _processes(self, kind: str) -> list[int]:
        assert self.context.browser is not None
        session = await self.context.browser.new_browser_cdp_session()
        found = await session.send("SystemInfo.getProcessInfo")
        await session.detach()
        return [each["id"] for each in found["processInfo"] if each["type"] == kind]


class Browsers:
    """A browser process for each voice, started when first asked for; each test gets new profiles in them."""

    def __init__(self, playwright: Playwright, directory: Path, mapped: str, port: int) -> None:
        """``mapped``: the gateway's host, which each browser reaches by a wire of its own to ``port``."""
        self._playwright, self._directory, self._mapped, self._port = playwright, directory, mapped, port
        self._open: dict[tuple[str, str], tuple[Browser, Wire]] = {}
        self._stack = contextlib.AsyncExitStack()

    @asynccontextmanager
    async def person(self, voice: Voice, *, kind: str = CHROMIUM, **more: Any) -> AsyncIterator[Person]:
        """``kind``: Chromium, one that asks before pages may listen, or Firefox. ``more``: of the new context."""
        browser, wire = await self._browser(voice, kind)
        wire.mend()
        context = await browser.new_context(reduced_motion="reduce", locale="en-GB", **more)
        try:
            await context.add_init_script(EAR)
            page = await context.new_page()
            page.set_default_timeout(PATIENCE_MS)
            person = Person(voice, context, page, wire)
            yield person
            assert person.problems == [], person.problems
        finally:
            await context.close()

    async def _browser(self, voice: Voice, kind: str) -> tuple[Browser, Wire]:
        if (voice.name, kind) not in self._open:
            wire = await self._stack.enter_async_context(Wire(self._port))
            browser = await (self._firefox(voice) if kind == FIREFOX else self._chromium(voice, kind, wire))
            self._stack.push_async_callback(browser.close)
            self._open[voice.name, kind] = browser, wire
        return self._open[voice.name, kind]

    async def _chromium(self, voice: Voice, kind: str, wire: Wire) -> Browser:
        sound = tone(self._directory / f"{voice.name}.wav", voice.hertz)
        moving = picture(self._directory / f"{voice.name}.y4m", voice.chroma)
        given = [
            f"--use-file-for-fake-audio-capture={sound}",
            f"--use-file-for-fake-video-capture={moving}",
            f"--host-resolver-rules=MAP {self._mapped}:{self._port} 127.0.0.1:{wire.port}",
            *(["--use-fake-ui-for-media-stream"] if kind == CHROMIUM else []),
        ]
        path = shutil.which("chromium")
        return await self._playwright.chromium.launch(executable_path=path, args=[*ARGUMENTS, *given])

    async def _firefox(self, voice: Voice) -> Browser:
        """Without a wire: it goes to the gateway itself."""
        program = firefox.starter(self._directory)
        wishes = {**firefox.WISHES, "media.navigator.audio.fake_frequency": voice.hertz}
        return await self._playwright.firefox.launch(
            channel="moz-firefox", executable_path=program, firefox_user_prefs=wishes
        )

    async def close(self) -> None:
        await self._stack.aclose()


__all__ = ["ANN", "ASKS", "BEN", "CUSTOMER", "FIREFOX", "Browsers", "Person", "Voice"]
