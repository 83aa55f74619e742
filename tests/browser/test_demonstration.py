"""What README promises of ``make run``: two tabs, one presses Get help, the other talks; by what was printed alone."""

import asyncio
import re
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from playwright.async_api import async_playwright, expect

from browser.acts import accept, go_ready, title
from browser.person import ANN, CUSTOMER, Browsers

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(180)]

AGENT = re.compile(r"(http://[0-9.:]+/desk) +name (\S+) +password (\S+)")
SHOP = re.compile(r"http://[0-9.:]+/shop")


@asynccontextmanager
async def demonstration(directory: Path) -> AsyncIterator[Process]:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "cordpair", "run", "--for", "170s", "--directory", str(directory), stdout=PIPE
    )
    try:
        yield process
    finally:
        process.terminate()
        await process.communicate()


async def printed(process: Process, pattern: re.Pattern[str]) -> re.Match[str]:
    assert process.stdout is not None
    async with asyncio.timeout(30):
        while line := (await process.stdout.readline()).decode():
            if found := pattern.search(line):
                return found
    raise AssertionError(f"never printed: {pattern.pattern}")


async def test_two_people_talk_while_the_simulated_ones_go_on(chromium: str, tmp_path: Path) -> None:
    async with demonstration(tmp_path / "demo") as process, async_playwright() as playwright:
        shop = (await printed(process, SHOP))[0]
        desk, name, password = (await printed(process, AGENT)).groups()
        browsers = Browsers(playwright, tmp_path, "nowhere.test", 1)
        async with browsers.person(CUSTOMER) as customer, browsers.person(ANN) as agent:
            await agent.page.goto(desk)
            await agent.page.get_by_label("Name").fill(name)
            await agent.page.get_by_label("Password").fill(password)
            await agent.page.keyboard.press("Enter")
            await go_ready(agent)
            await customer.page.goto(shop)
            await customer.page.get_by_role("button", name="Get help").click()
            await accept(agent)
            await expect(title(customer)).to_have_text("You are talking to Mia")
            await expect(agent.page.get_by_text("Ann Example").first).to_be_visible()
            await agent.hears(CUSTOMER)
            await customer.hears(ANN)
        await browsers.close()
        assert (await printed(process, re.compile(r"sales: .* ([1-9]\d*) connected")))[1] != "0"
