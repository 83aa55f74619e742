"""The agent's desk in every state it can be in, against a gateway that does what it is told."""

import time
from typing import Any

import pytest
from playwright.async_api import Page, expect

from browser.accessible import problems
from browser.conftest import Shoot
from browser.fake_gateway import Gateway
from browser.peer import Peer

pytestmark = pytest.mark.asyncio(loop_scope="session")

CONTACT = {
    "id": "c-1",
    "phase": "offered",
    "queue": "support",
    "medium": "audio",
    "customer": "c-4711",
    "page": "/checkout",
    "reason": "Payment does not go through",
    "locale": "de",
    "context": {"name": "Ann Example", "order": "A-17", "basket": 63.4, "trick": "<img src=x onerror=alert(1)>"},
    "waited_s": 95,
    "history": [
        {
            "at": 1795000000000,
            "queue": "billing",
            "agent": "Ann",
            "disposition": "solved",
            "notes": "Card was blocked by the bank.",
        }
    ],
    "pop": [
        {"url": "https://crm.example/c-4711", "title": "CRM", "embed": False},
        "https://orders.example/A-17",
        "javascript:alert(1)",
    ],
    "dispositions": ["solved", "call back"],
    "cobrowse": "off",
}


def now() -> int:
    return int(time.time() * 1000)


def contact(phase: str, **fields: Any) -> dict[str, Any]:
    return CONTACT | {"phase": phase, "since": now() - 65_000} | fields


def whole(gateway: Gateway, state: str = "not_ready", **fields: Any) -> dict[str, Any]:
    return {
        "agent": "ben",
        "name": "Ben Okafor",
        "state": state,
        "reason": "",
        "since": now() - 125_000,
        "reasons": ["lunch", "training"],
        "queues": [{"name": "support", "waiting": 2}, {"name": "billing", "waiting": 0}],
        "agents": [
            {"agent": "ben", "name": "Ben Okafor", "state": "ready"},
            {"agent": "ann", "name": "Ann Lee", "state": "talking"},
        ],
        "figures": {"calls": 4, "talk_s": 610, "missed": 0},
        "phone": gateway.phone(),
        "contacts": [],
        "now": now(),
    } | fields


async def sit_down(page: Page, gateway: Gateway, state: str = "not_ready", **fields: Any) -> Peer:
    gateway.signed_in = True
    await page.goto(gateway.origin + "/desk")
    agent = await gateway.desks.next()
    await agent.say("desk", **whole(gateway, state, **fields))
    if fields.get("phone", True):
        await expect(page.locator("#phone")).to_have_text("Phone ready")
    return agent


async def offered(page: Page, gateway: Gateway, **fields: Any) -> Peer:
    agent = await sit_down(page, gateway, "ready")
    await agent.say("state", state="offered", reason="", since=now(), wrap_up_until=None)
    await agent.say(
        "offer", **({"offer": "o-1", "contact": CONTACT, "expires_at": now() + 20_000, "auto": False} | fields)
    )
    await expect(page.get_by_role("alertdialog")).to_be_visible()
    return agent


async def test_sign_in(page: Page, gateway: Gateway, shoot: Shoot) -> None:
    await page.goto(gateway.origin + "/desk")
    await page.get_by_label("Name").fill("ben")
    await page.get_by_label("Password").fill("wrong")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("alert")).to_have_text("Name or password is wrong.")
    assert await problems(page) == []
    await shoot(page, "desk-1-sign-in")
    await page.get_by_label("Password").fill("right")
    await page.keyboard.press("Enter")
    agent = await gateway.desks.next()
    await agent.say("desk", **whole(gateway))
    await expect(page.locator("#state")).to_contain_text("Not ready")
    assert await problems(page) == []
    await shoot(page, "desk-2-not-ready")
    await page.get_by_role("button", name="Sign out").click()
    await expect(page.get_by_role("button", name="Sign in")).to_be_visible()
    assert not gateway.signed_in


async def test_accounts_of_the_house_have_their_own_way_in(page: Page, gateway: Gateway, shoot: Shoot) -> None:
    await page.goto(gateway.origin + "/desk")
    await expect(page.get_by_role("button", name="Sign in")).to_be_visible()
    await expect(page.locator("#house")).to_have_count(0)
    gateway.house = "/v1/sign-in/oidc"
    await page.goto(gateway.origin + "/desk?again#refused")
    await expect(page.locator("#house")).to_have_attribute("href", "/v1/sign-in/oidc")
    await expect(page.get_by_role("alert")).to_have_text("Your house account is not an agent's here.")
    assert page.url == gateway.origin + "/desk"
    assert await problems(page) == []
    await shoot(page, "desk-1-house")


