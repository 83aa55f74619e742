"""A call's way through the centre, and everybody who can leave it at any point."""

import pytest

from acd.centre import NODE, agent, centre, queue
from acd.floor import Floor
from cordpair.acd import commands as cmd
from cordpair.acd import events as ev
from cordpair.acd import inputs as inp
from cordpair.acd.causes import Cause, Failure, SeatStatus
from cordpair.acd.configuration import Service, Step
from cordpair.ids import BridgeId, ContactId, LegId, NodeId, PlayId, QueueId, RecordingId, ServiceId


def floor_with(*ready: str, **options: object) -> Floor:
    agents = (agent("ann", {"german": 5}, ("q",)), agent("bob", {}, ("q",)))
    return Floor(centre((queue("q", wrap_up_ms=5_000, **options),), agents), ready)


def test_the_commands_of_a_call_in_their_order():
    floor = floor_with("ann")
    contact = floor.call("q", context_id="web-7")
    floor.answers("ann")
    floor.hangs_up("ann")
    stamp, answer, music, originate, join, hang_up, release = floor.commands
    caller = floor.sent(cmd.StampLeg)[0].leg
    assert isinstance(stamp, cmd.StampLeg) and stamp.stamp == inp.Stamp("main", contact=contact, role="caller")
    assert isinstance(answer, cmd.Answer) and answer.leg == caller
    assert isinstance(music, cmd.Music) and music.leg == caller
    assert isinstance(originate, cmd.Originate)
    assert (originate.endpoint, originate.originator, originate.context_id) == ("phone-ann", caller, "web-7")
    assert originate.stamp.role == "agent" and originate.stamp.offer and originate.stamp.visit
    assert originate.timeout_ms > 30_000  # ours ends it first
    assert isinstance(join, cmd.Join) and join.legs == (caller, originate.leg) and join.stamp.bridge == join.bridge
    assert isinstance(hang_up, cmd.HangUp) and (hang_up.leg, hang_up.cause) == (caller, Cause.NORMAL)
    assert isinstance(release, cmd.Release) and release.bridge == join.bridge
    assert floor.is_home()


def test_ids_are_made_of_the_journal_and_a_number():
    """A repeated command meets what is there already, because the id is the same."""
    floor = floor_with("ann")
    floor.call("q")
    offer = floor.offer("ann")
    assert (offer.offer, offer.leg, floor.picks_up("ann")) == ("t-o1", "t-o1-a", "t-o1-b")


def test_connected_is_when_both_were_seen_in_the_bridge():
    floor = floor_with("ann")
    contact, phone = floor.call("q"), floor.phone("ann")
    bridge = floor.picks_up("ann")
    floor.receive(inp.Joined(phone, bridge))
    floor.receive(inp.Joined(phone, bridge))
    floor.receive(inp.Joined(floor.leg(contact), BridgeId("another")))
    assert floor.slots("ann") == ["offered"] and floor.contact(contact).connection is None
    floor.receive(inp.Joined(floor.leg(contact), bridge))
    assert floor.slots("ann") == ["connected"] and floor.outcomes("q") == {"connected": 1}


def test_who_left_the_bridge_again_is_not_in_it():
    floor = floor_with("ann")
    contact, phone = floor.call("q"), floor.phone("ann")
    bridge = floor.picks_up("ann")
    floor.receive(inp.Joined(phone, bridge))
    floor.receive(inp.Left(phone, bridge))
    floor.receive(inp.Joined(floor.leg(contact), bridge))
    assert floor.slots("ann") == ["offered"]


# ---------------------------------------------------------------- the caller hangs up


STAGES = ["waiting", "alerting", "ringing", "picked_up", "agent_joined", "caller_joined"]


def reach(stage: str, *ready: str) -> tuple[Floor, str]:
    floor = floor_with(*(ready or (() if stage == "waiting" else ("ann",))))
    contact = floor.call("q")
    steps = STAGES.index(stage)
    if steps >= 2:
        floor.rings("ann")
    if steps >= 3:
        bridge = floor.picks_up("ann")
    if stage == "agent_joined":
        floor.receive(inp.Joined(floor.phone("ann"), bridge))
    if stage == "caller_joined":
        floor.receive(inp.Joined(floor.leg(contact), bridge))
    return floor, contact


@pytest.mark.parametrize("stage", STAGES)
def test_a_caller_who_hangs_up_before_the_conversation_abandoned_once(stage):
    floor, contact = reach(stage)
    idle = floor.agent("ann").idle_since
    floor.wait(700)
    floor.abandon(contact)
    assert floor.outcomes("q") == {"abandoned": 1} and floor.ends() == ["caller_hung_up"]
    assert floor.last(ev.VisitEnded).waited_ms == 700
    assert floor.is_home(), "no leg and no bridge is left"
    row = floor.agent("ann")
    assert (row.failures, row.not_before, row.idle_since, row.calls) == (0, None, idle, 0)
    assert floor.slots("ann") == ["free"]
    if stage != "waiting":
        assert floor.alerted(floor.call("q")) == ["ann"]  # ready again: no wrap-up, no miss


