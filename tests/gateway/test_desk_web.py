"""Customers from the web at the desk: who and why before anything rings; their page; nothing of it in a log."""

import json
import logging

import pytest

from cordpair.acd.inputs import TaskArrived
from cordpair.ids import QueueId
from cordpair_loopback import never_answers
from gateway.desks import Centre, desk_centre

ANN = {
    "customer": "ann@example.com",
    "reason": "Payment does not go through",
    "locale": "de",
    "context": {"order": "A 17", "name": "Ann Example", "card": "4711-0815"},
}


@pytest.fixture
async def centre(tmp_path):
    async with desk_centre(tmp_path) as found:
        yield found


async def test_who_comes_is_told_before_anything_rings(centre: Centre) -> None:
    page = await centre.sit_down("ann", ready=True)
    browser = await centre.press("/asks", **ANN)
    offer = await page.until("offer")
    assert centre.pbx.phones["101"].rung == 0 and centre.state.legs == {}
    contact = offer["contact"]
    assert contact.pop("since") > 0
    assert contact == {
        "id": browser.said[0]["contact"],
        "phase": "offered",
        "queue": "asks",
        "medium": "audio",
        "customer": "ann@example.com",
        "page": "/asks",
        "reason": "Payment does not go through",
        "locale": "de",
        "context": ANN["context"],
        "waited_s": 0,
    }
    assert not offer["auto"] and [message["type"] for message in browser.said][-1] != "call"
    await page.say("accept", offer=offer["offer"])
    again = await page.until("offer")
    assert again["auto"] and again["offer"] == offer["offer"] and again["contact"]["phase"] == "calling"
    centre.calls(await browser.until("call"))
    assert (await page.phase("talking"))["customer"] == "ann@example.com"
    assert (await browser.until("talking"))["agent"] == "Ann Lee"


async def test_screen_pops_and_results_are_the_queues(centre: Centre) -> None:
    page = await centre.sit_down("ann", ready=True)
    await centre.press("/checkout", **ANN)
    contact = (await page.until("offer"))["contact"]
    assert contact["pop"] == [
        {"url": "https://crm.test/c/ann%40example.com?order=A%2017", "title": "CRM", "embed": False}
    ]
    assert contact["dispositions"] == ["solved", "call back"]


async def test_accepted_early_the_phone_answers_by_itself_where_the_queue_does_not_ask(centre: Centre) -> None:
    centre.pbx.phones["101"].behaviour = never_answers()
    page = await centre.sit_down("ann", ready=True)
    browser = await centre.press("/checkout")
    call = await browser.until("call")  # as soon as an agent is reserved
    offer = await page.until("offer")
    await page.say("accept", offer=offer["offer"])
    assert (await page.until("offer"))["auto"]
    centre.calls(call)
    rung = await page.until("offer")  # now the phone rings, and another time counts
    assert rung["auto"] and rung["expires_at"] > offer["expires_at"]
    await centre.until(lambda state: any(leg.state == "ringing" for leg in state.legs.values()))
    centre.pbx.phones["101"].answer()
    await page.phase("talking")


async def test_a_customer_who_does_not_call_is_told_to_the_agent(centre: Centre) -> None:
    page = await centre.sit_down("ann", ready=True)
    browser = await centre.press("/checkout")
    await browser.until("call")
    offer = await page.until("offer")
    await browser.say(type="leave")
    assert await page.until("offer_ended") == {
        "type": "offer_ended", "offer": offer["offer"], "outcome": "contact_gone",
    }  # fmt: skip
    await page.in_state("ready")


async def test_the_same_customer_again(centre: Centre) -> None:
    page = await centre.sit_down("ann", ready=True)
    browser = await centre.press("/checkout", **ANN)
    centre.calls(await browser.until("call"))
    contact = (await page.phase("talking"))["id"]
    await page.say("notes", contact=contact, text="Card was blocked.", disposition="solved")
    await page.until("contact")
    await page.say("hang_up", contact=contact)
    await page.in_state("ready")
    await centre.press("/checkout", **ANN)
    (past,) = (await page.until("offer"))["contact"]["history"]
    assert (past["notes"], past["disposition"], past["agent"]) == ("Card was blocked.", "solved", "Ann Lee")


