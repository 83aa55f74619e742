"""After a conversation: wrap-up, and what was asked for meanwhile."""

import pytest

from acd.centre import centre, queue
from acd.floor import Floor
from cordpair.acd import inputs as inp
from cordpair.acd.causes import Cause
from cordpair.acd.configuration import Agent, Assignment, FeatureAction, FeatureCode
from cordpair.ids import AgentId, QueueId, SeatId

ANN = AgentId("ann")
CODES = (FeatureCode("055", FeatureAction.WRAP_UP_DONE),)


def floor_with(queue_ms: int = 10_000, agent_ms: int | None = None, assignment_ms: int | None = None,
               **options: object) -> Floor:  # fmt: skip
    assignments = (Assignment(QueueId("q"), wrap_up_ms=assignment_ms), Assignment(QueueId("r")))
    ann = Agent(ANN, {}, assignments, seat=SeatId("seat-ann"), wrap_up_ms=agent_ms)
    bob = Agent(AgentId("bob"), {}, assignments, seat=SeatId("seat-bob"))
    queues = (queue("q", wrap_up_ms=queue_ms), queue("r"))
    return Floor(centre(queues, (ann, bob), reasons=("break", "lunch"), **options), ["ann"])


def after_a_call(floor: Floor, dialled: str = "q") -> Floor:
    contact = floor.call(dialled)
    floor.answers("ann")
    floor.wait(1_000)
    floor.abandon(contact)
    return floor


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({}, 10_000),
        ({"agent_ms": 20_000}, 20_000),
        ({"agent_ms": 0}, 0),
        ({"agent_ms": 20_000, "assignment_ms": 30_000}, 30_000),
        ({"agent_ms": 20_000, "assignment_ms": 0}, 0),
    ],
)
def test_the_assignments_wrap_up_goes_before_the_agents_before_the_queues(options, expected):
    floor = after_a_call(floor_with(**options))
    (slot,) = floor.agent("ann").slots
    assert slot.until == (floor.now + expected if expected else None)
    assert slot.state.value == ("wrap_up" if expected else "free")


def test_no_call_comes_in_wrap_up_not_from_another_queue_either():
    """As asterisk#1006: wrap-up must hold over all of an agent's queues."""
    floor = after_a_call(floor_with())
    first, second = floor.call("r"), floor.call("q")
    floor.wait(9_999)
    assert floor.alerted() == []
    floor.wait(1)
    assert floor.alerted(first) == ["ann"] and floor.alerted(second) == []


def test_idle_counts_from_the_end_of_wrap_up():
    floor = after_a_call(floor_with())
    floor.wait(10_000)
    assert floor.agent("ann").idle_since == floor.now


@pytest.mark.parametrize("ends", ["ready", "done", "code"])
def test_the_agent_may_end_it_early(ends):
    floor = after_a_call(floor_with(codes=CODES))
    contact = floor.call("q")
    if ends == "ready":
        floor.ready("ann")
    elif ends == "done":
        floor.wraps_up("ann")
    else:
        floor.dial("ann", "055")
    assert floor.alerted(contact) == ["ann"]
    assert floor.agent("ann").idle_since == floor.now


def test_a_pause_asked_for_in_a_call_waits_for_it_and_its_wrap_up():
    floor = floor_with()
    contact = floor.call("q")
    floor.answers("ann")
    floor.pause("ann", "lunch")
    assert floor.agent("ann").status.value == "ready" and floor.slots("ann") == ["connected"]
    floor.abandon(contact)
    floor.call("q")
    assert floor.slots("ann") == ["wrap_up"] and floor.agent("ann").status.value == "ready"
    floor.wait(10_000)
    assert (floor.agent("ann").status.value, floor.agent("ann").reason) == ("not_ready", "lunch")
    assert floor.alerted() == []


def test_a_pause_asked_for_in_wrap_up_waits_for_its_end():
    """As kazoo PR #1331: a pause during wrap-up was ignored."""
    floor = after_a_call(floor_with())
    floor.pause("ann")
    floor.call("q")
    assert floor.slots("ann") == ["wrap_up"]
    floor.wait(10_000)
    assert floor.agent("ann").status.value == "not_ready" and floor.alerted() == []


