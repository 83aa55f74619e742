"""Moving callers: the number that is dialled, and what a busy phone behind a trunk means."""

import re
from typing import TypeVar

from msgspec.structs import replace

from acd.centre import NODE, agent, centre, queue
from acd.test_stateful_nodes import FAR, joined
from cordpair.acd import Acd, breaches
from cordpair.acd import commands as cmd
from cordpair.acd import events as ev
from cordpair.acd import inputs as inp
from cordpair.acd.causes import Cause, SeatStatus
from cordpair.acd.configuration import Configuration
from cordpair.acd.decide_moves import is_token, token
from cordpair.acd.trunks import MOVES_AT_ONCE, reachable_nodes, route
from cordpair.ids import AgentId, LegId, NodeId, SeatId

START = 1_800_000_000_000
ONE = centre((queue("q"),), (agent("ann", {}, ("q",)), agent("bob", {}, ("q",)), agent("cid", {}, ("q",))))


class Desk:
    """Two nodes that a test speaks for: ann's phone is anywhere, bob's on main, cid's far away."""

    def __init__(self, configuration: Configuration | None = None, seed: int = 1) -> None:
        self.acd, self.now = Acd(), START
        self.acd.start("t", seed, configuration or joined(ONE), self.now)
        for node, phones in ((NODE, ("phone-bob",)), (FAR, ("phone-cid",))):
            self.give(inp.LinkUp(node, inp.Snapshot("1", seats=dict.fromkeys(phones, SeatStatus.REACHABLE))))
        self.now += 300
        self.give(inp.TimerDue())

    def give(self, given: inp.Input) -> list[cmd.Command]:
        decision = self.acd.receive(given, self.now)
        assert breaches(self.acd, self.now) == []
        return decision.commands

    def ready(self, name: str) -> list[cmd.Command]:
        self.give(inp.SignIn(AgentId(name)))
        return self.give(inp.Ready(AgentId(name)))

    def call(self, leg: str, node: NodeId = NODE, dialled: str = "q") -> list[cmd.Command]:
        return self.give(inp.LegArrived(LegId(leg), node, dialled, self.now, endpoint="trunk"))

    def reach(self, name: str) -> tuple[NodeId, ...]:
        return reachable_nodes(self.acd.cell, self.acd.state.agents[AgentId(name)])


C = TypeVar("C")


def sent(commands: list[cmd.Command], kind: type[C]) -> list[C]:
    return [command for command in commands if isinstance(command, kind)]


# ---------------------------------------------------------------- agents over a trunk


def test_a_phone_is_rung_over_the_trunk_by_the_name_of_the_callers_pbx() -> None:
    desk = Desk()
    desk.ready("cid")
    (ring,) = sent(desk.call("a"), cmd.Originate)
    assert (ring.node, ring.endpoint) == (NODE, "phone-cid@to-far")
    assert desk.acd.state.legs[LegId("t-o1-a")].via == FAR


def test_the_near_phone_is_rung_directly() -> None:
    desk = Desk()
    for node in (NODE, FAR):
        desk.give(inp.SeatChanged(node, "phone-ann", SeatStatus.REACHABLE))
    desk.ready("ann")
    (ring,) = sent(desk.call("a"), cmd.Originate)
    assert ring.endpoint == "phone-ann"


def test_reach_follows_the_link_and_the_drain() -> None:
    desk = Desk()
    desk.ready("cid")
    assert desk.reach("cid") == (FAR, NODE)
    desk.give(inp.DrainNode(FAR))
    assert desk.reach("cid") == (FAR,)
    desk.give(inp.DrainNode(FAR, False))
    desk.give(inp.LinkDown(FAR))
    assert desk.reach("cid") == (FAR,)
    assert route(desk.acd.cell, SeatId("seat-cid"), NODE) is None


def test_without_a_trunk_there_is_no_way() -> None:
    desk = Desk(replace(joined(ONE), peers={}))
    desk.ready("cid")
    assert sent(desk.call("a"), cmd.Originate) == []


def test_busy_with_our_own_call_over_the_trunk_is_not_out_of_reach() -> None:
    desk = Desk()
    desk.ready("cid")
    desk.call("a")
    desk.give(inp.SeatChanged(FAR, "phone-cid", SeatStatus.BUSY))
    assert desk.reach("cid") == (FAR, NODE)
    desk.give(inp.LegEnded(LegId("a"), Cause.NORMAL))
    desk.give(inp.LegEnded(LegId("t-o1-a"), Cause.NORMAL))
    assert desk.reach("cid") == ()  # until its node has seen it, too
    assert sent(desk.call("b"), cmd.Originate) == []
    freed = desk.give(inp.SeatChanged(FAR, "phone-cid", SeatStatus.REACHABLE))
    assert len(sent(freed, cmd.Originate)) == 1