async def test_the_first_ready_checks_the_devices(page: Page, gateway: Gateway, shoot: Shoot) -> None:
    agent = await sit_down(page, gateway)
    await page.get_by_role("button", name="Go ready").click()
    await expect(page.get_by_text("We hear you")).to_be_visible()
    await expect(page.locator("#round-trip")).to_contain_text("ms to the phone system")
    assert await problems(page) == []
    await shoot(page, "desk-3-devices")
    await page.get_by_role("button", name="Looks good: go ready").click()
    check = await agent.hear("preflight")
    assert check["microphone"] is True
    assert check["level"] > 0
    assert check["round_trip_ms"] >= 0
    await agent.hear("ready")
    await agent.say("state", state="ready", reason="", since=now(), wrap_up_until=None)
    await expect(page.locator("#state")).to_contain_text("Ready")
    await shoot(page, "desk-4-ready")
    await page.locator("#not-ready").select_option("lunch")
    assert (await agent.hear("not_ready"))["reason"] == "lunch"
    await agent.say("state", state="not_ready", reason="lunch", since=now(), wrap_up_until=None)
    await page.get_by_role("button", name="Go ready").click()  # checked once: no second time in this tab
    await agent.hear("ready")


async def test_without_a_microphone_nobody_goes_ready(page: Page, gateway: Gateway, shoot: Shoot) -> None:
    await page.add_init_script(
        "navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException('no', 'NotAllowedError'))"
    )
    agent = await sit_down(page, gateway)
    await page.keyboard.press("r")
    await expect(page.get_by_role("alert")).to_contain_text("The microphone is blocked")
    await expect(page.get_by_role("button", name="Looks good: go ready")).to_be_disabled()
    await shoot(page, "desk-5-no-microphone")
    assert agent.said("ready") == []


async def test_an_offer_says_who_and_why_and_rings_in_two_places(page: Page, gateway: Gateway, shoot: Shoot) -> None:
    await page.add_init_script("""
      localStorage.setItem("cordpair-desk-devices", JSON.stringify({ loudspeaker: "room", headset: "ear" }));
      window.sinks = [];
      HTMLMediaElement.prototype.setSinkId = function (id) { window.sinks.push(id); return Promise.resolve(); };
    """)
    agent = await offered(page, gateway)
    card = page.get_by_role("alertdialog", name="Ann Example needs help")
    for text in ("Payment does not go through", "/checkout", "support", "waited 1:35"):
        await expect(card).to_contain_text(text)
    assert await page.evaluate("window.sinks") == ["ear", "room"]
    assert await page.evaluate("document.querySelectorAll('audio[data-ring]').length") == 2
    assert not [frame for frame in gateway.door.frames if frame.startswith("INVITE")]  # nothing was dialled yet
    await expect(page.get_by_role("button", name="Accept")).to_be_focused()
    assert await problems(page) == []
    await shoot(page, "desk-6-offer")
    await page.keyboard.press("x")
    assert (await agent.hear("reject"))["offer"] == "o-1"
    await agent.say("offer_ended", offer="o-1", outcome="rejected")
    await expect(card).to_have_count(0)
    assert await page.evaluate("document.querySelectorAll('audio[data-ring]').length") == 0


async def test_an_accepted_offer_is_answered_by_itself_with_a_late_offer(page: Page, gateway: Gateway) -> None:
    agent = await offered(page, gateway)
    await page.keyboard.press("a")
    await agent.hear("accept")
    await expect(page.get_by_text("The customer is being called")).to_be_visible()
    await gateway.door.ring("call-1")
    answer = await gateway.door.seen("^SIP/2.0 200 OK", "^CSeq: 1 INVITE")
    assert "m=audio" in answer


async def test_a_call_that_rings_before_the_desk_is_told_that_it_is_accepted(page: Page, gateway: Gateway) -> None:
    """Two sockets: nobody says which is first."""
    agent = await sit_down(page, gateway, "ready")
    await gateway.door.ring("call-5")
    await expect(page.get_by_role("button", name="Answer")).to_be_visible()
    await agent.say("offer", offer="o-1", contact=CONTACT | {"phase": "calling"}, expires_at=now() + 20_000, auto=True)
    await gateway.door.seen("^SIP/2.0 200 OK", "^CSeq: 1 INVITE")


async def test_a_call_nobody_accepted_rings_until_answered(page: Page, gateway: Gateway) -> None:
    await sit_down(page, gateway, "ready")
    await gateway.door.ring("call-2")
    await page.get_by_role("button", name="Answer").click()
    await gateway.door.seen("^SIP/2.0 200 OK", "^CSeq: 1 INVITE")


