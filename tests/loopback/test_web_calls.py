"""Browsers on the loopback PBX: what is said on each line, in calls that go well and in those that do not."""

import pytest

from conformance.web_people import Browser, sdp
from conformance.web_rig import WebRig
from cordpair.acd.causes import Cause
from cordpair.acd.inputs import LegArrived, LegEnded, SeatChanged, Stamp
from cordpair.ids import BridgeId, ContactId, LegId
from cordpair.pbx import Capability, HasSipSwitch, OriginateRequest, Unsupported
from cordpair.testing.people import NEVER_ANSWERS, REJECTS
from cordpair_loopback.sip.sdp import crossed, inactive, later

STAMP = Stamp(cell="main", contact=ContactId("c-1"))
TALK = BridgeId("talk")


class Centre:
    def __init__(self) -> None:
        self.rig = WebRig()
        self.driver = self.rig.driver()
        self.inputs: list = []

    async def open(self):
        await self.driver.open(self.inputs.append)
        await self.rig.time.elapse(1)

    def seen(self, kind):
        return [each for each in self.inputs if isinstance(each, kind)]

    async def arrives(self, number="49301"):
        await self.rig.call("help", number)
        await self.rig.time.elapse(1)
        return self.seen(LegArrived)[-1].leg

    async def rings(self, leg="agent", seat="101", originator=None):
        request = OriginateRequest(leg=LegId(leg), endpoint=seat, timeout_ms=20_000, stamp=STAMP, originator=originator)
        await self.driver.originate(request)
        await self.rig.time.elapse(100)
        return LegId(leg)

    async def talk(self, number="49301", seat="101", bridge=TALK):
        caller = await self.arrives(number)
        agent = await self.rings(f"leg-{seat}", seat, caller)
        await self.driver.join(bridge, (caller, agent), STAMP)
        await self.rig.time.elapse(5)
        return caller, agent

    def hears(self, person):
        return self.rig.heard_by(person)


@pytest.fixture
async def centre():
    made = Centre()
    await made.open()
    yield made
    assert [refused for person in made.rig.people.values() for refused in person.refused] == []
    await made.driver.close()


async def test_the_door_is_believed(centre):
    await centre.arrives("49301")
    arrived = centre.seen(LegArrived)[0]
    assert (arrived.context_id, arrived.endpoint, arrived.context) == ("ctx-49301", "cordpair-door", "cordpair-door")
    assert (arrived.dialled, arrived.caller.number) == ("help", "49301")
    assert isinstance(centre.driver, HasSipSwitch)


async def test_two_talk_and_each_was_described_to_the_other_once(centre):
    await centre.talk()
    assert (centre.hears("49301"), centre.hears("101")) == ({"101"}, {"49301"})
    caller, phone = centre.rig.callers["49301"], centre.rig.browsers["101"]
    assert caller.hears[caller.call] == sdp("101")  # as it was said, to the last byte
    assert list(phone.hears.values()) == [sdp("49301")]


async def test_without_a_caller_to_ring_for_the_phone_makes_the_offer(centre):
    caller = await centre.arrives()
    agent = await centre.rings()
    await centre.driver.join(TALK, (caller, agent), STAMP)
    await centre.rig.time.elapse(5)
    assert (centre.hears("49301"), centre.hears("101")) == ({"101"}, {"49301"})


async def test_hold_and_back(centre):
    caller, _agent = await centre.talk()
    await centre.driver.leave(TALK, (caller,))
    await centre.rig.time.elapse(5)
    assert (centre.hears("49301"), centre.hears("101")) == (set(), set())
    await centre.driver.join(TALK, (caller,), STAMP)
    await centre.rig.time.elapse(5)
    assert (centre.hears("49301"), centre.hears("101")) == ({"101"}, {"49301"})


