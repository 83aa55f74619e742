"""How a visit ends: exactly one outcome each, and what the caller meets then."""

import pytest

from acd.centre import NODE, agent, centre, queue
from acd.floor import Floor
from cordpair.acd import commands as cmd
from cordpair.acd import events as ev
from cordpair.acd import inputs as inp
from cordpair.acd.causes import Cause, VisitOutcome
from cordpair.acd.configuration import (
    Configuration,
    HangUpAction,
    Overflow,
    QueueAction,
    ServiceAction,
    Strategy,
)
from cordpair.acd.model import MOST_VISITS
from cordpair.acd.proposals import OUTCOMES, outcome_of
from cordpair.ids import AgentId, LegId, QueueId, ServiceId

ON = QueueAction(QueueId("r"))
OFF = HangUpAction(Cause.CONGESTION)


def floor_with(*ready: str, **options: object) -> Floor:
    agents = (agent("ann", {}, ("q",)), agent("bob", {}, ("r",)))
    return Floor(centre((queue("q", **options), queue("r")), agents), ready)


def last_cause(floor: Floor) -> Cause:
    return floor.sent(cmd.HangUp)[-1].cause


def balance(floor: Floor) -> None:
    rows = floor.acd.state.queues.values()
    assert all(row.offered == sum(row.outcomes.values()) + row.waiting for row in rows)


def test_the_table_of_outcomes():
    table = {cause: (outcome_of(cause, OFF).value, outcome_of(cause, ON).value) for cause in OUTCOMES}
    assert table == {
        "max_wait": ("timed_out", "overflowed"),
        "full": ("rejected_full", "overflowed"),
        "no_agent": ("rejected_no_agent", "overflowed"),
        "key": ("left_by_key", "left_by_key"),
        "share": ("overflowed", "overflowed"),
        "agent_not_reached": ("agent_not_reached", "agent_not_reached"),
        "customer_not_reached": ("customer_not_reached", "customer_not_reached"),
        "cancelled": ("cancelled", "cancelled"),
    }


def test_connected():
    floor = floor_with("ann")
    contact = floor.call("q", ago=2_000)
    floor.wait(3_000)
    floor.answers("ann")
    assert floor.outcomes("q") == {"connected": 1}
    assert floor.last(ev.VisitEnded).waited_ms == floor.last(ev.ContactConnected).waited_ms == 5_000
    floor.wait(7_000)
    floor.abandon(contact)
    assert floor.last(ev.ConnectionEnded).talk_ms == 7_000 and floor.last(ev.ConnectionEnded).by == "caller"
    assert floor.outcomes("q") == {"connected": 1} and floor.ends() == ["caller_hung_up"]
    assert floor.is_home()


def test_abandoned():
    floor = floor_with()
    contact = floor.call("q")
    floor.wait(4_000)
    floor.abandon(contact)
    assert floor.outcomes("q") == {"abandoned": 1} and floor.last(ev.VisitEnded).waited_ms == 4_000
    assert floor.ends() == ["caller_hung_up"] and floor.is_home()


def test_gone_out_of_sight():
    floor = floor_with()
    floor.abandon(floor.call("q"), Cause.UNKNOWN)
    assert floor.outcomes("q") == {"lost_visibility": 1} and floor.ends() == ["lost_visibility"]


def test_ended_through_the_interface():
    floor = floor_with()
    contact = floor.call("q")
    floor.receive(inp.EndContact(contact))
    assert floor.outcomes("q") == {"failed": 1} and floor.ends() == ["system"] and floor.is_home()
    assert "not live" in (floor.receive(inp.EndContact(contact)).refusal or "")


# ---------------------------------------------------------------- the longest wait