async def test_a_stranger_from_the_web_has_no_history(centre: Centre) -> None:
    page = await centre.sit_down("ann", ready=True)
    for _ in range(2):
        browser = await centre.press("/checkout")
        offer = await page.until("offer")
        assert offer["contact"]["customer"] == "" and "history" not in offer["contact"]
        centre.calls(await browser.until("call"))
        await page.say("hang_up", contact=(await page.phase("talking"))["id"])
        await page.in_state("ready")


async def test_the_customer_is_asked_for_the_page_and_decides(centre: Centre) -> None:
    page = await centre.sit_down("ann", ready=True)
    browser = await centre.press("/checkout")
    centre.calls(await browser.until("call"))
    contact = (await page.phase("talking"))["id"]
    await page.say("share_ask", contact=contact)
    await browser.until("share_asked")
    assert (await page.until("contact"))["contact"]["cobrowse"] == "asked"
    await browser.say(type="cobrowse", on=False)
    assert "cobrowse" not in (await page.until("contact"))["contact"]
    await browser.say(type="cobrowse", on=True)
    await page.until("contact", lambda message: message["contact"].get("cobrowse") == "on")
    await page.say("pointer", contact=contact, x=0.4, y=0.2)
    assert await browser.until("pointer") == {"type": "pointer", "x": 0.4, "y": 0.2}
    await browser.say(type="cobrowse", on=False)
    assert "cobrowse" not in (await page.until("contact"))["contact"]


async def test_a_caller_by_telephone_has_no_page(centre: Centre) -> None:
    page = await centre.sit_down("ann", ready=True)
    centre.rings()
    contact = (await page.phase("talking"))["id"]
    assert await page.refused("share_ask", contact=contact) == ("no_page", "share_ask")


async def test_a_task_is_taken_at_the_desk(centre: Centre) -> None:
    page = await centre.sit_down("dora", ready=True)
    await centre.engine.request(TaskArrived("chat-7", QueueId("chats"), "chat", centre.engine.clock.now_ms()))
    offer = await page.until("offer")
    assert offer["contact"]["medium"] == "chat"
    await page.say("accept", offer=offer["offer"])
    contact = await page.phase("talking")
    assert await page.refused("hold", contact=contact["id"]) == ("refused", "hold")
    await page.say("notes", contact=contact["id"], text="Answered.", disposition="")
    await page.say("hang_up", contact=contact["id"])
    await page.until("gone")
    assert (await centre.noted(contact["id"], "dora")).notes == "Answered."


async def test_no_log_and_no_journal_has_anything_of_the_customer(centre: Centre, tmp_path, caplog) -> None:
    caplog.set_level(logging.DEBUG)
    page = await centre.sit_down("ann", ready=True)
    browser = await centre.press("/checkout?basket=7788", **ANN)
    centre.calls(await browser.until("call"))
    contact = (await page.phase("talking"))["id"]
    await page.say("notes", contact=contact, text="Blocked card 9911.", disposition="solved")
    await page.say("digits", contact=contact, digits="314159")
    await page.say("digits", contact=contact, digits="31415x")
    await page.until("error")
    await page.say("notes", contact="no", text="Blocked card 9922.")
    await page.until("error")
    await page.say("hang_up", contact=contact)
    await page.in_state("ready")
    await centre.engine.flushed()
    journal = b"".join(path.read_bytes() for path in tmp_path.glob("journal.db*"))
    assert b"solved" in journal  # what came of it is a decision
    context = json.dumps(ANN["context"])
    for secret in ("ann@example", "Ann Example", "0815", "A 17", "7788", "Payment", "9911", "9922", "31415", context):
        assert secret not in caplog.text and secret.encode() not in journal
    assert "Blocked card 9911." in (await centre.noted(contact)).notes
