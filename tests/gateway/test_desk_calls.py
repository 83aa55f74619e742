"""A call's life as the desk sees it and acts on it: by messages, over real sockets, on the loopback PBX."""

import pytest

from cordpair.acd.inputs import SignIn
from cordpair.acd.model import AgentStatus
from cordpair.ids import AgentId, SeatId
from cordpair_loopback import never_answers
from gateway.desks import Centre, Page, desk_centre


@pytest.fixture
async def centre(tmp_path):
    async with desk_centre(tmp_path) as found:
        yield found


async def offered(page: Page, **more) -> dict:
    return await page.until(
        "offer", lambda message: all(message["contact"][key] == value for key, value in more.items())
    )


# ---------------------------------------------------------------- the whole


async def test_the_first_message_is_the_whole(centre: Centre) -> None:
    page = await centre.sit_down("ann")
    (whole,) = page.said
    assert whole.pop("now") >= whole.pop("since") > 0
    assert whole == {
        "type": "desk",
        "agent": "ann",
        "name": "Ann Lee",
        "state": "not_ready",
        "reason": "signed-in",
        "wrap_up_until": None,
        "reasons": ["lunch", "training"],
        "transfer_to": ["help", "asks", "billing", "chats"],
        "queues": [{"name": "help", "waiting": 0}, {"name": "asks", "waiting": 0}],
        "agents": [{"agent": "ann", "name": "Ann Lee", "state": "not_ready"}],
        "figures": {"calls": 0, "talk_s": 0},
        "phone": None,
        "contacts": [],
    }


async def test_ready_and_not(centre: Centre) -> None:
    page = await centre.sit_down("ann", ready=True)
    await page.say("not_ready", reason="lunch")
    assert (await page.in_state("not_ready"))["reason"] == "lunch"
    assert await page.refused("not_ready", reason="sauna") == ("refused", "not_ready")
    assert centre.row("ann").reason == "lunch"


async def test_a_browser_phone_is_tried_before_the_first_ready(centre: Centre) -> None:
    page = await centre.sit_down("eve")
    phone = page.said[0]["phone"]
    assert phone["url"].startswith("wss://help.test/v1/sip?token=") and phone["uri"] == "sip:103@help.test"
    assert phone["password"] and phone["until"] > page.said[0]["now"]
    assert await page.refused("ready") == ("preflight", "ready")
    for bad in (
        {"microphone": False, "level": 0.3, "round_trip_ms": 20},
        {"microphone": True, "level": 0, "round_trip_ms": 20},
        {"microphone": True, "level": 7, "round_trip_ms": 20},
        {"microphone": True, "level": 0.3, "round_trip_ms": None},
        {"microphone": True, "level": 0.3},
        {"microphone": True, "level": 0.3, "round_trip_ms": -1},
    ):
        assert await page.refused("preflight", **bad) == ("preflight", "preflight")
        assert await page.refused("ready") == ("preflight", "ready")
    await page.say("preflight", microphone=True, level=0.3, round_trip_ms=20)
    await page.say("ready")
    await page.in_state("ready")
    again = await centre.sit_down("eve")  # a reload: it was tried
    await again.say("not_ready", reason="lunch")
    await again.in_state("not_ready")
    await again.say("ready")
    await again.in_state("ready")
    await centre.sign_in("eve")
    fresh = await centre.sit_down("eve")  # another browser, perhaps: it was not
    await fresh.say("not_ready", reason="lunch")
    await fresh.in_state("not_ready")
    assert await fresh.refused("ready") == ("preflight", "ready")


async def test_a_phone_whose_token_is_used_up_gets_another(centre: Centre) -> None:
    page = await centre.sit_down("eve")
    await page.say("phone")
    assert (await page.until("phone"))["phone"]["url"] != page.said[0]["phone"]["url"]
    other = await centre.sit_down("ann")
    assert await other.refused("phone") == ("no_phone", "phone")


# ---------------------------------------------------------------- a caller by telephone