def test_after_the_longest_wait_the_caller_is_told_the_cause():
    floor = floor_with(max_wait_ms=3_600_000, on_timeout=OFF)
    floor.call("q")
    floor.wait(3_599_999)
    assert floor.outcomes("q") == {}
    floor.wait(1)
    assert floor.outcomes("q") == {"timed_out": 1} and floor.ends() == ["system"]
    assert last_cause(floor) is Cause.CONGESTION and floor.is_home()


def test_the_longest_wait_counts_from_the_arrival():
    floor = floor_with(max_wait_ms=10_000)
    floor.call("q", ago=8_000)
    floor.wait(2_000)
    assert floor.outcomes("q") == {"timed_out": 1}


def test_a_closing_prompt_is_heard_before_the_end():
    floor = floor_with(max_wait_ms=10_000, on_timeout=HangUpAction(Cause.NORMAL, "sorry"))
    contact = floor.call("q")
    leg = floor.leg(contact)
    floor.wait(10_000)
    assert floor.outcomes("q") == {"timed_out": 1} and floor.sent(cmd.HangUp) == []
    play = floor.sent(cmd.Play)[-1]
    assert play.prompt == "sorry"
    floor.receive(inp.PlayEnded(play.play, leg))
    assert [command.leg for command in floor.sent(cmd.HangUp)] == [leg] and floor.is_home()
    assert floor.ends() == ["system"]


def test_a_closing_prompt_that_never_ends_does_not_hold_the_caller():
    floor = floor_with(max_wait_ms=10_000, on_timeout=HangUpAction(Cause.NORMAL, "sorry"))
    floor.call("q")
    floor.wait(40_000)
    assert floor.is_home() and floor.ends() == ["system"]


def test_a_caller_who_hangs_up_in_the_closing_prompt_was_timed_out_all_the_same():
    floor = floor_with(max_wait_ms=10_000, on_timeout=HangUpAction(Cause.NORMAL, "sorry"))
    contact = floor.call("q")
    floor.wait(10_000)
    floor.abandon(contact)
    assert floor.outcomes("q") == {"timed_out": 1} and floor.ends() == ["system"] and floor.is_home()


def test_a_caller_whose_agent_is_alerted_stays():
    floor = floor_with("ann", max_wait_ms=10_000)
    contact = floor.call("q")
    floor.rings("ann")
    floor.wait(20_000)
    assert floor.alerted(contact) == ["ann"]
    floor.wait(10_000)  # missed; ann is in her delay
    assert floor.outcomes("q") == {"timed_out": 1} and floor.is_home()


# ---------------------------------------------------------------- the door


def test_a_full_queue_turns_away():
    floor = floor_with(max_length=2)
    for _ in range(3):
        floor.call("q") if floor.calls < 2 else floor.receive(arrival(floor))
    assert floor.outcomes("q") == {"rejected_full": 1} and last_cause(floor) is Cause.BUSY
    floor.abandon("t-c1")
    floor.call("q")
    assert floor.outcomes("q") == {"rejected_full": 1, "abandoned": 1}


def arrival(floor: Floor, dialled: str = "q") -> inp.LegArrived:
    floor.calls += 1
    return inp.LegArrived(LegId(f"in-{floor.calls}"), NODE, dialled, floor.now)


def test_a_full_queue_may_send_on():
    floor = floor_with(max_length=0, on_full=ON)
    contact = floor.call("q")
    assert floor.outcomes("q") == {"overflowed": 1} and floor.visit(contact).queue == "r"


@pytest.mark.parametrize("rule", ["on_no_agent_signed_in", "on_no_agent_ready"])
def test_without_agents_the_door_is_closed(rule):
    floor = floor_with(**{rule: OFF})
    floor.call("q")
    assert floor.outcomes("q") == {"rejected_no_agent": 1} and last_cause(floor) is Cause.CONGESTION
    floor.sign_in("ann")
    floor.call("q")
    waits = rule == "on_no_agent_signed_in"
    assert floor.outcomes("q")["rejected_no_agent"] == (1 if waits else 2)
    floor.ready("ann")
    floor.call("q")
    assert len(floor.acd.state.visits) == (2 if waits else 1)


