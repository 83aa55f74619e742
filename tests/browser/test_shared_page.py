"""Co-browsing end to end: what the customer consented to show is seen, what is private never leaves the page."""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import BrowserContext, Page, expect

from browser.conftest import Shoot
from browser.fake_gateway import Gateway
from browser.peer import Peer
from browser.test_desk import contact, sit_down
from browser.test_help import talking

pytestmark = pytest.mark.asyncio(loop_scope="session")

# Every place where a page keeps what nobody else may see. Each holds the word, which must never be relayed.
SECRET = "planted"
PLANT = (Path(__file__).parent / "planted.js").read_text(encoding="utf-8")


async def share(page: Page, gateway: Gateway) -> Peer:
    customer = await talking(page, gateway)
    await page.get_by_role("button", name="Share this page").click()
    await page.get_by_role("button", name="Share page").click()
    assert (await customer.hear("cobrowse"))["on"] is True
    await customer.say("share", url=f"{gateway.socket_origin}/v1/cobrowse", token="s-1")
    await expect(page.get_by_role("button", name="Stop sharing")).to_be_visible()
    return customer


async def relayed(gateway: Gateway, text: str) -> None:
    """Until the text went by."""
    async with asyncio.timeout(10), gateway.relays:
        await gateway.relays.wait_for(lambda: any(text in frame for frame in gateway.relayed))


def events(gateway: Gateway) -> list[dict[str, Any]]:
    return [event for frame in gateway.relayed for event in json.loads(frame).get("events", [])]


async def test_no_planted_secret_is_ever_relayed(page: Page, gateway: Gateway) -> None:
    customer = await talking(page, gateway)
    await page.evaluate("history.replaceState(null, '', '/shop?card=planted#planted')")
    await page.evaluate(PLANT)
    await page.get_by_role("button", name="Share this page").click()
    await page.get_by_role("button", name="Share page").click()
    await customer.hear("cobrowse")
    await customer.say("share", url=f"{gateway.socket_origin}/v1/cobrowse", token="s-1")
    await relayed(gateway, "everybody may read this")
    for name in ("name", "card", "code", "note"):
        await page.locator(f"[name={name}]").press_sequentially(SECRET)
    await page.locator("[name=country]").select_option("es")
    await page.locator("[contenteditable]").press_sequentially(SECRET)
    await page.evaluate("window.later()")
    await relayed(gateway, "and this came later")
    everything = "\n".join(gateway.relayed)
    at = everything.find(SECRET)
    assert at < 0, everything[max(0, at - 200) : at + 50]
    assert "ann@example.org" not in everything  # the shop's own data-private
    assert "basket-4711" not in everything  # its hidden input
    assert [event["data"]["href"] for event in events(gateway) if event["type"] == 4] == [gateway.origin + "/shop"]
    await page.goto("about:blank")


async def test_nothing_is_recorded_without_consent(page: Page, gateway: Gateway, shoot: Shoot) -> None:
    loaded: list[str] = []
    page.on("request", lambda request: loaded.append(request.url))
    customer = await talking(page, gateway)
    await customer.say("share", url=f"{gateway.socket_origin}/v1/cobrowse", token="s-1")  # nobody said yes
    await customer.say("share_asked")
    await expect(page.get_by_text("Ben asks to see this page with you.", exact=True)).to_be_visible()
    await shoot(page, "share-1-asked")
    await page.get_by_role("button", name="Not now").click()
    assert (await customer.hear("cobrowse"))["on"] is False  # the agent is told
    await expect(page.get_by_role("button", name="Share this page")).to_be_visible()
    assert gateway.relayed == []
    assert not [url for url in loaded if "recorder" in url]


async def test_revoking_stops_at_once(page: Page, gateway: Gateway) -> None:
    customer = await share(page, gateway)
    await relayed(gateway, "Maidenhair fern")
    await page.get_by_role("button", name="Stop sharing").click()
    await page.evaluate("document.querySelector('h1').textContent = 'after the end'")
    assert (await customer.hear("cobrowse"))["on"] is False
    await relayed(gateway, '"stop"')
    assert "after the end" not in "".join(gateway.relayed)
    assert json.loads(gateway.relayed[-1]) == {"type": "stop", "reason": "customer"}


async def test_the_agent_sees_the_page_and_points(
    page: Page, context: BrowserContext, gateway: Gateway, shoot: Shoot
) -> None:
    customer = await share(page, gateway)
    await relayed(gateway, "Maidenhair fern")
    desk = await context.new_page()
    agent = await sit_down(desk, gateway, "talking", contacts=[contact("talking", cobrowse="off")])
    await desk.get_by_role("button", name="Ask to see the page").click()
    await agent.hear("share_ask")
    await agent.say("contact", contact=contact("talking", cobrowse="on"))
    frame = desk.frame_locator("#shared > iframe")
    seen = frame.frame_locator("iframe")
    await expect(seen.get_by_text("Maidenhair fern")).to_be_visible()  # a late viewer asked for a whole picture
    await expect(seen.get_by_text("Signed in as")).to_have_count(0)
    await expect(desk.locator("#shared code")).to_have_text(gateway.origin + "/shop")
    assert (
        await desk.evaluate(
            "document.querySelector('#shared iframe').contentDocument.querySelector('iframe').getAttribute('sandbox')"
        )
        == "allow-same-origin"
    )
    await page.evaluate("document.querySelector('h1').textContent = 'Changed live'")
    await expect(seen.get_by_role("heading", name="Changed live")).to_be_visible()
    await desk.locator("#shared").scroll_into_view_if_needed()
    await shoot(desk, "share-2-desk")
    box = await desk.locator("#shared > iframe").bounding_box()
    assert box
    await desk.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    pointer = await agent.hear("pointer")
    assert 0 < pointer["x"] < 1
    await customer.say("pointer", x=pointer["x"], y=0.25)
    await expect(page.locator(".cordpair-pointer")).to_have_css("opacity", "1")
    await page.set_viewport_size({"width": 1440, "height": 900})
    await shoot(page, "share-3-customer")
    await desk.get_by_role("button", name="Stop viewing").click()
    assert (await customer.hear("cobrowse"))["on"] is False
    await expect(page.get_by_role("button", name="Share this page")).to_be_visible()
    await expect(page.locator(".cordpair-pointer")).to_have_count(0)
    await desk.close()
