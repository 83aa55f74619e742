"""On hold: the customer hears music and nobody, the agent's leg stays; whatever happens to either meanwhile."""

import pytest

from acd.centre import NODE, agent, centre, queue
from acd.floor import Floor
from acd.web_floor import call as web_call
from acd.web_floor import floor_with as web_floor
from acd.web_floor import press
from cordpair.acd import commands as cmd
from cordpair.acd import events as ev
from cordpair.acd import inputs as inp
from cordpair.acd.causes import Cause, Failure
from cordpair.acd.inputs import BridgeSeen, LegSeen
from cordpair.ids import AgentId, BridgeId, ContactId, LegId

ANN, BOB = AgentId("ann"), AgentId("bob")


def talking(**options: object) -> tuple[Floor, ContactId]:
    agents = (agent("ann", {}, ("q", "chat"), capacity={"voice": 1, "chat": 1}), agent("bob", {}, ("q",)))
    queues = (queue("q", music="jazz", **options), queue("chat", medium="chat"))
    floor = Floor(centre(queues, agents), ["ann"])
    contact = floor.call("q")
    floor.answers("ann")
    return floor, contact


def held(**options: object) -> tuple[Floor, ContactId]:
    floor, contact = talking(**options)
    assert floor.receive(inp.Hold(contact, ANN)).refusal is None
    floor.receive(inp.Left(floor.leg(contact), bridge(floor, contact)))
    return floor, contact


def bridge(floor: Floor, contact: str) -> BridgeId:
    found = floor.contact(contact).bridge
    assert found is not None
    return found


def is_held(floor: Floor, contact: str) -> bool:
    connection = floor.contact(contact).connection
    assert connection is not None
    return connection.held


def joins(floor: Floor) -> int:
    return len(floor.sent(cmd.Join))


def failed(floor: Floor, contact: str, command: str, failure: Failure = Failure.REFUSED) -> None:
    leg = floor.leg(contact) if command in ("Leave", "Music") else None
    bridge_ = bridge(floor, contact) if command in ("Leave", "Join") else None
    floor.receive(inp.CommandFailed(command, NODE, failure, leg=leg, bridge=bridge_))


def test_the_commands_of_a_hold_in_their_order():
    """As the conformance suite proves them by tone: leave, then music; joining again stops the music."""
    floor, contact = talking()
    before = len(floor.commands)
    floor.receive(inp.Hold(contact, ANN))
    leg, where = floor.leg(contact), bridge(floor, contact)
    assert floor.commands[before:] == [cmd.Leave(NODE, where, (leg,)), cmd.Music(NODE, leg, "jazz")]
    assert is_held(floor, contact) and floor.partner(contact) == "ann" and floor.slots("ann")[1] == "connected"
    floor.receive(inp.Left(leg, where))
    before = len(floor.commands)
    floor.receive(inp.Hold(contact, ANN, on=False))
    (join,) = floor.commands[before:]
    assert isinstance(join, cmd.Join) and (join.bridge, join.legs) == (where, (leg, floor.phone("ann")))
    assert not is_held(floor, contact)


@pytest.mark.parametrize("on", [True, False])
def test_twice_is_once(on):
    floor, contact = held() if on else talking()
    assert floor.receive(inp.Hold(contact, ANN, on)).events == []
    assert is_held(floor, contact) is on


def test_who_does_not_talk_holds_nobody():
    floor, contact = talking()
    assert "does not talk" in (floor.receive(inp.Hold(contact, BOB)).refusal or "")
    assert floor.receive(inp.Hold(ContactId("t-c9"), ANN)).refusal
    waiting = floor.call("q")
    floor.ready("bob")
    floor.picks_up("bob")  # not joined yet
    assert floor.receive(inp.Hold(waiting, BOB)).refusal and floor.contact(waiting).connection is None


def test_a_task_is_not_held():
    floor, contact = talking()
    floor.hangs_up("ann")
    floor.receive(inp.TaskArrived("mail", floor.acd.state.configuration.queues[1].queue, "chat", floor.now))
    floor.receive(inp.AcceptOffer(floor.offer("ann").offer))
    task = next(iter(floor.acd.state.contacts))
    assert task != contact
    assert "not a call" in (floor.receive(inp.Hold(task, ANN)).refusal or "")


# ---------------------------------------------------------------- the ends


@pytest.mark.parametrize("cause", [Cause.NORMAL, Cause.LOST])
def test_who_hangs_up_on_hold_has_hung_up(cause):
    floor, contact = held(wrap_up_ms=5_000)
    floor.abandon(contact, cause)
    assert floor.ends() == ["caller_hung_up"] and floor.slots("ann")[1] == "wrap_up" and floor.is_home()


def test_the_agent_who_hangs_up_ends_it():
    floor, _ = held()
    floor.hangs_up("ann")
    assert floor.ends() == ["agent_hung_up"] and floor.is_home()


def test_the_agents_leg_is_lost_on_hold():
    """The customer, who hears music, waits again in the old place."""
    floor, contact = held(max_length=1)
    enqueued_at = floor.all(ev.VisitBegan)[0].enqueued_at
    floor.wait(7_000)
    before = len(floor.commands)
    floor.hangs_up("ann", Cause.LOST)
    assert floor.visit(contact).enqueued_at == enqueued_at and floor.contact(contact).connection is None
    assert not [each for each in floor.commands[before:] if isinstance(each, cmd.Leave)]  # has left already
    assert isinstance(floor.commands[-1], cmd.Music)
    floor.ready("bob")
    assert floor.answers("bob") == contact and not is_held(floor, contact)


