"""A shared page as a whole: the customer says yes, the agent sees it and points; nothing private passes the gateway."""

from pathlib import Path
from typing import Any

import msgspec
import pytest
from playwright.async_api import FrameLocator, expect

from browser.acts import COBROWSE, meet, on, two
from browser.centre import Centre
from browser.person import Browsers, Person

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(180)]

SECRET = "planted"
PLANT = (Path(__file__).parent / "planted.js").read_text(encoding="utf-8")


async def share(customer: Person, ben: Person) -> FrameLocator:
    """Asked for by the agent, granted by the customer. The page as the agent sees it."""
    await ben.page.get_by_role("button", name="Ask to see the page").click()
    await expect(customer.page.get_by_text("Ben Okafor asks to see this page with you.", exact=True)).to_be_visible()
    await customer.page.get_by_role("button", name="Share page").click()
    await expect(customer.page.get_by_role("button", name="Stop sharing")).to_be_visible()
    return ben.page.frame_locator("#shared > iframe").frame_locator("iframe")


async def relayed(agent: Person) -> str:
    """All that came to the agent's browser of the customer's page."""
    found = []
    for frame in agent.page.frames:
        texts: list[str] = await frame.evaluate("(window.frames_ ?? []).map((each) => each.text)")
        found += texts
    return "\n".join(found)


@on("embedded", "asterisk")
async def test_the_agent_sees_points_and_is_shown_out(whole: Centre, browsers: Browsers) -> None:
    async with two(browsers, whole) as (customer, ben):
        await meet(customer, ben, whole)
        seen = await share(customer, ben)
        await expect(seen.get_by_role("heading", name="A shop")).to_be_visible()
        await customer.page.evaluate("document.querySelector('h1').textContent = 'Changed live'")
        await expect(seen.get_by_role("heading", name="Changed live")).to_be_visible()
        await ben.page.locator("#shared").scroll_into_view_if_needed()
        box = await ben.page.locator("#shared > iframe").bounding_box()
        assert box
        taken = await relayed(ben)
        assert "Changed live" in taken
        await ben.page.mouse.move(box["x"] + box["width"] / 3, box["y"] + box["height"] / 3)
        await expect(customer.page.locator(".cordpair-pointer")).to_have_css("opacity", "1")
        at = await customer.page.evaluate("performance.timeOrigin + performance.now()")
        await customer.page.get_by_role("button", name="Stop sharing").click()
        await customer.page.evaluate("document.querySelector('h1').textContent = 'after the end'")
        await expect(ben.page.locator("#shared")).to_have_count(0)
        await expect(ben.page.get_by_role("button", name="Ask to see the page")).to_be_visible()
        await customer.until(f"performance.timeOrigin + performance.now() > {at + 2_000}")
        said = await customer.frames(COBROWSE, "out")
        assert said[-1]["at"] < at + 1_000
        assert msgspec.json.decode(said[-1]["text"])["type"] == "stop"
        assert not [frame for frame in said if "after the end" in frame["text"]]
        assert "after the end" not in taken + await relayed(ben)


@on("embedded")
async def test_no_planted_secret_passes_the_gateway(whole: Centre, browsers: Browsers) -> None:
    async with two(browsers, whole) as (customer, ben):
        await meet(customer, ben, whole)
        await customer.page.evaluate("history.replaceState(null, '', '/checkout?card=planted#planted')")
        await customer.page.evaluate(PLANT)
        seen = await share(customer, ben)
        await expect(seen.get_by_text("everybody may read this")).to_be_visible()
        await customer.page.locator("main textarea").first.press_sequentially(SECRET)
        await customer.page.locator("[contenteditable]").press_sequentially(SECRET)
        await customer.page.evaluate("window.later()")
        await expect(seen.get_by_text("and this came later")).to_be_visible()
        everything = await relayed(ben)
        assert "and this came later" in everything
        at = everything.find(SECRET)
        assert at < 0, everything[max(0, at - 200) : at + 50]
        pages = [event["data"]["href"] for event in events(everything) if event["type"] == 4]
        assert set(pages) == {f"{whole.shop.origin}/checkout"}


def events(text: str) -> list[dict[str, Any]]:
    said = [msgspec.json.decode(line) for line in text.splitlines() if line.startswith("{")]
    return [event for each in said for event in each.get("events", [])]
