"""A call that is up stays up while its customer waits on: with music, for the next agent."""

import pytest
from playwright.async_api import Page, expect

from browser.fake_gateway import Gateway
from browser.test_help import talking, title

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_who_waits_on_with_music_keeps_the_call(page: Page, gateway: Gateway) -> None:
    customer = await talking(page, gateway)
    await customer.say("again", in_call=True)
    await customer.say("waiting", place=1, wait=None, cause="", in_call=True)
    await expect(title(page)).to_have_text("You are next")
    await customer.say("ringing")
    await customer.say("talking", agent="Ann", share=False)
    await expect(title(page)).to_have_text("You are talking to Ann")
    assert not [frame for frame in gateway.door.frames if frame.startswith(("BYE", "CANCEL"))]
    assert await page.get_by_role("button", name="Share this page").count() == 0
    await customer.say("error", code="share")
    await expect(page.get_by_role("button", name="Mute")).to_be_visible()


async def test_a_page_says_whether_it_has_a_call(page: Page, gateway: Gateway) -> None:
    customer = await talking(page, gateway)
    await customer.hang_up()
    again = await gateway.sessions.next()
    assert (await again.hear("hello"))["in_call"] is True
    await page.reload()
    anew = await gateway.sessions.next()
    assert (await anew.hear("hello"))["in_call"] is False