# ---------------------------------------------------------------- the link


def on_hold_seen(floor: Floor, contact: str, *, inside: bool) -> Floor:
    """The link comes back, and the PBX shows the customer inside the bridge or not."""
    where = bridge(floor, contact)
    legs = (
        LegSeen(floor.leg(contact), True, bridge=where if inside else None, stamp=inp.Stamp("main")),
        LegSeen(floor.phone("ann"), True, bridge=where, stamp=inp.Stamp("main")),
    )
    floor.link(legs, bridges=(BridgeSeen(where, stamp=inp.Stamp("main")),))
    return floor


@pytest.mark.parametrize("inside", [False, True])
def test_after_a_gap_they_stay_on_hold(inside):
    """Nobody is repaired into the bridge; a hold that the PBX was not told of is told again."""
    floor, contact = held()
    floor.cut()
    before, joined = len(floor.commands), joins(floor)
    on_hold_seen(floor, contact, inside=inside)
    assert joins(floor) == joined and is_held(floor, contact)
    leg, where = floor.leg(contact), bridge(floor, contact)
    leave = [cmd.Leave(NODE, where, (leg,))] if inside else []
    assert floor.commands[before:] == [*leave, cmd.Music(NODE, leg, "jazz")]
    floor.wait(1_000)
    floor.receive(inp.Hold(contact, ANN, on=False))
    assert joins(floor) == joined + 1


def test_resumed_in_the_gap_they_are_joined_after_it():
    floor, contact = held()
    floor.cut()
    floor.receive(inp.Hold(contact, ANN, on=False))
    failed(floor, contact, "Join", Failure.LINK_LOST)
    assert not is_held(floor, contact)
    joined = joins(floor)
    on_hold_seen(floor, contact, inside=False)
    assert joins(floor) == joined + 1 and not is_held(floor, contact)


def test_an_agent_who_went_in_the_gap():
    floor, contact = held()
    floor.cut()
    floor.link((LegSeen(floor.leg(contact), True, stamp=inp.Stamp("main")),))
    assert floor.visit(contact).queue == "q" and floor.contact(contact).connection is None


# ---------------------------------------------------------------- what the PBX does not do


def test_a_pbx_that_does_not_let_go_is_believed():
    """Nobody must think that the customer cannot hear them."""
    floor, contact = talking()
    floor.receive(inp.Hold(contact, ANN))
    failed(floor, contact, "Leave")
    assert not is_held(floor, contact) and floor.last(ev.ContactResumed).by == "failed"


@pytest.mark.parametrize("failure", [Failure.GONE, Failure.REFUSED])
def test_a_leave_that_fails_after_all_ends_nobody(failure):
    floor, contact = held()
    failed(floor, contact, "Leave", failure)
    floor.wait(10_000)
    assert is_held(floor, contact)


@pytest.mark.parametrize("failure", [Failure.REFUSED, Failure.TIMED_OUT])
def test_who_is_not_taken_back_stays_on_hold(failure):
    floor, contact = held()
    floor.receive(inp.Hold(contact, ANN, on=False))
    failed(floor, contact, "Join", failure)
    assert is_held(floor, contact) and floor.last(ev.ContactHeld).by == "failed"
    assert isinstance(floor.commands[-1], cmd.Music)
    floor.receive(inp.Hold(contact, ANN, on=False))
    floor.receive(inp.Joined(floor.leg(contact), bridge(floor, contact)))
    failed(floor, contact, "Join", failure)  # of another time: they are together
    assert not is_held(floor, contact)


@pytest.mark.parametrize("failure", [Failure.UNSUPPORTED, Failure.REFUSED, Failure.TIMED_OUT])
def test_a_leg_that_can_have_no_music_is_held_in_silence(failure):
    floor = web_floor("ann")
    contact = press(floor)
    web_call(floor)
    floor.answers("ann")
    floor.receive(inp.Hold(contact, ANN))
    failed(floor, contact, "Music", failure)
    floor.wait(60_000)
    assert is_held(floor, contact)
    floor.receive(inp.Hold(contact, ANN, on=False))
    assert joins(floor) == 2


def test_hold_and_resume_faster_than_the_pbx():
    """What is seen of the first comes while the second is decided already."""
    floor, contact = talking()
    leg, where = floor.leg(contact), bridge(floor, contact)
    for on in (True, False, True):
        floor.receive(inp.Hold(contact, ANN, on))
    for seen in (inp.Left(leg, where), inp.Joined(leg, where), inp.Left(leg, where)):
        floor.receive(seen)
    assert is_held(floor, contact) and floor.acd.state.legs[LegId(leg)].bridge is None


def test_a_recovered_engine_knows_who_is_on_hold():
    floor, contact = held()
    floor.acd = floor.rebuilt()
    joined = joins(floor)
    floor.cut()
    on_hold_seen(floor, contact, inside=False)
    assert is_held(floor, contact) and joins(floor) == joined