async def test_from_the_offer_to_the_end_of_the_wrap_up(centre: Centre) -> None:
    page = await centre.sit_down("ann", ready=True)
    caller = centre.rings("5002", number="+4930123456", name="Cara")
    offer = await offered(page)
    contact = offer["contact"]
    assert (contact["phase"], contact["queue"], contact["customer"]) == ("offered", "asks", "+4930123456")
    assert contact["context"] == {"name": "Cara"} and offer["auto"] is False and offer["expires_at"] > contact["since"]
    talk = await page.phase("talking")
    assert talk["id"] == contact["id"] and page.said[-1]["contact"]["waited_s"] == 0
    kinds = [message["type"] for message in page.said]
    assert kinds.index("offer") < kinds.index("offer_ended") < kinds.index("contact")
    assert next(each for each in page.said if each["type"] == "offer_ended")["outcome"] == "connected"
    await page.until("figures", lambda message: message["figures"]["calls"] == 1)
    await page.say("hold", contact=talk["id"], on=True)
    await page.phase("held")
    assert any(sound.startswith("music") for sound in caller.hears())
    await page.say("hold", contact=talk["id"], on=False)
    await page.phase("talking")
    await page.say("digits", contact=talk["id"], digits="12#")
    await page.say("notes", contact=talk["id"], text="Called because of the invoice.", disposition="")
    caller.hang_up()
    gone = await page.phase("wrap_up")
    assert (gone["customer"], gone["queue"], gone["waited_s"]) == ("+4930123456", "asks", 0)
    state = next(each for each in reversed(page.said) if each["type"] == "state")
    assert state["state"] == "wrap_up" and state["wrap_up_until"] > gone["since"]
    await page.say("notes", contact=talk["id"], text="Called because of the invoice. Solved.", disposition="solved")
    assert (await page.until("contact"))["contact"]["disposition"] == "solved"
    await page.say("wrap_up_done")
    assert (await page.until("gone"))["contact"] == talk["id"]
    found = await centre.noted(talk["id"])
    assert (found.queue, found.notes, found.disposition) == ("asks", "Called because of the invoice. Solved.", "solved")


async def test_the_agent_hangs_up(centre: Centre) -> None:
    page = await centre.sit_down("ann", ready=True)
    caller = centre.rings()
    contact = await page.phase("talking")
    await page.say("hang_up", contact=contact["id"])
    await page.in_state("ready")
    assert (await page.until("gone"))["contact"] == contact["id"] and caller.status == 200


async def test_what_was_before_is_shown_with_the_offer(centre: Centre) -> None:
    page = await centre.sit_down("ann", ready=True)
    first = centre.rings(number="+4930123456")
    contact = await page.phase("talking")
    await page.say("notes", contact=contact["id"], text="Card was blocked.", disposition="solved")
    await page.until("contact", lambda message: message["contact"].get("disposition") == "solved")
    first.hang_up()
    await page.in_state("ready")
    centre.rings(number="+4930999999")
    assert "history" not in (await offered(page))["contact"]
    await page.say("hang_up", contact=(await page.phase("talking"))["id"])
    await page.in_state("ready")
    centre.rings(number="+4930123456")
    (past,) = (await offered(page))["contact"]["history"]
    assert past.pop("at") > 0
    assert past == {
        "queue": "help", "agent": "Ann Lee", "disposition": "solved", "notes": "Card was blocked.",
    }  # fmt: skip


async def test_a_pause_asked_for_in_a_call_is_shown_at_once_and_taken_after_it(centre: Centre) -> None:
    page = await centre.sit_down("ann", ready=True)
    caller = centre.rings()
    await page.phase("talking")
    await page.say("not_ready", reason="lunch")
    assert (await page.until("state", lambda message: message["reason"] == "lunch"))["state"] == "talking"
    caller.hang_up()
    assert (await page.in_state("not_ready"))["reason"] == "lunch"


async def test_a_miss_and_a_rejection_are_told_with_their_outcome(centre: Centre) -> None:
    centre.pbx.phones["101"].behaviour = never_answers()
    page = await centre.sit_down("ann", ready=True)
    centre.rings()
    offer = await offered(page)
    await page.say("reject", offer=offer["offer"])
    ended = await page.until("offer_ended")
    assert ended == {"type": "offer_ended", "offer": offer["offer"], "outcome": "rejected"}


# ---------------------------------------------------------------- given away


async def test_a_customer_is_given_to_another_queue(centre: Centre) -> None:
    ann, bob = await centre.sit_down("ann", ready=True), await centre.sit_down("bob", ready=True)
    centre.rings(number="+4930123456")
    contact = await ann.phase("talking")
    await ann.say("notes", contact=contact["id"], text="Wants the invoice again.", disposition="")
    await ann.say("transfer", contact=contact["id"], queue="billing")
    await ann.until("gone")
    offer = await offered(bob)
    assert (offer["contact"]["id"], offer["contact"]["queue"]) == (contact["id"], "billing")
    assert offer["contact"]["history"][0]["notes"] == "Wants the invoice again."
    assert (await bob.phase("talking"))["customer"] == "+4930123456"


