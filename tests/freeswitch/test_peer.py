"""Another switch of the same centre rings our agents' phones, and nothing else."""

import pytest
import pytest_asyncio

from lab.freeswitch import FreeSwitchLab
from lab.freeswitch_files import PEER_ADDRESS
from lab.sipp import Plan
from lab.strangers import Stranger

pytestmark = [pytest.mark.freeswitch, pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(60)]


@pytest_asyncio.fixture(loop_scope="module")
async def phone(lab, stranger):
    await lab.sipp.register([lab.agents[0]], stranger.port)
    return stranger


@pytest_asyncio.fixture(loop_scope="module")
async def switch():
    party = await Stranger.open(PEER_ADDRESS)
    yield party
    party.close()


def call(lab, dialled="101", **ways):
    plan = Plan(dialled, "0301234", **ways)
    return lab.sipp.callers([plan], address=PEER_ADDRESS, to_port=lab.trunk_port, headers={"X-Context-Id": "ctx-7"})


async def test_caller_context_and_ringing_pass(lab, events, phone):
    crowd = await call(lab, cancel_after=1)
    invite = await phone.next("INVITE")
    assert "\nX-Context-Id: ctx-7\r" in invite[0]
    assert "<sip:0301234@" in invite[0]
    phone.answer(invite, "180 Ringing")
    cancel = await phone.next("CANCEL")
    assert "cause=200" not in cancel[0]
    phone.answer(cancel, "200 OK")
    phone.answer(invite, "487 Request Terminated")
    done = (await crowd.wait(5)).calls[0]
    assert (done.ending, done.ringing is not None) == ("cancelled", True)
    assert await events.silent("CHANNEL_PARK", 0.1)  # it is not ours to queue


async def test_an_answer_passes(lab, events):
    phones = await lab.sipp.phones([lab.agents[1]])
    crowd = await call(lab, "102", hang_up_after=0.3)
    assert (await crowd.wait(5)).calls[0].ending == "near-bye"
    assert (await phones.until("ended", 1, 5)).calls[0].ending == "far-bye"


@pytest.mark.parametrize(
    ("status", "seen"),
    [
        ("486 Busy Here", 486),
        ("603 Decline", 603),
        ("480 Temporarily Unavailable", 480),
        ("404 Not Found", 404),
        ("302 Moved Temporarily", 603),
    ],
)
async def test_refusals_pass(lab, phone, status, seen):
    elsewhere = await Stranger.open()
    crowd = await call(lab)
    phone.answer(await phone.next("INVITE"), status, f"Contact: <sip:1@127.0.0.1:{elsewhere.port}>")
    done = (await crowd.wait(5)).calls[0]
    assert (done.ending, done.status) == ("refused", seen)
    assert await elsewhere.hears_nothing(0.2)
    elsewhere.close()


async def test_answered_elsewhere_passes(lab, phone, switch):
    uri, call_id = "sip:101@127.0.0.1", "elsewhere"
    sdp = "v=0\r\no=- 1 1 IN IP4 127.0.0.3\r\ns=-\r\nc=IN IP4 127.0.0.3\r\nt=0 0\r\nm=audio 40000 RTP/AVP 8\r\n"
    switch.send(lab.trunk_port, "INVITE", uri, "Content-Type: application/sdp", call_id=call_id, body=sdp)
    invite = await phone.next("INVITE")
    phone.answer(invite, "180 Ringing")
    await switch.next("SIP/2.0 180")
    reason = 'Reason: SIP;cause=200;text="Call completed elsewhere"'
    switch.send(lab.trunk_port, "CANCEL", uri, reason, call_id=call_id)
    cancel = await phone.next("CANCEL")
    assert 'Reason: SIP;cause=200;text="Call completed elsewhere"' in cancel[0]
    phone.answer(cancel, "200 OK")
    phone.answer(invite, "487 Request Terminated")


@pytest.mark.parametrize(("dialled", "status"), [("104", 480), ("5000", 480), ("*72", 404), ("101%40192.0.2.1", 404)])
async def test_nothing_else_is_open(lab, events, dialled, status):
    """104 has no phone, 5000 is a queue's number."""
    done = (await (await call(lab, dialled)).wait(5)).calls[0]
    assert (done.ending, done.status) == ("refused", status)
    assert await events.silent("CHANNEL_PARK", 0.1)


async def test_a_gateway_reaches_the_other_switch(switch):
    """The way out to it, as README.md has it: the caller's number and the context go with the call."""
    gateway = f"""
    <gateway name="cordpair-munich">
      <param name="proxy" value="{PEER_ADDRESS}:{switch.port}"/>
      <param name="register" value="false"/>
      <param name="caller-id-in-from" value="true"/>
    </gateway>"""
    async with FreeSwitchLab(agents=0, extra={"gateways": gateway}) as lab:
        variables = "origination_caller_id_number=0301234,sip_h_X-Context-Id=ctx-7,origination_uuid=far-leg"
        where = "sofia/gateway/cordpair-munich/101"
        await lab.api(f"sched_api +0 none originate {{{variables}}}{where} &park()&")
        invite = await switch.next("INVITE")
        switch.answer(invite, "486 Busy Here")
        assert invite[0].startswith(f"INVITE sip:101@{PEER_ADDRESS}:{switch.port} ")
        assert "<sip:0301234@" in invite[0]
        assert "\nX-Context-Id: ctx-7\r" in invite[0]
        assert f":{lab.trunk_port}" in invite[0].splitlines()[1]  # it comes from the address that the other one knows
        assert not [line for line in lab.log_tail(1000).splitlines() if "ERR" in line]