def test_the_agent_answers_a_moment_after_the_caller_hung_up():
    """As freeswitch#2529: a zombie call, or dead air."""
    floor, contact = reach("ringing")
    floor.held.add(cmd.HangUp)
    phone = floor.phone("ann")
    floor.abandon(contact)
    answered = floor.receive(inp.LegAnswered(phone))
    assert answered.events == []
    assert [command.leg for command in floor.sent(cmd.HangUp)] == [phone]
    floor.receive(inp.LegEnded(phone, Cause.NORMAL))
    assert floor.is_home() and floor.slots("ann") == ["free"]
    assert floor.outcomes("q") == {"abandoned": 1}


def test_no_next_call_while_the_last_leg_still_lives_on_the_phone():
    floor, contact = reach("ringing")
    floor.held.add(cmd.HangUp)
    phone = floor.phone("ann")
    floor.abandon(contact)
    second = floor.call("q")
    assert floor.alerted() == []  # the phone would be busy
    floor.receive(inp.LegEnded(phone, Cause.NORMAL))
    assert floor.alerted(second) == ["ann"]


def test_a_joined_report_after_the_caller_hung_up_connects_nobody():
    floor, contact = reach("agent_joined")
    leg, bridge = floor.leg(contact), floor.contact(contact).bridge
    floor.abandon(contact)
    assert bridge is not None and floor.receive(inp.Joined(leg, bridge)).events == []


# ---------------------------------------------------------------- the join does not come about


def test_a_join_that_takes_too_long_is_given_up_and_the_caller_waits_on():
    floor, contact = reach("agent_joined", "ann", "bob")
    phone, enqueued = floor.phone("ann"), floor.visit(contact).enqueued_at
    floor.wait(4_999)
    assert floor.alerted(contact) == ["ann"]
    floor.wait(1)
    assert floor.alerted(contact) == ["bob"]
    assert floor.all(ev.OfferEnded)[0].outcome.value == "failed" and floor.agent("ann").failures == 0
    assert floor.sent(cmd.HangUp)[-1].leg == phone and len(floor.sent(cmd.Release)) == 1
    assert isinstance(floor.sent(cmd.Music)[-1], cmd.Music) and len(floor.sent(cmd.Music)) == 2
    assert floor.visit(contact).enqueued_at == enqueued and floor.outcomes("q") == {}


@pytest.mark.parametrize("failure", [Failure.REFUSED, Failure.TIMED_OUT])
def test_a_refused_join_is_given_up_at_once(failure):
    floor, contact = reach("picked_up", "ann", "bob")
    bridge = floor.contact(contact).bridge
    floor.receive(inp.CommandFailed("Join", NODE, failure, bridge=bridge))
    assert floor.alerted(contact) == ["bob"] and floor.acd.state.bridges == {}


def test_a_join_refused_because_somebody_is_gone_waits_for_who_it_was():
    floor, contact = reach("picked_up")
    floor.receive(inp.CommandFailed("Join", NODE, Failure.GONE, bridge=floor.contact(contact).bridge))
    assert floor.slots("ann") == ["offered"]
    floor.abandon(contact)
    assert floor.outcomes("q") == {"abandoned": 1} and floor.agent("ann").failures == 0


def test_a_refused_join_of_an_earlier_offer_changes_nothing():
    floor, contact = reach("picked_up", "ann", "bob")
    old = floor.contact(contact).bridge
    floor.wait(5_000)
    floor.picks_up("bob")
    assert floor.receive(inp.CommandFailed("Join", NODE, Failure.REFUSED, bridge=old)).events == []


@pytest.mark.parametrize("cause", [Cause.NORMAL, Cause.LOST, Cause.REJECTED])
def test_an_agent_who_drops_while_being_joined_leaves_the_caller_in_line(cause):
    floor, contact = reach("picked_up", "ann", "bob")
    floor.hangs_up("ann", cause)
    assert floor.alerted(contact) == ["bob"] and floor.outcomes("q") == {}
    assert floor.visit(contact).excluded == ("ann",)


# ---------------------------------------------------------------- the end of a conversation


def talking(**options: object) -> tuple[Floor, str]:
    floor = floor_with("ann", **options)
    contact = floor.call("q")
    floor.wait(3_000)
    floor.answers("ann")
    floor.wait(10_000)
    return floor, contact


def test_the_agents_hang_up_ends_the_contact():
    floor, _ = talking()
    floor.hangs_up("ann")
    assert floor.ends() == ["agent_hung_up"] and floor.is_home()
    assert floor.last(ev.ConnectionEnded).by == "agent" and floor.slots("ann") == ["wrap_up"]


