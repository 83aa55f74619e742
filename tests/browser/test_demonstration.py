"""``cordpair run``: what it prints is enough to press Get help in one browser and to talk in another."""

import asyncio
import re
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from playwright.async_api import async_playwright, expect

from browser.acts import accept, go_ready, state, title
from browser.conftest import Shoot
from browser.person import BEN, CUSTOMER, Browsers

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(180)]

AGENT = re.compile(r"Agent:\s+(\S+)\s+name (\S+)\s+password (\S+)")
SHOP = re.compile(r"Customer:\s+(\S+)")


@asynccontextmanager
async def demonstration(directory: Path) -> AsyncIterator[dict[str, str]]:
    """Running; what it says: shop, desk, name and password."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "cordpair", "run", "--directory", str(directory), "--callers", "0",
        stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    assert process.stdout is not None
    said = ""
    try:
        async with asyncio.timeout(60):
            while not (AGENT.search(said) and SHOP.search(said)):
                line = await process.stdout.readline()
                assert line, said
                said += line.decode()
        shop, agent = SHOP.search(said), AGENT.search(said)
        assert shop is not None and agent is not None
        yield {"shop": shop[1], "desk": agent[1], "name": agent[2], "password": agent[3]}
    finally:
        process.terminate()
        await process.communicate()


async def test_press_wait_talk(chromium: str, tmp_path: Path, shoot: Shoot) -> None:
    async with demonstration(tmp_path / "demo") as shown, async_playwright() as playwright:
        browsers = Browsers(playwright, tmp_path, "nowhere.localhost", 1)
        async with browsers.person(CUSTOMER) as customer, browsers.person(BEN) as agent:
            await customer.page.goto(shown["shop"])
            await customer.page.get_by_role("button", name="Get help").click()
            await expect(title(customer)).to_have_text("You are next")
            await agent.page.goto(shown["desk"])
            await agent.page.get_by_label("Name").fill(shown["name"])
            await agent.page.get_by_label("Password").fill(shown["password"])
            await agent.page.keyboard.press("Enter")
            await go_ready(agent)
            await accept(agent)
            await expect(title(customer)).to_contain_text("You are talking to")
            await customer.hears(BEN)
            await agent.hears(CUSTOMER)
            await shoot(customer.page, "demonstration-shop")
            await shoot(agent.page, "demonstration-desk")
            await customer.page.get_by_role("button", name="Hang up").click()
            await expect(state(agent)).not_to_have_text("Talking")
        await browsers.close()
