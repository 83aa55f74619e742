"""A link that comes back: what we believe is reconciled with what the PBX holds."""

import pytest

from acd.centre import NODE, agent, centre, queue
from acd.floor import STAMP, START, Floor
from cordpair.acd import Decision
from cordpair.acd import commands as cmd
from cordpair.acd import events as ev
from cordpair.acd import inputs as inp
from cordpair.acd.causes import Cause, Failure, SeatStatus
from cordpair.acd.configuration import FeatureAction, FeatureCode
from cordpair.acd.inputs import BridgeSeen, LegArrived, LegSeen
from cordpair.ids import BridgeId, LegId, NodeId


def floor_with(*ready: str, **options: object) -> Floor:
    agents = (agent("ann", {}, ("q",)), agent("bob", {}, ("q",)))
    codes = (FeatureCode("011", FeatureAction.SIGN_IN),)
    return Floor(centre((queue("q", **options),), agents, codes=codes, prompts={"sign_in": "ok"}), ready)


def back(floor: Floor, *gone: str, extra: tuple[LegSeen, ...] = (), bridges: tuple[BridgeSeen, ...] = ()) -> Decision:
    """The link was cut for a second; the PBX holds what we know, without ``gone`` and with ``extra``."""
    legs = tuple(leg for leg in floor.seen() if leg.leg not in gone and leg.leg not in {each.leg for each in extra})
    floor.cut()
    floor.wait(1_000)
    return floor.link((*legs, *extra), bridges=bridges)


# ---------------------------------------------------------------- no offers while nothing is known


def test_nothing_is_offered_while_the_link_is_away_nor_before_it_has_settled():
    floor = floor_with("ann")
    floor.cut()
    contact = floor.call("q")
    assert floor.alerted() == []
    floor.link((LegSeen(floor.leg(contact), True, stamp=STAMP),))
    floor.wait(299)
    assert floor.alerted() == []
    floor.wait(1)
    assert floor.alerted(contact) == ["ann"]


def test_a_link_that_flaps_settles_anew():
    floor = floor_with("ann")
    contact = floor.call("q")
    floor.refuses("ann", Cause.REJECTED)
    back(floor)
    floor.wait(200)
    back(floor)
    floor.wait(299)
    floor.ready("bob")
    assert floor.alerted() == []
    floor.wait(1)
    assert floor.alerted(contact) == ["bob"]


def test_fenced_commands_nothing_any_more():
    floor = floor_with("ann")
    floor.receive(inp.Fenced(NODE))
    floor.call("q")
    floor.wait(10_000)
    assert floor.offered() == [] and floor.acd.state.nodes[NODE].status.value == "fenced"
    floor.cut()
    assert floor.acd.state.nodes[NODE].status.value == "fenced"


def test_nothing_falls_due_for_a_call_out_of_sight():
    floor = floor_with(max_wait_ms=5_000)
    contact = floor.call("q")
    seen = floor.seen()
    floor.cut()
    floor.wait(60_000)
    assert floor.lives(contact)
    floor.link(seen)
    assert not floor.lives(contact) and floor.outcomes("q") == {"timed_out": 1}


def test_an_offer_does_not_expire_out_of_sight():
    floor = floor_with("ann")
    contact, phone = floor.call("q"), floor.phone("ann")
    caller = LegSeen(floor.leg(contact), True, stamp=STAMP)
    floor.rings("ann")
    floor.cut()
    floor.wait(60_000)
    assert floor.alerted(contact) == ["ann"]
    floor.link((caller, LegSeen(phone, True, stamp=STAMP)))  # picked up meanwhile
    assert floor.visit(contact).accepted is not None and len(floor.sent(cmd.Join)) >= 1


# ---------------------------------------------------------------- the caller's leg


def test_a_caller_still_there_keeps_the_place_and_the_wait():
    floor = floor_with()
    first, second = floor.call("q"), floor.call("q")
    back(floor)
    floor.wait(300)
    floor.ready("ann")
    assert floor.alerted(first) == ["ann"]
    floor.answers("ann")
    assert floor.last(ev.ContactConnected).waited_ms == 1_300
    assert floor.lives(second)


@pytest.mark.parametrize("stage", ["waiting", "alerting", "ringing", "picked_up", "talking"])
def test_a_caller_who_went_unseen_leaves_nothing_behind(stage):
    floor = floor_with() if stage == "waiting" else floor_with("ann")
    contact = floor.call("q")
    if stage == "ringing":
        floor.rings("ann")
    if stage == "picked_up":
        floor.picks_up("ann")
    if stage == "talking":
        floor.answers("ann")
    back(floor, floor.leg(contact))
    expected = {"connected": 1} if stage == "talking" else {"lost_visibility": 1}
    assert floor.outcomes("q") == expected and floor.ends() == ["lost_visibility"]
    assert floor.is_home() and floor.slots("ann") == ["free"] and floor.agent("ann").failures == 0