def test_without_wrap_up_the_pause_is_there_when_the_call_ends():
    floor = floor_with(queue_ms=0)
    contact = floor.call("q")
    floor.answers("ann")
    floor.pause("ann")
    floor.call("q")
    floor.abandon(contact)
    assert floor.agent("ann").status.value == "not_ready" and floor.alerted() == []


def test_a_pause_without_a_reason_counts_too():
    floor = Floor(centre((queue("q"),), (Agent(ANN, {}, (Assignment(QueueId("q")),), seat=SeatId("seat-ann")),)))
    floor.ready("ann")
    contact = floor.call("q")
    floor.answers("ann")
    floor.pause("ann", "")
    floor.abandon(contact)
    assert floor.agent("ann").status.value == "not_ready"


def test_the_last_reason_asked_for_counts():
    floor = floor_with(queue_ms=0)
    contact = floor.call("q")
    floor.answers("ann")
    floor.pause("ann", "break")
    floor.pause("ann", "lunch")
    floor.abandon(contact)
    assert floor.agent("ann").reason == "lunch"


def test_ready_takes_a_pause_back():
    floor = floor_with(queue_ms=0)
    contact = floor.call("q")
    floor.answers("ann")
    floor.pause("ann")
    floor.ready("ann")
    other = floor.call("q")
    floor.abandon(contact)
    assert floor.alerted(other) == ["ann"]


def test_signing_out_in_a_call_waits_for_it_and_goes_before_a_pause():
    floor = floor_with()
    contact = floor.call("q")
    floor.answers("ann")
    floor.receive(inp.SignOut(ANN))
    floor.pause("ann")
    assert floor.agent("ann").status.value == "ready"
    floor.abandon(contact)
    assert floor.slots("ann") == ["wrap_up"]
    floor.wait(10_000)
    assert floor.agent("ann").status.value == "signed_out" and floor.agent("ann").seat is None


def test_signing_out_in_wrap_up_ends_it():
    floor = after_a_call(floor_with())
    floor.receive(inp.SignOut(ANN))
    assert floor.agent("ann").status.value == "signed_out" and floor.slots("ann") == ["free"]


@pytest.mark.parametrize("wish", [inp.NotReady(ANN, "break"), inp.SignOut(ANN)])
def test_asked_for_while_ringing_the_offer_is_withdrawn_at_once(wish):
    floor = floor_with()
    contact = floor.call("q")
    floor.rings("ann")
    floor.receive(wish)
    assert floor.agent("ann").status.value in ("not_ready", "signed_out")
    assert floor.alerted() == [] and floor.agent("ann").failures == 0
    floor.ready("bob")
    assert floor.alerted(contact) == ["bob"] and floor.visit(contact).excluded == ()


@pytest.mark.parametrize("wish", [inp.NotReady(ANN, "break"), inp.SignOut(ANN)])
def test_asked_for_while_being_joined_it_waits_for_the_call(wish):
    floor = floor_with(queue_ms=0)
    contact, phone = floor.call("q"), floor.phone("ann")
    bridge = floor.picks_up("ann")
    floor.receive(wish)
    assert floor.alerted(contact) == ["ann"]
    floor.receive(inp.Joined(floor.leg(contact), bridge))
    floor.receive(inp.Joined(phone, bridge))
    assert floor.slots("ann") == ["connected"]
    floor.abandon(contact)
    assert floor.agent("ann").status.value in ("not_ready", "signed_out")


def test_no_wrap_up_when_nobody_was_connected():
    floor = floor_with()
    contact = floor.call("q")
    floor.picks_up("ann")
    floor.abandon(contact)
    assert floor.slots("ann") == ["free"]


def test_wrap_up_follows_whoever_hangs_up():
    for ends in ("caller", "agent", "interface"):
        floor = floor_with()
        contact = floor.call("q")
        floor.answers("ann")
        if ends == "caller":
            floor.abandon(contact)
        elif ends == "agent":
            floor.hangs_up("ann", Cause.NORMAL)
        else:
            floor.receive(inp.EndContact(contact))
        assert floor.slots("ann") == ["wrap_up"] and floor.is_home(), ends


def test_an_unknown_reason_is_refused_by_name():
    floor = floor_with()
    assert "break, lunch" in (floor.pause("ann", "holiday").refusal or "")
    assert floor.agent("ann").status.value == "ready"