@pytest.mark.parametrize("cause", [Cause.LOST, Cause.UNKNOWN])
def test_a_lost_agents_leg_leaves_the_caller_a_new_visit_at_the_old_place(cause):
    floor, contact = talking(head_start_ms=7_000)
    enqueued = floor.contact(contact).arrived_at
    other = floor.call("q")
    floor.hangs_up("ann", cause)
    visit = floor.visit(contact)
    assert (visit.enqueued_at, visit.head_start_ms, visit.began_at) == (enqueued, 7_000, floor.now)
    assert floor.last(ev.ConnectionEnded).by == "lost" and len(floor.sent(cmd.Release)) == 1
    floor.ready("bob")
    assert floor.alerted(contact) == ["bob"] and floor.alerted(other) == []
    floor.answers("bob")
    assert floor.outcomes("q") == {"connected": 2}


def test_a_lost_agents_leg_does_not_lose_the_requirement_nor_the_door():
    steps = (Step(0, {"german": 5}),)
    services = (Service(ServiceId("s"), QueueId("q"), ("s",), steps=steps, head_start_ms=3_000),)
    agents = (agent("ann", {"german": 5}, ("q",)), agent("bob", {}, ("q",)))
    floor = Floor(centre((queue("q", max_length=1),), agents, services=services), ["ann"])
    contact = floor.call("s")
    floor.answers("ann")
    floor.call("s")  # the queue is full
    floor.hangs_up("ann", Cause.LOST)
    assert floor.visit(contact).levels == {"german": 5} and floor.visit(contact).head_start_ms == 3_000
    floor.ready("bob")
    assert floor.alerted() == []  # bob speaks no German, and the phone that died is not rung at once
    floor.wait(10_000)
    assert floor.alerted() == ["ann"]


def test_a_call_is_ended_through_the_interface():
    floor, contact = talking()
    floor.receive(inp.EndContact(ContactId(contact)))
    assert floor.is_home() and floor.ends() == ["system"] and floor.last(ev.ConnectionEnded).by == "system"
    assert floor.outcomes("q") == {"connected": 1}


def test_calls_and_talk_are_counted_when_they_end():
    floor, contact = talking()
    assert (floor.agent("ann").calls, floor.agent("ann").talk_ms) == (1, 0)
    floor.abandon(contact)
    assert (floor.agent("ann").calls, floor.agent("ann").talk_ms) == (1, 10_000)


# ---------------------------------------------------------------- legs that do not do as told


def test_a_leg_that_does_not_end_is_asked_again():
    floor, contact = talking()
    floor.held.add(cmd.HangUp)
    floor.abandon(contact)
    first = len(floor.sent(cmd.HangUp))
    floor.wait(60_000)
    assert len(floor.sent(cmd.HangUp)) > first
    phone = floor.sent(cmd.HangUp)[-1].leg
    floor.receive(inp.LegEnded(phone, Cause.NORMAL))
    assert floor.is_home()


def test_a_hang_up_of_what_is_gone_is_its_end():
    floor, contact = talking()
    floor.held.add(cmd.HangUp)
    floor.abandon(contact)
    phone = floor.sent(cmd.HangUp)[-1].leg
    floor.receive(inp.CommandFailed("HangUp", NODE, Failure.GONE, phone))
    assert floor.is_home()


def test_a_leg_that_the_pbx_denies_is_taken_as_gone_unless_its_end_is_seen():
    floor = floor_with()
    contact = floor.call("q")
    gone = inp.CommandFailed("Music", NODE, Failure.GONE, floor.leg(contact))
    floor.receive(gone)
    assert floor.receive(gone).events == []
    floor.wait(1_999)
    assert floor.lives(contact)
    floor.wait(1)
    assert floor.outcomes("q") == {"lost_visibility": 1} and floor.is_home()
    seen = floor.call("q")
    floor.receive(inp.CommandFailed("Music", NODE, Failure.GONE, floor.leg(seen)))
    floor.abandon(seen)
    assert floor.outcomes("q") == {"lost_visibility": 1, "abandoned": 1}


def test_what_is_told_of_legs_we_do_not_know_is_ignored():
    floor = floor_with("ann")
    stranger, bridge = LegId("stranger"), BridgeId("b")
    for given in (
        inp.LegRinging(stranger),
        inp.LegAnswered(stranger),
        inp.LegEnded(stranger, Cause.NORMAL),
        inp.Digit(stranger, "1"),
        inp.Joined(stranger, bridge),
        inp.Left(stranger, bridge),
        inp.PlayEnded(PlayId("p"), stranger),
        inp.RecordingEnded(RecordingId("r")),
        inp.CommandFailed("Music", NODE, Failure.GONE, stranger),
        inp.CommandFailed("Join", NODE, Failure.REFUSED, bridge=bridge),
        inp.SeatChanged(NODE, "nobody's", SeatStatus.BUSY),
        inp.LinkDown(NodeId("elsewhere")),
        inp.Fenced(NodeId("elsewhere")),
    ):
        decided = floor.receive(given)
        assert (decided.events, decided.commands, decided.refusal) == ([], [], None), given