def test_two_pbxs_may_name_two_phones_alike() -> None:
    seats = tuple(seat for seat in joined(ONE).seats if seat.seat != "seat-ann")
    alike = tuple(replace(seat, endpoint="101") for seat in seats)
    agents = tuple(each for each in ONE.agents if each.agent != "ann")
    desk = Desk(replace(joined(ONE), seats=alike, agents=agents))
    desk.give(inp.SeatChanged(FAR, "101", SeatStatus.REACHABLE))
    desk.ready("cid")
    desk.ready("bob")
    assert (desk.reach("bob"), desk.reach("cid")) == ((), (FAR, NODE))


# ---------------------------------------------------------------- the number that is dialled


def test_the_number_can_be_dialled_and_not_be_derived() -> None:
    desk, other = Desk(), Desk(seed=2)
    numbers = [token(each.acd.cell, n) for each in (desk, other) for n in range(1, 50)]
    assert len(set(numbers)) == len(numbers)
    assert all(re.fullmatch("[0-9a-zA-Z]+", each) and is_token(each) for each in numbers)
    assert token(Desk().acd.cell, 7) == token(desk.acd.cell, 7)  # replay draws the same


def test_a_token_that_nobody_was_sent_is_turned_away() -> None:
    desk = Desk()
    (end,) = sent(desk.call("x", FAR, token(desk.acd.cell, 1)), cmd.HangUp)
    assert end.cause is Cause.UNREACHABLE
    assert not desk.acd.state.contacts


def test_it_is_good_on_its_node_only_and_once() -> None:
    desk = Desk()
    desk.give(inp.DrainNode(NODE))
    (redirect,) = sent(desk.call("a"), cmd.Redirect)
    number, _, address = redirect.target.removeprefix("sip:").partition("@")
    assert address == "far.test:5070"
    assert len(sent(desk.call("thief", NODE, number), cmd.HangUp)) == 1
    desk.call("b", FAR, number)
    (contact,) = desk.acd.state.contacts.values()
    assert (contact.leg, contact.node) == ("b", FAR)
    assert len(sent(desk.call("c", FAR, number), cmd.HangUp)) == 1


def test_so_many_answered_callers_go_at_once() -> None:
    desk = Desk()
    for n in range(MOVES_AT_ONCE + 5):
        desk.call(f"in-{n}")
        desk.give(inp.LegAnswered(LegId(f"in-{n}")))
    first = sent(desk.give(inp.DrainNode(NODE)), cmd.Refer)
    assert len(first) == MOVES_AT_ONCE
    rest: list[cmd.Refer] = []
    for n, refer in enumerate(first):
        rest += sent(desk.call(f"out-{n}", FAR, refer.target.removeprefix("sip:").partition("@")[0]), cmd.Refer)
    assert len(rest) == 5


def test_a_caller_who_ends_up_nowhere_is_counted_once() -> None:
    desk = Desk()
    desk.give(inp.DrainNode(NODE))
    desk.call("a")
    desk.give(inp.LegEnded(LegId("a"), Cause.NORMAL))
    desk.now += 10_000
    decision = desk.acd.receive(inp.TimerDue(), desk.now)
    assert [type(event) for event in decision.events] == [ev.MoveFailed, ev.VisitEnded, ev.ContactEnded]
    (row,) = desk.acd.state.queues.values()
    assert {outcome.value: count for outcome, count in row.outcomes.items()} == {"abandoned": 1}


def test_the_old_leg_of_one_who_is_there_may_end_as_it_likes() -> None:
    """As phones do: the new call first, then the old one is ended."""
    desk = Desk()
    desk.call("a")
    desk.give(inp.LegAnswered(LegId("a")))
    (refer,) = sent(desk.give(inp.DrainNode(NODE)), cmd.Refer)
    moved = desk.call("b", FAR, refer.target.removeprefix("sip:").partition("@")[0])
    assert [(each.node, each.leg) for each in sent(moved, cmd.HangUp)] == [(NODE, "a")]
    desk.give(inp.LegEnded(LegId("a"), Cause.NORMAL))
    (contact,) = desk.acd.state.contacts.values()
    assert (contact.leg, contact.visit) == ("b", "t-v1")


def test_what_never_rang_over_a_trunk_is_held_against_nobody() -> None:
    desk = Desk()
    desk.ready("cid")
    desk.call("a")
    desk.now += 30_000
    decision = desk.acd.receive(inp.TimerDue(), desk.now)
    (ended,) = [event for event in decision.events if isinstance(event, ev.OfferEnded)]
    assert (ended.outcome, ended.failures) == ("failed", None)