async def test_a_customer_is_given_to_another_agent(centre: Centre) -> None:
    ann, bob = await centre.sit_down("ann", ready=True), await centre.sit_down("bob", ready=True)
    centre.rings("5002")
    contact = await ann.phase("talking")
    assert await ann.refused("transfer", contact=contact["id"], agent="eve") == ("refused", "transfer")  # not here
    assert await ann.refused("transfer", contact=contact["id"]) == ("refused", "transfer")
    await ann.say("transfer", contact=contact["id"], agent="bob")
    assert (await bob.phase("talking"))["id"] == contact["id"]
    offer = next(message for message in bob.said if message["type"] == "offer")
    assert [past["agent"] for past in offer["contact"]["history"]] == ["Ann Lee"]
    assert (await ann.phase("wrap_up"))["id"] == contact["id"]


# ---------------------------------------------------------------- what does not fit


@pytest.mark.parametrize(
    ("text", "code", "about"),
    [
        ("", "unknown", ""),
        ("hello", "unknown", ""),
        ("[]", "unknown", ""),
        ("{}", "unknown", ""),
        ('{"type": "dance"}', "unknown", ""),
        ('{"type": 7}', "unknown", ""),
        ("[" * 9_999, "unknown", ""),
        ('{"type": "hold"}', "invalid", "hold"),
        ('{"type": "hold", "contact": 7}', "invalid", "hold"),
        ('{"type": "pointer", "contact": "c", "x": 2, "y": 0}', "invalid", "pointer"),
        ('{"type": "not_ready"}', "invalid", "not_ready"),
        ('{"type": "notes", "contact": "c", "text": "%s"}' % ("x" * 4_001), "invalid", "notes"),
        ('{"type": "hold", "contact": "no"}', "refused", "hold"),
        ('{"type": "hang_up", "contact": "no"}', "refused", "hang_up"),
        ('{"type": "digits", "contact": "no", "digits": "1"}', "refused", "digits"),
        ('{"type": "transfer", "contact": "no", "queue": "billing"}', "refused", "transfer"),
        ('{"type": "notes", "contact": "no", "text": ""}', "gone", "notes"),
        ('{"type": "pointer", "contact": "no", "x": 0.5, "y": 0.5}', "gone", "pointer"),
        ('{"type": "share_ask", "contact": "no"}', "gone", "share_ask"),
        ('{"type": "accept", "offer": "no"}', "gone", "accept"),
        ('{"type": "reject", "offer": "no"}', "gone", "reject"),
    ],
)
async def test_what_does_not_fit_is_refused_and_breaks_nothing(centre: Centre, text, code, about) -> None:
    page = await centre.sit_down("ann")
    await page.socket.send_str(text)
    found = await page.until("error")
    assert (found["code"], found["about"]) == (code, about)
    await page.say("pong", extra=1)
    await page.say("ready")
    await page.in_state("ready")


async def test_nobody_acts_on_what_is_another_agents(centre: Centre) -> None:
    ann, bob = await centre.sit_down("ann", ready=True), await centre.sit_down("bob", ready=True)
    centre.pbx.phones["101"].behaviour = never_answers()
    caller = centre.rings()
    offer = (await offered(ann))["offer"]
    assert await bob.refused("accept", offer=offer) == ("gone", "accept")
    assert await bob.refused("reject", offer=offer) == ("gone", "reject")
    centre.pbx.phones["101"].answer()
    contact = (await ann.phase("talking"))["id"]
    for type, more in (
        ("hold", {}), ("hang_up", {}), ("digits", {"digits": "1"}), ("transfer", {"queue": "billing"}),
        ("notes", {"text": "x", "disposition": "solved"}), ("share_ask", {}), ("pointer", {"x": 0, "y": 0}),
    ):  # fmt: skip
        code, about = await bob.refused(type, contact=contact, **more)
        assert about == type and code in ("refused", "gone")
    assert caller.status is None and centre.state.contacts[contact].connection.agent == "ann"  # type: ignore[union-attr]
    found = await centre.noted(contact)
    assert not found.notes


async def test_a_result_that_the_queue_does_not_have_is_refused_and_the_notes_are_kept(centre: Centre) -> None:
    page = await centre.sit_down("ann", ready=True)
    centre.rings()
    contact = (await page.phase("talking"))["id"]
    assert await page.refused("notes", contact=contact, text="Hm.", disposition="magic") == ("refused", "notes")
    found = await centre.noted(contact)
    assert (found.notes, found.disposition) == ("Hm.", "")


async def test_the_seat_is_taken_and_the_desk_says_so(centre: Centre) -> None:
    await centre.engine.request(SignIn(AgentId("bob"), SeatId("101")))
    await centre.sign_in("ann")
    page = await centre.open_desk("ann")
    assert (await page.until("desk"))["state"] == "signed_out"
    assert (await page.until("error"))["about"] == "sign_in"
    assert centre.row("ann").status is AgentStatus.SIGNED_OUT
    assert await page.refused("ready") == ("refused", "ready")
