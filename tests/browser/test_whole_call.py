"""From the press of a button to the end of the talk: two real browsers, a real engine, and each PBX between them."""

import pytest
from playwright.async_api import expect

from browser.accessible import problems
from browser.acts import (
    DESK,
    EVERYWHERE,
    SESSION,
    SIP,
    a_customer,
    accept,
    at_work,
    empty,
    meet,
    on,
    press,
    signed_out,
    state,
    talk,
    title,
    told,
    two,
    waits,
)
from browser.centre import PASSWORDS, Centre
from browser.conftest import Shoot
from browser.person import BEN, CUSTOMER, FIREFOX, Browsers, Person

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(180)]


async def first_ring(agent: Person) -> dict[str, object]:
    """The first call that came in at the agent's phone."""
    rings = [frame for frame in await agent.frames(SIP) if frame["shown"]]
    assert rings, "nothing ever rang"
    return rings[0]


@on(*EVERYWHERE)
async def test_they_talk_and_the_desk_knew_before_it_rang(whole: Centre, browsers: Browsers) -> None:
    async with two(browsers, whole) as (customer, ben):
        await ben.page.locator("#not-ready").select_option("lunch")
        await waits(customer, whole)
        await expect(customer.page.locator("cordpair-help #detail")).to_contain_text("Not enough data")
        await ben.page.get_by_role("button", name="Go ready").click()
        await ben.until("frames_.some((frame) => frame.shown)")  # it rings
        await accept(ben)
        await talk(customer, ben)
        ring = await first_ring(ben)
        offer = told(await ben.frames(DESK), "offer")[0]
        assert offer["at"] < ring["at"]
        for known in ("Ann Example", "/checkout", "payment", "A-17"):  # it was on the screen when it rang
            assert known in str(ring["shown"]), known
        call = told(await customer.frames(SESSION), "call")[0]
        assert call["at"] < ring["at"]
        assert told(await customer.frames(SESSION), "waiting")[0]["place"] == 1
        await customer.page.get_by_role("button", name="Hang up").click()
        await expect(title(customer)).to_have_text("Thank you")
        await expect(state(ben)).to_have_text("Wrap-up")
        await ben.hears(None)
        await ben.page.locator("#notes").fill("The card was blocked")
        await expect(ben.page.locator("#notes-title")).to_contain_text("Wrap-up ends in 0:")
        await ben.page.get_by_label("Result").select_option("solved")
        await ben.page.get_by_role("button", name="Done").click()
        await expect(state(ben)).to_have_text("Ready")
        await press(customer, whole)  # again: now the desk remembers
        await expect(ben.page.locator("#history")).to_contain_text("The card was blocked")
        await expect(ben.page.locator("#history")).to_contain_text("solved")


@on("asterisk", "freeswitch")
async def test_the_agent_hangs_up(whole: Centre, browsers: Browsers) -> None:
    async with two(browsers, whole) as (customer, ben):
        await meet(customer, ben, whole)
        await ben.page.locator("#hang-up").click()
        await expect(customer.page.locator("cordpair-help #detail")).to_have_text("The call has ended.")
        await expect(state(ben)).to_have_text("Wrap-up")
        await ben.page.get_by_role("button", name="Done").click()
        await expect(state(ben)).to_have_text("Ready")


async def tab_to(person: Person, id: str) -> None:
    while await person.page.evaluate("document.activeElement.id") != id:
        await person.page.keyboard.press("Tab")


