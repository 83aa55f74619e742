"""What an agent does with a call at the desk, and what becomes of it: browsers, engine and PBX, all real."""

import pytest
from playwright.async_api import expect

from browser.acts import (
    EVERYWHERE,
    SIP,
    a_customer,
    accept,
    at_work,
    meet,
    on,
    press,
    state,
    talk,
    title,
    two,
)
from browser.centre import Centre
from browser.person import ANN, BEN, CUSTOMER, Browsers
from cordpair.acd import events as ev

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(180)]


@on(*EVERYWHERE)
async def test_hold_mute_and_digits(whole: Centre, browsers: Browsers) -> None:
    async with two(browsers, whole) as (customer, ben):
        await meet(customer, ben, whole)
        await ben.page.get_by_role("button", name="Hold").click()
        await expect(title(customer)).to_have_text("You are on hold")
        await ben.hears(None)
        if whole.kind == "embedded":
            await customer.hears(None)
        else:
            await customer.until(f"heard() > 0 && Math.abs(heard() - {BEN.hertz}) > 60")  # music
        await ben.page.get_by_role("button", name="Resume").click()
        await talk(customer, ben)
        await ben.page.get_by_role("button", name="Mute").click()
        await customer.hears(None)
        await ben.hears(CUSTOMER)
        await ben.page.get_by_role("button", name="Unmute").click()
        await customer.hears(BEN)
        await customer.page.get_by_role("button", name="Mute").click()
        await ben.hears(None)
        await customer.page.get_by_role("button", name="Unmute").click()
        await ben.page.get_by_role("button", name="Keypad").click()
        await ben.page.get_by_role("button", name="5", exact=True).click()
        await ben.hears(CUSTOMER)  # and the talk goes on
        await whole.engine.until(lambda _: whole.engine.events(ev.DigitsSent) != [], 10)


@on(*EVERYWHERE)
async def test_transfer_to_a_queue_and_back_to_a_colleague(whole: Centre, browsers: Browsers) -> None:
    """The customer hears the next agent, who sees what the first one saw, and what they noted."""
    async with at_work(browsers, whole, BEN, ANN) as (ben, ann), a_customer(browsers) as customer:
        await meet(customer, ben, whole)
        await ben.page.locator("#notes").fill("Card blocked, wants to pay by invoice")
        await ben.page.get_by_role("button", name="Transfer").click()
        await ben.page.get_by_label("Transfer to").select_option("queue:second")
        await ben.page.locator("form.tool button").click()
        await expect(ann.page.get_by_role("alertdialog")).to_contain_text("Ann Example needs help")
        await accept(ann)
        await talk(customer, ann)
        await expect(ann.page.locator("#context")).to_contain_text("A-17")
        await expect(ann.page.locator("#history")).to_contain_text("Card blocked, wants to pay by invoice")
        await expect(state(ben)).to_have_text("Wrap-up")
        await ben.hears(None)
        await ben.page.get_by_role("button", name="Done").click()
        await ann.page.get_by_role("button", name="Transfer").click()
        await ann.page.get_by_label("Transfer to").select_option("agent:ben")
        await ann.page.locator("form.tool button").click()
        await accept(ben)
        await talk(customer, ben)
        await customer.page.get_by_role("button", name="Hang up").click()


@on("asterisk")
async def test_a_rejected_offer_goes_to_the_next(whole: Centre, browsers: Browsers) -> None:
    async with at_work(browsers, whole, BEN, ANN) as (ben, ann), a_customer(browsers) as customer:
        await press(customer, whole, "/both")
        await ben.page.get_by_role("button", name="Reject").click()
        await accept(ann)
        await talk(customer, ann)
        assert [frame for frame in await ben.frames(SIP) if frame["shown"]] == []  # it never rang there


@on("embedded")
async def test_the_only_agent_rejects_and_the_place_stays(whole: Centre, browsers: Browsers) -> None:
    async with two(browsers, whole) as (customer, ben):
        await press(customer, whole, "/accepted")
        await ben.page.get_by_role("button", name="Reject").click()
        await expect(ben.page.get_by_role("alertdialog")).to_have_count(0)
        await expect(title(customer)).to_have_text("You are next")
        await accept(ben)  # after the delay
        await talk(customer, ben)


@on(*EVERYWHERE)
async def test_a_reload_in_mid_call_finds_the_call(whole: Centre, browsers: Browsers) -> None:
    async with two(browsers, whole) as (customer, ben):
        await meet(customer, ben, whole)
        await ben.page.locator("#notes").fill("half a note")
        await ben.page.reload()
        await talk(customer, ben)
        await expect(ben.page.locator("#notes")).to_have_value("half a note")
        await expect(ben.page.locator("#context")).to_contain_text("A-17")
        await ben.page.locator("#hang-up").click()
        await expect(title(customer)).to_have_text("Thank you")


@on("asterisk")
async def test_a_second_tab_takes_the_desk_over(whole: Centre, browsers: Browsers) -> None:
    async with two(browsers, whole) as (customer, ben):
        second = await ben.context.new_page()
        second.set_default_timeout(25_000)
        await second.goto(f"{whole.origin}/desk")
        await expect(second.locator("#phone")).to_have_text("Phone ready")
        await expect(ben.page.get_by_role("heading", name="Your desk is open elsewhere")).to_be_visible()
        await press(customer, whole)
        await second.get_by_role("button", name="Accept").click()
        await expect(title(customer)).to_have_text("You are talking to Ben Okafor")
        await customer.hears(BEN)
        await ben.page.get_by_role("button", name="Use it here").click()  # in the middle of the talk
        await expect(second.get_by_role("heading", name="Your desk is open elsewhere")).to_be_visible()
        await expect(ben.page.get_by_role("heading", name="Ann Example")).to_be_visible()
        await customer.hears(BEN)
        await ben.page.locator("#hang-up").click()
        await expect(title(customer)).to_have_text("Thank you")