def test_a_busy_agent_is_ready_as_far_as_the_door_is_concerned():
    floor = floor_with("ann", on_no_agent_ready=OFF)
    floor.call("q")
    floor.answers("ann")
    contact = floor.call("q")
    assert floor.lives(contact) and floor.outcomes("q") == {"connected": 1}


@pytest.mark.parametrize(
    ("rule", "wish"),
    [
        ("on_no_agent_signed_in", inp.SignOut(AgentId("ann"))),
        ("on_no_agent_ready", inp.NotReady(AgentId("ann"), "")),
        ("on_no_agent_ready", inp.SignOut(AgentId("ann"))),
    ],
)
@pytest.mark.parametrize("after", [0, 10_000])
def test_when_the_last_agent_leaves_those_who_wait_are_not_forgotten(rule, wish, after):
    """As kazoo PR #1334: callers wait on after all agents left."""
    floor = floor_with("ann", **{rule: ON}, no_agent_after_ms=after)
    floor.call("q")
    floor.answers("ann")
    waiting = floor.call("q")
    floor.hangs_up("ann")
    floor.receive(wish)
    if after:
        assert floor.visit(waiting).queue == "q"
        floor.wait(after - 1)
        assert floor.visit(waiting).queue == "q"
        floor.wait(1)
    assert floor.visit(waiting).queue == "r"
    assert floor.outcomes("q") == {"connected": 1, "overflowed": 1}


def test_an_agent_who_comes_back_in_time_keeps_the_callers():
    floor = floor_with(on_no_agent_signed_in=OFF, no_agent_after_ms=10_000)
    contact = floor.call("q")
    floor.wait(9_000)
    floor.sign_in("ann")
    floor.wait(60_000)
    assert floor.lives(contact)
    floor.receive(inp.SignOut(AgentId("ann")))
    floor.wait(9_999)
    assert floor.lives(contact)
    floor.wait(1)
    assert not floor.lives(contact) and floor.outcomes("q") == {"rejected_no_agent": 1}


def test_of_two_rules_the_one_that_is_due_counts():
    """Nobody has been ready for long; only now is nobody signed in."""
    floor = floor_with(on_no_agent_signed_in=OFF, on_no_agent_ready=ON, no_agent_after_ms=10_000)
    floor.sign_in("ann")
    contact = floor.call("q")
    floor.wait(9_000)
    floor.receive(inp.SignOut(AgentId("ann")))
    floor.wait(1_000)
    assert floor.visit(contact).queue == "r"


def test_a_queue_emptied_by_a_new_configuration_is_empty_since_then():
    floor = floor_with("ann", on_no_agent_signed_in=OFF, no_agent_after_ms=10_000)
    floor.call("q")
    floor.answers("ann")
    floor.wait(60_000)
    contact = floor.call("q")
    old = floor.configuration
    agents = (agent("ann", {}, ()), old.agents[1])
    floor.receive(inp.ApplyConfiguration(Configuration(2, nodes=old.nodes, queues=old.queues, agents=agents,
                                                       seats=old.seats, services=old.services)))  # fmt: skip
    floor.wait(9_999)
    assert floor.lives(contact)
    floor.wait(1)
    assert not floor.lives(contact)


# ---------------------------------------------------------------- keys and shares


def test_a_key_leaves_the_queue():
    floor = floor_with(exit_keys={"1": ON, "2": HangUpAction(Cause.NORMAL, "bye")})
    contact = floor.call("q")
    floor.receive(inp.Digit(floor.leg(contact), "9"))
    assert floor.outcomes("q") == {}
    floor.receive(inp.Digit(floor.leg(contact), "1"))
    assert floor.outcomes("q") == {"left_by_key": 1} and floor.visit(contact).queue == "r"
    second = floor.call("q")
    floor.receive(inp.Digit(floor.leg(second), "2"))
    assert floor.outcomes("q") == {"left_by_key": 2} and floor.contact(second).closing is Cause.NORMAL