async def test_a_transfer_to_another_agent(centre):
    caller, first = await centre.talk()
    second = await centre.rings("leg-102", "102", caller)
    await centre.driver.leave(TALK, (caller,))
    await centre.driver.join(BridgeId("other"), (caller, second), STAMP)
    await centre.driver.hang_up(first, Cause.NORMAL)
    await centre.rig.time.elapse(5)
    assert (centre.hears("49301"), centre.hears("102"), centre.hears("101")) == ({"102"}, {"49301"}, set())


async def test_partners_change_faster_than_they_can_be_told(centre):
    one, _first = await centre.talk("49301", "101", BridgeId("a"))
    two, _second = await centre.talk("49302", "102", BridgeId("b"))
    for _ in range(3):
        await centre.driver.leave(BridgeId("a"), (one,))
        await centre.driver.leave(BridgeId("b"), (two,))
        await centre.driver.join(BridgeId("b"), (one,), STAMP)
        await centre.driver.join(BridgeId("a"), (two,), STAMP)
        await centre.driver.leave(BridgeId("b"), (one,))
        await centre.driver.leave(BridgeId("a"), (two,))
        await centre.driver.join(BridgeId("a"), (one,), STAMP)
        await centre.driver.join(BridgeId("b"), (two,), STAMP)
    await centre.rig.time.elapse(50)
    heard = {person: set(centre.hears(person)) for person in ("49301", "49302", "101", "102")}
    assert heard == {"49301": {"101"}, "101": {"49301"}, "49302": {"102"}, "102": {"49302"}}


async def test_the_caller_is_gone(centre):
    caller, agent = await centre.talk()
    await centre.rig.caller_hangs_up("49301")
    await centre.rig.time.elapse(5)
    assert centre.seen(LegEnded)[0] == LegEnded(caller, Cause.NORMAL)
    assert centre.hears("101") == set()
    assert await alive(centre) == [agent]


async def test_the_agent_is_gone(centre):
    caller, agent = await centre.talk()
    await centre.rig.phone_hangs_up("101")
    await centre.rig.time.elapse(5)
    assert centre.seen(LegEnded)[0] == LegEnded(agent, Cause.NORMAL)
    assert await alive(centre) == [caller]
    second = await centre.rings("leg-102", "102", caller)
    await centre.driver.join(TALK, (caller, second), STAMP)
    await centre.rig.time.elapse(5)
    assert centre.hears("49301") == {"102"}


async def test_rejected_and_then_taken_by_another(centre):
    caller = await centre.arrives()
    await centre.rig.phone("101", REJECTS)
    await centre.rings("leg-101", "101", caller)
    assert centre.seen(LegEnded) == [LegEnded(LegId("leg-101"), Cause.REJECTED)]
    agent = await centre.rings("leg-102", "102", caller)
    await centre.driver.join(TALK, (caller, agent), STAMP)
    await centre.rig.time.elapse(5)
    assert centre.hears("49301") == {"102"}


async def test_a_phone_that_rings_out_and_one_that_is_stopped(centre):
    await centre.rig.phone("101", NEVER_ANSWERS)
    await centre.rings("a")
    await centre.rig.time.elapse(20_000)
    await centre.rings("b")
    await centre.driver.hang_up(LegId("b"), Cause.ANSWERED_ELSEWHERE)
    await centre.rig.time.elapse(5)
    ends = [(end.leg, end.cause) for end in centre.seen(LegEnded)]
    assert ends == [("a", Cause.NO_ANSWER), ("b", Cause.ANSWERED_ELSEWHERE)]
    assert centre.rig.browsers["101"].told_elsewhere


async def test_a_browser_that_will_not_have_the_others_session(centre):
    caller, agent = await centre.talk()
    await centre.driver.leave(TALK, (caller,))
    await centre.rig.time.elapse(5)
    phone = centre.rig.browsers["101"]
    phone._again = lambda told, body: phone.reply(told, 488)
    await centre.driver.join(TALK, (caller,), STAMP)
    await centre.rig.time.elapse(50)
    assert [end.leg for end in centre.seen(LegEnded)] == [agent]
    assert await alive(centre) == [caller]