@on("embedded")
async def test_with_the_keyboard_alone(whole: Centre, browsers: Browsers) -> None:
    """Both, from the sign-in to the end of the wrap-up."""
    async with browsers.person(BEN) as ben, a_customer(browsers) as customer:
        keys = ben.page.keyboard
        await ben.page.goto(f"{whole.origin}/desk")
        await expect(ben.page.get_by_label("Name")).to_be_focused()
        await keys.type("ben")
        await keys.press("Tab")
        await keys.type(PASSWORDS["ben"])
        await keys.press("Enter")
        await expect(ben.page.locator("#phone")).to_have_text("Phone ready")
        await keys.press("r")
        await expect(ben.page.locator("#checked")).to_be_enabled()
        await tab_to(ben, "checked")
        await keys.press("Enter")
        await expect(state(ben)).to_have_text("Ready")
        await customer.page.goto(f"{whole.shop.origin}/")
        await expect(customer.page.get_by_role("button", name="Get help")).to_be_visible()
        await customer.page.keyboard.press("Tab")
        await customer.page.keyboard.press("Enter")
        await expect(ben.page.get_by_role("button", name="Accept")).to_be_focused()
        await keys.press("a")
        await talk(customer, ben)
        await keys.press("h")
        await expect(title(customer)).to_have_text("You are on hold")
        await keys.press("h")
        await talk(customer, ben)
        assert await problems(ben.page) == await problems(customer.page) == []
        await keys.press("e")
        await expect(state(ben)).to_have_text("Wrap-up")
        await keys.press("n")
        await keys.type("done")
        await tab_to(ben, "done")
        await keys.press("Enter")
        await expect(state(ben)).to_have_text("Ready")
        await signed_out(ben)
    await empty(whole)


@on(*EVERYWHERE)
async def test_they_see_each_other(whole: Centre, browsers: Browsers, shoot: Shoot) -> None:
    async with two(browsers, whole) as (customer, ben):
        await meet(customer, ben, whole, media="video")
        await customer.sees(BEN)
        await ben.sees(CUSTOMER)
        if whole.kind == "embedded":
            await shoot(customer.page, "whole-video-customer")
            await shoot(ben.page, "whole-video-desk")
        await customer.page.get_by_role("button", name="Hang up").click()
        await expect(state(ben)).to_have_text("Wrap-up")


@on(*EVERYWHERE)
async def test_accepted_at_the_desk(whole: Centre, browsers: Browsers) -> None:
    async with two(browsers, whole) as (customer, ben):
        await press(customer, whole, "/accepted")
        await expect(ben.page.get_by_role("alertdialog")).to_contain_text("Ann Example needs help")
        assert told(await customer.frames(SESSION), "call") == []  # not before somebody said yes
        await accept(ben)
        await talk(customer, ben)
        accepted = told(await ben.frames(DESK, "out"), "accept")[0]
        assert accepted["at"] < told(await customer.frames(SESSION), "call")[0]["at"]


@on(*EVERYWHERE)
async def test_call_first_waits_on_the_pbx_with_music(whole: Centre, browsers: Browsers) -> None:
    """Nobody is ready: the customer is on the PBX, hears music, and then the agent."""
    async with two(browsers, whole) as (customer, ben):
        await ben.page.locator("#not-ready").select_option("lunch")
        await expect(state(ben)).to_have_text("Not ready")
        await press(customer, whole, "/first")
        if whole.kind == "embedded":  # which has none
            await expect(title(customer)).to_have_text("You are next")
        else:
            await customer.until("heard() > 0")  # the music
        await ben.page.get_by_role("button", name="Go ready").click()
        await accept(ben)
        await talk(customer, ben)


@pytest.mark.firefox
@on("embedded", "asterisk")
async def test_a_customer_with_firefox(whole: Centre, browsers: Browsers) -> None:
    async with (
        at_work(browsers, whole, BEN) as (ben,),
        a_customer(browsers, kind=FIREFOX) as customer,
    ):
        await meet(customer, ben, whole)
        await customer.page.get_by_role("button", name="Hang up").click()
        await expect(title(customer)).to_have_text("Thank you")


@on("embedded", "asterisk", "freeswitch")
async def test_nobody_there_is_said_at_once(whole: Centre, browsers: Browsers) -> None:
    async with a_customer(browsers) as customer:
        await press(customer, whole, "/nobody")
        await expect(title(customer)).to_have_text("Nobody is there")
        assert whole.engine.state().contacts == {}


@on("embedded")
async def test_place_and_wait_are_pushed(whole: Centre, browsers: Browsers) -> None:
    """Two wait; when the first leaves, the second is next, and is told."""
    async with a_customer(browsers) as first, a_customer(browsers) as second:
        await waits(first, whole)
        await press(second, whole)
        await expect(title(second)).to_have_text("You are number 2")
        await expect(second.page.locator("cordpair-help #detail")).to_contain_text("Not enough data")
        await expect(second.page.get_by_text("Water less.")).to_be_visible()
        await first.page.get_by_role("button", name="Leave the queue").click()
        await expect(title(second)).to_have_text("You are next")