def test_a_key_pressed_while_an_agent_is_alerted_takes_the_offer_back():
    floor = floor_with("ann", exit_keys={"1": ON})
    contact = floor.call("q")
    floor.receive(inp.Digit(floor.leg(contact), "1"))
    assert floor.alerted() == [] and floor.agent("ann").failures == 0
    assert floor.last(ev.OfferEnded).outcome.value == "contact_gone"


def test_a_key_pressed_while_being_joined_or_in_conversation_does_nothing():
    floor = floor_with("ann", exit_keys={"1": ON})
    contact, phone = floor.call("q"), floor.phone("ann")
    bridge = floor.picks_up("ann")
    floor.receive(inp.Digit(floor.leg(contact), "1"))
    for leg in (floor.leg(contact), phone):
        floor.receive(inp.Joined(leg, bridge))
    floor.receive(inp.Digit(floor.leg(contact), "1"))
    assert floor.outcomes("q") == {"connected": 1} and floor.contact(contact).connection is not None


def test_a_share_is_drawn_once_on_arrival():
    floor = floor_with(overflow=Overflow(QueueId("r"), 30.0))
    for _ in range(300):
        floor.call("q")
    drawn = floor.outcomes("q")["overflowed"]
    assert 60 < drawn < 120
    floor.wait(600_000)
    assert floor.outcomes("q") == {"overflowed": drawn}
    balance(floor)


@pytest.mark.parametrize(("percent", "queue_name"), [(0.0, "q"), (100.0, "r")])
def test_shares_of_none_and_all(percent, queue_name):
    floor = floor_with(overflow=Overflow(QueueId("r"), percent))
    assert {floor.visit(floor.call("q")).queue for _ in range(50)} == {queue_name}


# ---------------------------------------------------------------- circles


def circle(rule: str) -> Floor:
    queues = (
        queue("q", **{rule: QueueAction(QueueId("r"))}),
        queue("r", **{rule: ServiceAction(ServiceId("q"))}),
    )
    return Floor(centre(queues, (agent("ann", {}, ("q", "r")),)))


@pytest.mark.parametrize("rule", ["on_no_agent_signed_in", "on_no_agent_ready"])
def test_rules_that_go_in_a_circle_end(rule):
    floor = circle(rule)
    contact = floor.call("q")
    assert floor.lives(contact) and floor.contact(contact).hops <= MOST_VISITS + 1
    floor.wait(600_000)
    balance(floor)
    floor.ready("ann")
    assert floor.alerted(contact) == ["ann"]  # still there for whoever comes


def test_waits_that_go_in_a_circle_end():
    queues = (
        queue("q", max_wait_ms=1_000, on_timeout=QueueAction(QueueId("r"))),
        queue("r", max_wait_ms=1_000, on_timeout=QueueAction(QueueId("q"))),
    )
    floor = Floor(centre(queues, (agent("ann", {}, ("q", "r")),)))
    contact = floor.call("q")
    floor.wait(60_000)
    assert floor.contact(contact).hops == MOST_VISITS
    assert floor.visit(contact).enqueued_at == floor.contact(contact).arrived_at
    balance(floor)


def test_in_a_circle_a_rule_that_hangs_up_still_counts():
    queues = (
        queue("q", max_wait_ms=1_000, on_timeout=QueueAction(QueueId("r"))),
        queue("r", max_wait_ms=1_000, on_timeout=QueueAction(QueueId("q")),
              on_no_agent_signed_in=OFF, no_agent_after_ms=1_000_000),
    )  # fmt: skip
    floor = Floor(centre(queues, (agent("ann", {}, ("q", "r")),)))
    floor.call("q")
    floor.wait(2_000_000)
    assert floor.is_home() and floor.outcomes("r")["rejected_no_agent"] == 1


