"""Agents' phones: who is there, who is not any more, and how soon FreeSWITCH says so."""

import asyncio
import os
import signal

import pytest

from lab.strangers import Stranger

pytestmark = [pytest.mark.freeswitch, pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(60)]

SOON = 8.0  # a question a second, two seconds for the answer, on a machine that is busy


async def state_of(events, number, deadline=SOON):
    """The next thing FreeSWITCH says of a phone's being there."""
    event = await events.event(
        lambda event: event.get("Event-Subclass") == "sofia::sip_user_state" and event["from-user"] == number, deadline
    )
    return event["Ping-Status"]


async def said(events, subclass, number):
    return await events.event(
        lambda event: event.get("Event-Subclass") == subclass and event["from-user"] == number, SOON
    )


async def until(lab, number, state):
    """What FreeSWITCH lists comes a moment after what it says."""
    async with asyncio.timeout(SOON):
        while await lab.seat_state(number) != state:
            await asyncio.sleep(0.02)  # sleep: the list has no event of its own


async def test_phones_come_and_go(lab, events):
    agent = lab.agents[0]
    phones = await lab.sipp.phones([agent])
    event = await said(events, "sofia::register", agent.number)
    assert (event["username"], event["from-host"], event["profile-name"]) == (
        agent.number,
        "cordpair",
        "cordpair-phones",
    )
    assert await lab.seat_state(agent.number) == "Reachable"
    assert await lab.api("sofia_contact", f"*/{agent.number}@cordpair") == (
        f"sofia/cordpair-phones/sip:{agent.number}@127.0.0.1:{phones.port}"
    )
    await lab.sipp.unregister([agent], phones.port)
    event = await said(events, "sofia::unregister", agent.number)
    assert event["username"] == agent.number
    assert await lab.seat_state(agent.number) == "Unregistered"
    assert await lab.api("sofia_contact", f"*/{agent.number}@cordpair") == "error/user_not_registered"


async def test_a_new_phone_replaces_the_old_one(lab, events):
    agent = lab.agents[0]
    await lab.sipp.phones([agent])
    second = await lab.sipp.phones([agent])
    contact = await lab.api("sofia_contact", f"*/{agent.number}@cordpair")
    assert contact.endswith(f":{second.port}")
    assert "," not in contact


async def test_a_phone_without_a_network_is_noticed(lab, events):
    """Its port is there and nobody answers: what a phone behind a dead router looks like."""
    agent = lab.agents[1]
    phones = await lab.sipp.phones([agent])
    os.kill(phones.process.pid, signal.SIGSTOP)
    assert await state_of(events, agent.number) == "UNREACHABLE"
    await until(lab, agent.number, "Unreachable")
    # It stays registered: sofia_contact alone does not tell.
    assert (await lab.api("sofia_contact", f"*/{agent.number}@cordpair")).startswith("sofia/")
    os.kill(phones.process.pid, signal.SIGCONT)
    assert await state_of(events, agent.number) == "REACHABLE"
    await until(lab, agent.number, "Reachable")


async def test_a_phone_without_power_is_noticed_and_comes_back_by_registering(lab, events):
    agent = lab.agents[2]
    phones = await lab.sipp.phones([agent])
    await said(events, "sofia::register", agent.number)
    await phones.stop(grace=0)
    assert await state_of(events, agent.number) == "UNREACHABLE"
    await lab.sipp.phones([agent])
    await said(events, "sofia::register", agent.number)
    assert await lab.seat_state(agent.number) == "Reachable"


async def test_a_registration_that_is_not_renewed_ends(lab, events, stranger):
    agent = lab.agents[3]
    await lab.sipp.register([agent], stranger.port, expires=1)
    event = await events.event(
        lambda event: event.get("Event-Subclass") == "sofia::expire" and event["user"] == agent.number, 15
    )
    assert event["host"] == "cordpair"
    await until(lab, agent.number, "Unregistered")


async def test_the_phone_shows_the_caller_and_the_context(lab):
    agent = lab.agents[0]
    phones = await lab.sipp.phones([agent], refuse=486)
    variables = "{origination_caller_id_number=0301234,sip_h_X-Context-Id=ctx-7}"
    with pytest.raises(Exception, match="USER_BUSY"):
        await lab.api("originate", f"{variables}user/{agent.number}@cordpair", "&park()")
    call = (await phones.until("ended", 1, 5)).calls[0]
    assert "context=ctx-7" in call.more
    assert "<sip:0301234@" in call.more


async def ring(lab, agent, leg):
    """A phone is rung in the background, as the engine does it."""
    await lab.api(
        "sched_api", "+0", "none", "originate", f"{{origination_uuid={leg}}}user/{agent.number}@cordpair &park()&"
    )


async def test_a_phone_cannot_send_a_call_elsewhere(lab, events, stranger):
    agent = lab.agents[0]
    elsewhere = await Stranger.open()
    await lab.sipp.register([agent], stranger.port)
    await ring(lab, agent, "moved-leg")
    invite = await stranger.next("INVITE")
    stranger.answer(invite, "302 Moved Temporarily", f"Contact: <sip:1@127.0.0.1:{elsewhere.port}>")
    event = await events.event("CHANNEL_HANGUP_COMPLETE")
    assert event["Hangup-Cause"] == "REQUESTED_CHAN_UNAVAIL"
    assert await elsewhere.hears_nothing(0.5)
    elsewhere.close()


@pytest.mark.parametrize(("cause", "told"), [("LOSE_RACE", True), ("ORIGINATOR_CANCEL", False)])
async def test_answered_elsewhere_is_told(lab, stranger, cause, told):
    agent = lab.agents[0]
    await lab.sipp.register([agent], stranger.port)
    await ring(lab, agent, "lost-leg")
    invite = await stranger.next("INVITE")
    stranger.answer(invite, "180 Ringing")
    await lab.api("uuid_kill", "lost-leg", cause)
    cancel = await stranger.next("CANCEL")
    assert ('cause=200;text="Call completed elsewhere"' in cancel[0]) is told
    stranger.answer(cancel, "200 OK")
    stranger.answer(invite, "487 Request Terminated")