async def test_a_browser_that_says_nothing_more(centre):
    caller, agent = await centre.talk()
    phone = centre.rig.browsers["101"]
    phone.asked = lambda told: None
    await centre.driver.leave(TALK, (caller,))
    await centre.rig.time.elapse(10_100)
    assert centre.seen(LegEnded) == [LegEnded(agent, Cause.LOST)]


async def test_a_line_that_is_gone(centre):
    _caller, agent = await centre.talk()
    waiting = await centre.arrives("49302")
    centre.rig.browsers["101"].line.close()
    centre.rig.callers["49302"].line.close()
    await centre.rig.time.elapse(100)
    assert [end.leg for end in centre.seen(LegEnded)] == [waiting]
    assert [(seat.endpoint, seat.status) for seat in centre.seen(SeatChanged)][-1] == ("101", "unreachable")
    await centre.rig.time.elapse(10_000)
    assert [end.leg for end in centre.seen(LegEnded)] == [waiting, agent]


async def test_the_phone_follows_the_user(centre):
    """A later registration takes the earlier one's place."""
    first = centre.rig.browsers["101"]
    second = centre.rig.browsers["101"] = centre.rig._sits("101")
    await centre.rig.time.elapse(5)
    first.line.close()
    await centre.rig.time.elapse(5)
    await centre.rings()
    assert (first.rung, second.rung) == (0, 1)


async def test_a_key_pressed_in_the_browser(centre):
    await centre.talk()
    caller = centre.rig.callers["49301"]
    known = caller._calls[caller.call]
    info = [("Via", "SIP/2.0/WS b.invalid;branch=z9hG4bKi"), ("Max-Forwards", "70"), ("From", known["local"])]
    info += [("To", known["remote"]), ("Call-ID", caller.call), ("CSeq", "5 INFO")]
    text = "\r\n".join([f"INFO {known['target']} SIP/2.0", *(f"{name}: {value}" for name, value in info)])
    body = "Signal=7\r\nDuration=100"
    text += f"\r\nContent-Type: application/dtmf-relay\r\nContent-Length: {len(body)}\r\n\r\n{body}"
    verdict = caller.door.from_browser(text.encode())
    caller.line.say(verdict.forward)
    await centre.rig.time.elapse(5)
    assert [getattr(each, "digit", "") for each in centre.inputs if type(each).__name__ == "Digit"] == ["7"]


async def test_what_has_no_media_says_so(centre):
    caller, _ = await centre.talk()
    can = centre.driver.capabilities(caller)
    assert not can & {Capability.MUSIC, Capability.PROMPTS, Capability.RECORD, Capability.SPY, Capability.CONFERENCE}
    with pytest.raises(Unsupported, match="no music"):
        await centre.driver.music(caller, "default")


async def test_a_stranger_cannot_register(centre):
    """The registrar knows the seats that there are."""
    stranger = centre.rig.browsers["199"] = centre.rig._sits("199")
    await centre.rig.time.elapse(5)
    assert "199" not in centre.rig.pbx.phones
    assert isinstance(stranger, Browser)


async def test_the_pbx_starts_again(centre):
    await centre.talk()
    centre.rig.pbx.restart()
    await centre.rig.time.elapse(5)
    assert not centre.rig.pbx.switch.legs
    assert not centre.rig.pbx.phones["101"].registered


async def alive(centre) -> list[LegId]:
    return [leg.leg for leg in (await centre.driver.snapshot()).legs]


def test_descriptions_are_changed_in_nothing_else():
    offer = sdp("ann")
    assert inactive(offer) == offer.replace("sendrecv", "inactive")
    assert inactive(inactive(offer)) == inactive(offer)
    assert later(offer, 3) == offer.replace("o=- 1 1 IN", "o=- 1 4 IN")
    assert crossed(offer, active=True) == offer.replace("actpass", "active")