def test_an_answer_that_was_lost_is_asked_for_again():
    floor = floor_with()
    floor.held.add(cmd.Answer)
    contact = floor.call("q")
    back(floor)
    assert [command.leg for command in floor.sent(cmd.Answer)] == [floor.leg(contact)] * 2


def test_a_leg_in_doubt_that_is_seen_alive_stays():
    floor = floor_with()
    contact = floor.call("q")
    floor.receive(inp.CommandFailed("Music", NODE, Failure.GONE, floor.leg(contact)))
    floor.cut()
    floor.wait(5_000)
    floor.link((LegSeen(floor.leg(contact), True, stamp=STAMP),))
    floor.wait(60_000)
    assert floor.lives(contact)


# ---------------------------------------------------------------- the agent's leg


def test_a_phone_still_ringing_goes_on_ringing():
    floor = floor_with("ann")
    contact, phone = floor.call("q"), floor.phone("ann")
    back(floor, extra=(LegSeen(phone, False, ringing=True, stamp=STAMP),))
    assert floor.alerted(contact) == ["ann"] and floor.offer("ann").rang
    assert len(floor.sent(cmd.Originate)) == 1  # nothing is repeated


def test_a_phone_that_never_rang_is_given_up_and_its_end_asked_for():
    """The command may still be on its way: the end goes behind it."""
    floor = floor_with("ann")
    contact, phone = floor.call("q"), floor.phone("ann")
    floor.held.add(cmd.HangUp)
    back(floor, phone)
    assert floor.alerted() == [] and floor.visit(contact).excluded in (("ann",), ())
    assert floor.sent(cmd.HangUp)[-1].leg == phone and floor.agent("ann").failures == 0
    floor.receive(inp.CommandFailed("HangUp", NODE, Failure.GONE, phone))
    assert phone not in floor.acd.state.legs


def test_a_phone_that_rang_and_is_gone_is_no_miss():
    floor = floor_with("ann")
    contact, phone = floor.call("q"), floor.phone("ann")
    floor.rings("ann")
    back(floor, phone)
    assert floor.last(ev.OfferEnded).outcome.value == "failed" and floor.agent("ann").failures == 0
    floor.wait(10_000)
    assert floor.alerted(contact) == ["ann"]


def test_picked_up_but_the_join_was_lost_it_is_asked_for_again():
    floor = floor_with("ann")
    contact, phone = floor.call("q"), floor.phone("ann")
    bridge = floor.picks_up("ann")
    back(floor)
    first, again = floor.sent(cmd.Join)
    assert first == again and again.legs == (floor.leg(contact), phone)
    floor.receive(inp.Joined(phone, bridge))
    floor.receive(inp.Joined(floor.leg(contact), bridge))
    assert floor.outcomes("q") == {"connected": 1}


def test_joined_unseen_is_connected():
    floor = floor_with("ann")
    contact, phone = floor.call("q"), floor.phone("ann")
    bridge = floor.picks_up("ann")
    legs = tuple(LegSeen(leg, True, bridge=bridge, stamp=STAMP) for leg in (floor.leg(contact), phone))
    back(floor, extra=legs)
    assert floor.outcomes("q") == {"connected": 1} and len(floor.sent(cmd.Join)) == 1


def test_a_conversation_goes_on_undisturbed():
    floor = floor_with("ann")
    contact = floor.call("q")
    floor.answers("ann")
    before = len(floor.commands)
    back(floor)
    assert len(floor.commands) == before and floor.partner(contact) == "ann"


def test_a_conversation_torn_apart_is_joined_again():
    floor = floor_with("ann")
    contact = floor.call("q")
    floor.answers("ann")
    legs = tuple(LegSeen(each.leg, True, stamp=STAMP) for each in floor.seen())
    back(floor, extra=legs)
    assert floor.partner(contact) == "ann" and len(floor.sent(cmd.Join)) == 2


def test_the_agents_leg_gone_unseen_gives_a_new_visit_at_the_old_place():
    floor = floor_with("ann")
    contact = floor.call("q")
    arrived = floor.now
    floor.answers("ann")
    back(floor, floor.phone("ann"))
    assert floor.visit(contact).enqueued_at == arrived and floor.outcomes("q") == {"connected": 1}
    assert len(floor.sent(cmd.Release)) == 1


@pytest.mark.parametrize("is_seen", [True, False])
def test_an_end_that_was_asked_for_is_asked_for_again(is_seen):
    floor = floor_with("ann")
    contact = floor.call("q")
    floor.answers("ann")
    floor.held.add(cmd.HangUp)
    floor.abandon(contact)
    phone = floor.sent(cmd.HangUp)[-1].leg
    back(floor, *(() if is_seen else (phone,)))
    assert [command.leg for command in floor.sent(cmd.HangUp)] == [phone] * 2
    floor.receive(inp.CommandFailed("HangUp", NODE, Failure.GONE, phone))
    assert floor.is_home()


