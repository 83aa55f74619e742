"""The wall-board in Chromium with a full centre: 500 agents, 2,000 contacts, and rows that change all the time."""

import asyncio
import shutil
import time
from pathlib import Path
from typing import Any

from playwright.async_api import CDPSession, Page, async_playwright, expect

from bench.report import budget, line, machine, percentile, spread
from browser.wall import Bustle, Wall, read, text, wall_centre

AGENTS, CONTACTS, QUEUES = 500, 2_000, 40
MEASURED_S, AT_ONCE, FREE = 60.0, 6, 50
LONG_MS = 200.0  # a task from which on a press is felt to wait
# Frames as they are shown, tasks longer than 50 ms, and rows that the stream told.
WATCH = """() => {
  window.seen = { frames: [], tasks: [] };
  new PerformanceObserver((list) => window.seen.tasks.push(...list.getEntries().map(({ duration }) => duration)))
    .observe({ type: "longtask" });
  let last = performance.now();
  const frame = (now) => {
    window.seen.frames.push(now - last);
    last = now;
    requestAnimationFrame(frame);
  };
  requestAnimationFrame(frame);
}"""


async def main(directory: Path) -> None:
    line(machine())
    program = shutil.which("chromium")
    if program is None:
        raise RuntimeError("Chromium is missing: make test-deps")
    async with wall_centre(directory / "centre", text(AGENTS, QUEUES)) as wall, async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        try:
            async with wall.office.person(browser, "sue") as page:
                await _measure(wall, page)
        finally:
            await browser.close()
    line(machine())


async def _measure(wall: Wall, page: Page) -> None:
    bustle = Bustle(wall, QUEUES, CONTACTS)
    await wall.staff(*(f"a{n}" for n in range(AGENTS - FREE)))
    await bustle.fill()
    await wall.accept_all()
    told = Told(page)
    began = time.perf_counter()
    await page.goto(f"{wall.office.origin}/office/wall")
    await expect(page.locator("#contacts [data-id]").first).to_be_visible(timeout=60_000)
    line(
        f"{AGENTS} agents, {CONTACTS} contacts: shown {time.perf_counter() - began:.2f} s after the address was entered"
    )
    tools = await page.context.new_cdp_session(page)
    await tools.send("Performance.enable")
    before, rows, began = await _counted(tools), told.rows, time.perf_counter()
    await page.evaluate(WATCH)
    while (took := time.perf_counter() - began) < MEASURED_S:
        await asyncio.gather(*(bustle.step() for _ in range(AT_ONCE)))
    seen: dict[str, list[float]] = await page.evaluate("window.seen")
    after = await _counted(tools)
    line(f"  {(told.rows - rows) / took:.0f} rows a second told in {told.messages / took:.0f} messages")
    _frames(seen)
    script = (after["ScriptDuration"] - before["ScriptDuration"]) / took
    whole = (after["TaskDuration"] - before["TaskDuration"]) / took
    line(f"  the page's thread is busy {whole * 100:.0f} % of the time, in scripts {script * 100:.0f} %")
    grown = (after["JSHeapUsedSize"] - before["JSHeapUsedSize"]) / 1e6
    line(
        f"  heap {before['JSHeapUsedSize'] / 1e6:.1f} MB, grown by {grown:.1f}; nodes {before['Nodes']:.0f}, "
        f"grown by {after['Nodes'] - before['Nodes']:.0f}",
        budget("<= 5 MB", grown <= 5),
    )
    await _same(wall, page)


def _frames(seen: dict[str, list[float]]) -> None:
    frames, tasks = seen["frames"], seen["tasks"]
    line(f"  frames: {spread(frames)}, p95 {percentile(frames, 0.95):.1f} ms")
    longest = max(tasks, default=0.0)
    line(
        f"  tasks over 50 ms: {len(tasks)}, {sum(tasks) / 1_000:.1f} s in all, longest {longest:.0f} ms",
        budget(f"none over {LONG_MS:.0f} ms", longest <= LONG_MS),
    )


async def _same(wall: Wall, page: Page) -> None:
    """When it is quiet: what the page shows, scrolled through, is what the API says."""
    wanted = await wall.shown()
    began = time.perf_counter()
    while (found := await read(page)) != wanted and time.perf_counter() - began < 20:
        await page.wait_for_timeout(200)  # sleep: that nothing more comes is no event
    lost = sum(found[kind].get(id) != value for kind, rows in wanted.items() for id, value in rows.items())
    beside = sum(len(found[kind].keys() - rows.keys()) for kind, rows in wanted.items())
    count = sum(map(len, wanted.values()))
    line(f"  afterwards {count} rows: {lost} wrong, {beside} that are gone", budget("none", lost + beside == 0))


async def _counted(tools: CDPSession) -> dict[str, Any]:
    await tools.send("HeapProfiler.collectGarbage")
    return {each["name"]: each["value"] for each in (await tools.send("Performance.getMetrics"))["metrics"]}


class Told:
    """What came on the stream, counted by its ids."""

    def __init__(self, page: Page) -> None:
        self.rows = self.messages = 0
        page.on("websocket", lambda socket: socket.on("framereceived", self._take))

    def _take(self, frame: str | bytes) -> None:
        self.messages += 1
        self.rows += str(frame).count('{"id":"')


__all__ = ["main"]