async def test_the_call_and_all_that_can_be_done_with_it(page: Page, gateway: Gateway, shoot: Shoot) -> None:
    agent = await sit_down(page, gateway, "talking", contacts=[contact("talking")])
    await expect(page.get_by_role("heading", name="Ann Example")).to_be_visible()
    await expect(page.locator("#context")).to_contain_text("<img src=x onerror=alert(1)>")  # text, never markup
    await expect(page.locator("#pops li")).to_have_count(2)  # a script is no page
    await expect(page.locator("#pops a").first).to_have_attribute("rel", "noopener noreferrer")
    await expect(page.locator("#history")).to_contain_text("Card was blocked by the bank.")
    assert await problems(page) == []
    await shoot(page, "desk-7-talking")
    await page.get_by_role("button", name="Hold").click()
    assert await agent.hear("hold") == {"type": "hold", "contact": "c-1", "on": True}
    await agent.say("contact", contact=contact("held"))
    await expect(page.get_by_role("button", name="Resume")).to_be_visible()
    await shoot(page, "desk-8-held")
    await page.keyboard.press("h")
    assert (await agent.hear("hold"))["on"] is False
    await agent.say("contact", contact=contact("talking"))
    await expect(page.get_by_role("button", name="Hold")).to_be_visible()
    await page.keyboard.press("m")
    await expect(page.locator("#mute")).to_have_attribute("aria-pressed", "true")
    await page.get_by_role("button", name="Keypad").click()
    await page.get_by_role("button", name="5", exact=True).click()
    assert (await agent.hear("digits"))["digits"] == "5"
    await shoot(page, "desk-9-keypad")
    await page.get_by_role("button", name="Transfer").click()
    await page.get_by_label("Transfer to").select_option("queue:billing")
    await shoot(page, "desk-9-transfer")
    await page.locator("form.tool button").click()
    assert await agent.hear("transfer") == {"type": "transfer", "contact": "c-1", "queue": "billing"}
    await page.keyboard.press("e")
    assert await agent.hear("hang_up") == {"type": "hang_up", "contact": "c-1"}


async def test_notes_survive_a_reload_and_wrap_up_counts_down(page: Page, gateway: Gateway, shoot: Shoot) -> None:
    agent = await sit_down(page, gateway, "talking", contacts=[contact("talking")])
    await page.keyboard.press("n")
    await page.keyboard.type("Bank is called back")
    assert (await agent.hear("notes"))["text"] == "Bank is called back"
    await page.reload()
    agent = await gateway.desks.next()
    wrapping = whole(gateway, "wrap_up", contacts=[contact("wrap_up")], wrap_up_until=now() + 29_000)
    await agent.say("desk", **wrapping)
    await expect(page.locator("#notes")).to_have_value("Bank is called back")
    await expect(page.locator("#notes-title")).to_contain_text("Wrap-up ends in 0:")
    await page.get_by_label("Result").select_option("solved")
    assert await problems(page) == []
    await shoot(page, "desk-10-wrap-up")
    await page.get_by_role("button", name="Done").click()
    notes = await agent.hear("notes")
    assert (notes["text"], notes["disposition"]) == ("Bank is called back", "solved")
    await agent.hear("wrap_up_done")
    await agent.say("gone", contact="c-1")
    await agent.say("state", state="ready", reason="", since=now(), wrap_up_until=None)
    await expect(page.get_by_text("The next customer appears here")).to_be_visible()


async def test_a_reload_in_mid_call_takes_the_call_up_again(page: Page, gateway: Gateway, shoot: Shoot) -> None:
    await sit_down(page, gateway, "talking", contacts=[contact("talking")])
    gateway.door.frames.clear()
    await page.reload()
    agent = await gateway.desks.next()
    await agent.say("desk", **whole(gateway, "talking", contacts=[contact("talking")]))
    await expect(page.get_by_text("Your phone is coming back")).to_be_visible()
    await shoot(page, "desk-11-reloaded")
    await gateway.door.seen("^REGISTER ")
    assert (await agent.hear("ring_again"))["contact"] == "c-1"
    await gateway.door.ring("call-3")
    await gateway.door.seen("^SIP/2.0 200 OK", "^CSeq: 1 INVITE")


async def test_a_lost_door_is_opened_with_a_new_token(page: Page, gateway: Gateway) -> None:
    agent = await sit_down(page, gateway, "ready")
    gateway.door.frames.clear()
    await gateway.door.sockets[-1].close()
    await agent.hear("phone")
    await expect(page.locator("#phone")).to_have_text("Phone lost")
    await agent.say("phone", phone=gateway.phone() | {"url": f"{gateway.socket_origin}/v1/sip?token=second"})
    await gateway.door.seen("^REGISTER ")
    await expect(page.locator("#phone")).to_have_text("Phone ready")