# ---------------------------------------------------------------- what is heard, and who is preferred


def test_the_caller_hears_ring_then_prompt_then_music():
    floor = floor_with(prompt="welcome", music="jazz")
    contact = floor.call("q")
    play = floor.sent(cmd.Play)[-1]
    assert play.prompt == "welcome" and floor.sent(cmd.Music) == []
    floor.receive(inp.PlayEnded(play.play, floor.leg(contact)))
    assert [command.name for command in floor.sent(cmd.Music)] == ["jazz"]


def test_a_prompt_is_stopped_before_the_join():
    floor = floor_with("ann", prompt="welcome")
    floor.call("q")
    floor.picks_up("ann")
    names = [type(command).__name__ for command in floor.commands]
    assert names.index("StopPlay") < names.index("Join")


def test_no_service_no_queue():
    floor = floor_with()
    floor.receive(arrival(floor, "nowhere"))
    assert last_cause(floor) is Cause.UNREACHABLE and floor.is_home() and floor.ends() == ["system"]


def sticky(last: str | None = "bob", **options: object) -> Floor:
    agents = (agent("ann", {}, ("q",)), agent("bob", {}, ("q",)))
    return Floor(centre((queue("q", sticky_ms=8_000, **options),), agents), ["ann"])


@pytest.mark.parametrize("strategy", [Strategy.LONGEST_IDLE, Strategy.RANDOM, Strategy.RING_ALL])
def test_the_agent_of_the_last_conversation_is_tried_alone_for_a_while(strategy):
    floor = sticky(strategy=strategy)
    contact = floor.call("q", last_agent=AgentId("bob"))
    floor.wait(7_999)
    assert floor.alerted() == []
    floor.wait(1)
    assert floor.alerted(contact) == ["ann"]


def test_the_agent_of_the_last_conversation_comes_in_time():
    floor = sticky()
    contact = floor.call("q", last_agent=AgentId("bob"))
    other = floor.call("q")
    assert floor.alerted(other) == ["ann"]
    floor.ready("bob")
    assert floor.alerted(contact) == ["bob"]


def test_the_sticky_agent_is_chosen_before_one_idle_for_longer():
    floor = sticky()
    floor.ready("bob")
    contact = floor.call("q", last_agent=AgentId("bob"))
    assert floor.alerted(contact) == ["bob"]


def test_the_window_ends_when_its_agent_does_not_take_the_contact():
    floor = sticky()
    floor.ready("bob")
    contact = floor.call("q", last_agent=AgentId("bob"))
    floor.refuses("bob", Cause.REJECTED)
    assert floor.alerted(contact) == ["ann"]


def test_who_has_waited_too_long_is_not_offered_once_more():
    """The longest wait passes while an agent is alerted: after that offer, the rule counts, not the next agent."""
    agents = (agent("ann", {}, ("q",)), agent("bob", {}, ("q",)))
    floor = Floor(centre((queue("q", max_wait_ms=10_000, offer_timeout_ms=12_000),), agents), ["ann", "bob"])
    floor.call("q")
    floor.wait(11_000)
    (alerted,) = floor.alerted()
    floor.refuses(alerted, Cause.REJECTED)
    assert floor.alerted() == [] and floor.ends() == ["system"]


def test_nobody_is_reserved_who_does_not_exist():
    floor = sticky()
    assert floor.alerted(floor.call("q", last_agent=AgentId("left-us"))) == ["ann"]


def test_every_outcome_of_this_engine_is_told_apart():
    reached = {"connected", "abandoned", "timed_out", "overflowed", "left_by_key", "rejected_full",
               "rejected_no_agent", "failed", "lost_visibility"}  # fmt: skip
    placed = {"agent_not_reached", "customer_not_reached", "cancelled"}
    later = {"called_back", "transferred", "voicemail", "rejected_closed"}
    assert reached | placed | later == {each.value for each in VisitOutcome}