def test_a_code_call_gone_unseen_frees_the_phone():
    floor = floor_with()
    floor.dial("ann", "011")
    back(floor, f"code-{floor.calls}")
    assert floor.is_home()


# ---------------------------------------------------------------- strangers


def arrival(name: str, at: int, dialled: str = "q") -> LegSeen:
    leg = LegId(name)
    return LegSeen(leg, False, arrival=LegArrived(leg, NODE, dialled, at, endpoint="trunk"))


def test_callers_who_came_meanwhile_are_queued_as_they_came():
    floor = floor_with()
    floor.cut()
    floor.wait(5_000)
    now = floor.now
    floor.link((arrival("c", now - 1_000), arrival("a", now - 3_000), arrival("b", now - 2_000)))
    assert [event.leg for event in floor.all(ev.ContactArrived)] == ["a", "b", "c"]
    assert [row.enqueued_at for row in floor.acd.state.visits.values()] == [now - 3_000, now - 2_000, now - 1_000]
    floor.wait(300)
    floor.ready("ann")
    assert floor.contact(floor.offer("ann").contact).leg == "a"


def test_who_came_meanwhile_stands_between_those_who_waited_already():
    floor = floor_with()
    old = floor.call("q")
    back(floor, extra=(arrival("new", START),))
    floor.wait(300)
    floor.ready("ann")
    assert floor.alerted(old) == []  # the newcomer was first on the PBX
    assert floor.contact(floor.offer("ann").contact).leg == "new"


def test_what_bears_our_stamp_and_belongs_to_nothing_is_ended():
    floor = floor_with()
    floor.held.add(cmd.HangUp)
    bridges = (BridgeSeen(BridgeId("t-o9-b"), stamp=STAMP), BridgeSeen(BridgeId("theirs")))
    legs = (LegSeen(LegId("t-o9-a"), True, stamp=STAMP), LegSeen(LegId("theirs"), True))
    floor.link(legs, bridges=bridges)
    assert [command.leg for command in floor.sent(cmd.HangUp)] == ["t-o9-a"]
    assert [command.bridge for command in floor.sent(cmd.Release)] == ["t-o9-b"]
    floor.receive(inp.LegEnded(LegId("t-o9-a"), Cause.NORMAL))
    assert floor.is_home()


def test_our_own_bridge_stays():
    floor = floor_with("ann")
    floor.call("q")
    floor.answers("ann")
    bridge = next(iter(floor.acd.state.bridges))
    back(floor, bridges=(BridgeSeen(bridge, stamp=STAMP),))
    assert floor.sent(cmd.Release) == [] and list(floor.acd.state.bridges) == [bridge]


def test_a_restarted_pbx_holds_nothing_and_every_call_has_its_outcome():
    floor = floor_with("ann")
    floor.call("q")
    floor.answers("ann")
    for _ in range(3):
        floor.call("q")
    floor.cut()
    floor.wait(20_000)
    floor.link((), epoch="2")
    assert floor.is_home() and floor.outcomes("q") == {"connected": 1, "lost_visibility": 3}
    assert floor.acd.state.nodes[NODE].epoch == "2"
    floor.wait(300)
    assert floor.alerted(floor.call("q")) == ["ann"]  # agents are right again


# ---------------------------------------------------------------- seats


@pytest.mark.parametrize("status", [SeatStatus.BUSY, SeatStatus.UNREACHABLE])
def test_a_phone_that_cannot_be_rung_is_not_rung(status):
    """As fusionpbx#2831: phone unregistered, agent available."""
    floor = floor_with("ann")
    floor.receive(inp.SeatChanged(NODE, "phone-ann", status))
    contact = floor.call("q")
    assert floor.alerted() == []
    floor.receive(inp.SeatChanged(NODE, "phone-ann", SeatStatus.REACHABLE))
    assert floor.alerted(contact) == ["ann"]


def test_a_phone_that_the_snapshot_does_not_name_is_unreachable():
    floor = floor_with("ann")
    floor.cut()
    floor.receive(inp.LinkUp(NODE, inp.Snapshot("1")))
    floor.wait(300)
    floor.call("q")
    assert floor.alerted() == []


def test_a_phone_reachable_from_another_node_only_is_not_rung_from_this_one():
    floor = floor_with("ann")
    other = NodeId("other")
    floor.receive(inp.LinkUp(other, inp.Snapshot("1", seats={"phone-bob": SeatStatus.REACHABLE})))
    floor.receive(inp.SeatChanged(NODE, "phone-bob", SeatStatus.UNREACHABLE))
    floor.pause("ann")
    floor.ready("bob")
    floor.wait(300)
    floor.call("q")
    assert floor.alerted() == []