async def test_a_phone_is_asked_for_until_there_is_an_account(page: Page, gateway: Gateway) -> None:
    """The PBX restarts: the door closes, and for some seconds nobody can make an account."""
    agent = await sit_down(page, gateway, "ready")
    gateway.door.frames.clear()
    await gateway.door.sockets[-1].close()
    for _ in range(2):
        await agent.hear("phone")
        await agent.say("error", code="busy", about="phone")
    await agent.hear("phone")
    await agent.say("phone", phone=gateway.phone() | {"url": f"{gateway.socket_origin}/v1/sip?token=third"})
    await gateway.door.seen("^REGISTER ")
    await expect(page.locator("#phone")).to_have_text("Phone ready")


async def test_no_account_when_the_desk_opens_and_one_a_moment_later(page: Page, gateway: Gateway) -> None:
    agent = await sit_down(page, gateway, phone=None)
    await agent.say("error", code="phone", about="phone")
    await agent.hear("phone")
    await agent.say("phone", phone=gateway.phone())
    await expect(page.locator("#phone")).to_have_text("Phone ready")


async def test_a_lost_line_is_said_and_comes_back_whole(page: Page, gateway: Gateway, shoot: Shoot) -> None:
    agent = await sit_down(page, gateway, "ready")
    await page.context.set_offline(True)
    await agent.hang_up()
    await expect(page.get_by_text("The line to the gateway broke")).to_be_visible()
    await shoot(page, "desk-12-line")
    await page.context.set_offline(False)
    agent = await gateway.desks.next()
    await agent.say("desk", **whole(gateway, "not_ready", reason="connection-lost"))
    await expect(page.locator("#state")).to_contain_text("connection-lost")


async def test_a_session_that_ended_leads_to_the_sign_in(page: Page, gateway: Gateway) -> None:
    agent = await sit_down(page, gateway, "ready")
    gateway.signed_in = False
    await agent.hang_up()
    await expect(page.get_by_role("button", name="Sign in")).to_be_visible()


async def test_a_desk_that_was_opened_elsewhere_stays_away(page: Page, gateway: Gateway, shoot: Shoot) -> None:
    agent = await sit_down(page, gateway, "ready")
    await agent.say("error", code="taken", about="")
    await agent.hang_up(4409)
    await expect(page.get_by_role("heading", name="Your desk is open elsewhere")).to_be_visible()
    await gateway.door.seen("^REGISTER ", "Expires: 0|expires=0")  # the phone went, too
    await shoot(page, "desk-14-elsewhere")
    await page.get_by_role("button", name="Use it here").click()
    agent = await gateway.desks.next()  # and only now
    await agent.say("desk", **whole(gateway, "ready"))
    await expect(page.locator("#state")).to_contain_text("Ready")


async def test_the_devices_are_checked_again_when_the_gateway_wants_it(page: Page, gateway: Gateway) -> None:
    agent = await sit_down(page, gateway)
    await page.evaluate("sessionStorage.setItem('cordpair-desk-checked', 'yes')")  # before another sign-in
    await page.get_by_role("button", name="Go ready").click()
    await agent.hear("ready")
    await agent.say("error", code="preflight", about="ready", text="Check microphone and line first.")
    await page.get_by_role("button", name="Looks good: go ready").click()
    await agent.hear("preflight")
    await agent.hear("ready")


async def test_a_call_whose_end_nobody_could_tell_ends_with_the_desk(page: Page, gateway: Gateway) -> None:
    """The SIP line broke in mid-call: no BYE comes."""
    agent = await sit_down(page, gateway, "talking", contacts=[contact("talking")])
    await gateway.door.ring("call-4")
    await gateway.door.seen("^SIP/2.0 200 OK", "^CSeq: 1 INVITE")
    await gateway.door.sockets[-1].close()
    await agent.hear("phone")
    await agent.say("phone", phone=gateway.phone())
    await expect(page.locator("#phone")).to_have_text("Phone ready")
    await agent.say("contact", contact=contact("wrap_up"))
    await gateway.door.seen("^BYE ")


async def test_shortcuts_are_listed_and_never_taken_from_a_text(page: Page, gateway: Gateway, shoot: Shoot) -> None:
    agent = await sit_down(page, gateway, "talking", contacts=[contact("talking")])
    await page.locator("#notes").press("h")
    await expect(page.locator("#notes")).to_have_value("h")
    await page.locator("h1").click()
    await page.keyboard.press("?")
    await expect(page.get_by_role("dialog", name="Keyboard shortcuts")).to_be_visible()
    assert await problems(page) == []
    await shoot(page, "desk-13-shortcuts")
    await page.keyboard.press("e")
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("dialog")).to_have_count(0)
    assert agent.said("hang_up") == agent.said("hold") == []


async def test_an_agent_with_a_desk_phone_needs_no_check(page: Page, gateway: Gateway) -> None:
    agent = await sit_down(page, gateway, phone=None)
    await page.get_by_role("button", name="Go ready").click()
    await agent.hear("ready")
