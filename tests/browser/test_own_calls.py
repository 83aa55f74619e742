"""An agent calls a number at the desk: the field and the card in every state, and then two browsers that talk."""

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Page, async_playwright, expect

from browser.accessible import problems
from browser.acts import at_work, state
from browser.centre import CENTRE, HOST, Centre, centre
from browser.conftest import Shoot
from browser.fake_gateway import Gateway
from browser.person import ANN, BEN, Browsers
from browser.test_desk import sit_down

pytestmark = pytest.mark.asyncio(loop_scope="session")

NUMBER = "+34932009000"
# Ann's phone is reached by a number, as over a trunk.
CALLS = """
[calls]
queue = "help"
trunks = {{ main = {{ dial = "{{number}}" }} }}
numbers = {{ region = "ES", internal = ["12XX"] }}
"""


def own(rings: str, **fields: Any) -> dict[str, Any]:
    now = int(time.time() * 1000)
    contact = {"id": "c-9", "phase": "calling", "since": now, "queue": "sales", "medium": "voice", "customer": NUMBER}
    return {"offer": "o-9", "contact": contact | {"rings": rings}, "expires_at": now + 30_000, "auto": True} | fields


async def test_a_number_is_typed_and_called(page: Page, gateway: Gateway, shoot: Shoot) -> None:
    agent = await sit_down(page, gateway)
    await page.keyboard.press("c")  # from anywhere on the page
    await expect(page.get_by_label("Call a number")).to_be_focused()
    await expect(page.get_by_role("button", name="Call", exact=True)).to_be_disabled()
    await page.keyboard.type("932 009 000")
    await shoot(page, "desk-own-1-typed")
    await page.keyboard.press("Enter")
    said = await agent.hear("call")
    assert said["to"] == "932 009 000"
    assert len(said["key"]) == 36
    await agent.say("state", state="offered", reason="", since=0, wrap_up_until=None)
    await agent.say("offer", **own("agent"))
    await expect(page.locator("#offer-title")).to_have_text(f"Calling {NUMBER}")
    await expect(page.locator("#rings")).to_have_text("Your phone answers by itself…")
    await expect(page.locator("#call-number")).to_have_value("")
    await expect(page.locator("#state strong")).to_have_text("Calling")
    await agent.say("offer", **own("customer"))
    await expect(page.locator("#rings")).to_have_text(f"{NUMBER} rings…")
    await expect(page.get_by_role("button", name="Accept")).to_have_count(0)
    assert await problems(page) == []
    await shoot(page, "desk-own-2-rings")
    await page.get_by_role("button", name="Call off").click()
    assert (await agent.hear("hang_up"))["contact"] == "c-9"
    await agent.say("offer_ended", offer="o-9", outcome="customer_busy")
    await agent.say("state", state="not_ready", reason="", since=0, wrap_up_until=None)
    await expect(page.locator(".notice")).to_contain_text("The customer’s line is busy.")
    await shoot(page, "desk-own-3-busy")


async def test_a_number_that_may_not_be_called_stays_to_be_mended(page: Page, gateway: Gateway) -> None:
    agent = await sit_down(page, gateway)
    await page.locator("#call-number").fill("112")
    await page.get_by_role("button", name="Call", exact=True).click()
    await agent.hear("call")
    await agent.say("error", code="number", about="call", text="is an emergency number")
    await expect(page.locator(".notice")).to_contain_text("This number cannot be called.")
    await expect(page.locator("#call-number")).to_have_value("112")


@pytest.mark.parametrize("busy", ["talking", "held", "wrap_up", "offered"])
async def test_who_is_busy_calls_nobody(page: Page, gateway: Gateway, busy: str) -> None:
    agent = await sit_down(page, gateway, busy)
    await page.locator("#call-number").fill("932009000")
    await expect(page.get_by_role("button", name="Call", exact=True)).to_be_disabled()
    await page.locator("#call-number").press("Enter")
    await agent.say("error", code="refused", about="", text="and nothing was said")
    await expect(page.locator(".notice")).to_contain_text("nothing was said")
    assert agent.said("call") == []


@asynccontextmanager
async def browsers_of(running: Centre, directory: Path) -> AsyncIterator[Browsers]:
    async with async_playwright() as playwright:
        opened = Browsers(playwright, directory, HOST, running.port)
        yield opened
        await opened.close()


@pytest.mark.timeout(180)
async def test_two_talk_who_were_called_together(chromium: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Ben's phone answers by itself, Ann's rings, and each hears the other's voice."""
    directory = tmp_path_factory.mktemp("own")
    configuration = CENTRE.replace('endpoint = "ann-web"', 'endpoint = "1200"') + CALLS
    async with (
        centre("embedded", directory / "centre", configuration) as running,
        browsers_of(running, directory) as opened,
        at_work(opened, running, BEN, ANN) as (ben, ann),
    ):
        await ben.page.locator("#call-number").fill("12 00")
        await ben.page.locator("#call-number").press("Enter")
        await expect(ben.page.locator("#rings")).to_have_text("1200 rings…")
        await ann.page.get_by_role("button", name="Answer").click()
        await ben.hears(ANN)
        await ann.hears(BEN)
        await expect(state(ben)).to_have_text("Talking")
        await ben.page.get_by_role("button", name="Hang up").click()
        await expect(state(ben)).to_have_text("Wrap-up")
        await ann.hears(None)
