"""Calls that agents place: their own phone first, then the customer's, then both in one bridge."""

from typing import Any

import pytest
from msgspec.structs import replace

from acd.centre import NODE, agent, centre, queue
from acd.floor import Floor
from acd.test_explain import why
from cordpair.acd import commands as cmd
from cordpair.acd import events as ev
from cordpair.acd import inputs as inp
from cordpair.acd.causes import Cause, Failure, OfferOutcome, SeatStatus
from cordpair.acd.configuration import Assignment, Calls, Strategy, Trunk
from cordpair.acd.eligibility import visit_obstacles
from cordpair.acd.evolve_placed import REMEMBERED
from cordpair.ids import AgentId, ContactId, LegId, QueueId

ANN, BOB = AgentId("ann"), AgentId("bob")
OUT, IN = QueueId("outbound"), QueueId("line")
CALLS = Calls(20_000, 30_000, {NODE: Trunk("{number}@provider", "+4930123")})


def floor_with(*ready: str, calls: Calls = CALLS, **outbound: Any) -> Floor:
    """Nobody works in the queue of placed calls."""
    agents = (agent("ann", {}, ("line",), capacity={"voice": 1, "mail": 1}), agent("bob", {}, ("line",)))
    queues = (queue("outbound", **{"wrap_up_ms": 7_000, **outbound}), queue("line"), queue("mail", medium="mail"))
    return Floor(centre(queues, agents, calls=calls, reasons=("break", "lunch")), ready)


def place(floor: Floor, key: str = "k1", by: AgentId = ANN, **options: Any) -> str | None:
    given = {"caller": inp.Caller("+00000"), **options}
    return floor.receive(inp.PlaceCall(key, by, OUT, floor.now, **given)).refusal


def paused(**options: Any) -> tuple[Floor, ContactId]:
    """Ann is at lunch, and has asked for a call."""
    floor = floor_with(**options)
    floor.sign_in("ann")
    floor.pause("ann", "lunch")
    assert place(floor) is None
    return floor, floor.last(ev.ContactArrived).contact


def dialled(**options: Any) -> tuple[Floor, ContactId]:
    """… and has answered her phone."""
    floor, contact = paused(**options)
    floor.rings("ann")
    floor.receive(inp.LegAnswered(floor.phone("ann")))
    return floor, contact


def talking(**options: Any) -> tuple[Floor, ContactId]:
    floor, contact = dialled(**options)
    customer = floor.leg(contact)
    floor.receive(inp.LegRinging(customer))
    floor.receive(inp.LegAnswered(customer))
    bridge = floor.last(ev.CustomerAnswered).bridge
    for leg in (customer, floor.phone("ann")):
        floor.receive(inp.Joined(leg, bridge))
    return floor, contact


def is_as_before(floor: Floor) -> None:
    """At lunch, since when she was, and nothing is left of the call."""
    row = floor.agent("ann")
    assert (row.status.value, row.reason, row.not_before, row.failures) == ("not_ready", "lunch", None, 0)
    assert floor.is_home()
    for each in floor.acd.state.queues.values():
        assert each.offered == sum(each.outcomes.values()) + each.waiting


# ---------------------------------------------------------------- all goes well


def test_the_agents_phone_rings_and_nobody_elses():
    floor, contact = paused()
    ring = floor.last(ev.OfferMade)
    assert (ring.agent, ring.contact, ring.strategy, ring.expires_at) == (ANN, contact, "placed", floor.now + 20_000)
    assert floor.sent(cmd.Originate)[-1].endpoint == "phone-ann" and floor.sent(cmd.Originate)[-1].timeout_ms == 25_000
    assert floor.sent(cmd.Dial) == []
    floor.ready("bob")
    assert floor.alerted() == ["ann"]


def test_then_the_customers():
    floor, contact = dialled()
    call = floor.sent(cmd.Dial)[-1]
    assert (call.leg, call.dial, call.caller_id, call.contact) == (
        floor.leg(contact),
        "{number}@provider",
        "+4930123",
        contact,
    )
    assert call.timeout_ms == 35_000 and call.stamp.role == "customer"
    assert floor.sent(cmd.Ring) == [] and floor.sent(cmd.Join) == []
    floor.receive(inp.LegRinging(floor.leg(contact)))
    assert floor.sent(cmd.Ring) == [cmd.Ring(NODE, floor.phone("ann"))]  # she hears that it rings


def test_then_they_talk_and_the_agent_is_as_before():
    floor, contact = talking()
    assert floor.partner(contact) == "ann" and floor.outcomes("outbound") == {"connected": 1}
    assert floor.sent(cmd.Join)[-1].legs == (LegId(f"{contact}-k"), floor.phone("ann"))
    floor.wait(60_000)
    floor.hangs_up("ann")
    assert floor.slots("ann") == ["free", "wrap_up"] and floor.last(ev.ConnectionEnded).talk_ms == 60_000
    floor.wait(7_000)
    assert floor.slots("ann") == ["free", "free"]
    is_as_before(floor)


def test_an_agent_who_is_ready_is_ready_again():
    floor = floor_with("ann")
    place(floor)
    floor.rings("ann")
    floor.refuses("ann", Cause.REJECTED)
    contact = floor.call("line")
    assert floor.alerted(contact) == ["ann"]  # at once: nothing is held against her


def test_another_number_is_shown_when_it_was_asked_for():
    floor = floor_with("ann")
    place(floor, caller_id="+4999")
    floor.receive(inp.LegAnswered(floor.phone("ann")))
    assert floor.sent(cmd.Dial)[-1].caller_id == "+4999"


def test_a_key_is_one_call():
    floor, _ = paused()
    events = len(floor.events)
    assert place(floor) is None and place(floor, by=BOB) is None
    assert len(floor.events) == events
    floor.refuses("ann", Cause.REJECTED)
    assert place(floor) is None  # also when it is over
    assert len(floor.all(ev.ContactArrived)) == 1
    assert place(floor, "k2") is None and len(floor.all(ev.ContactArrived)) == 2


def test_not_every_key_is_remembered_for_ever():
    floor = floor_with("ann")
    for number in range(REMEMBERED + 1):
        assert place(floor, f"n{number}") is None
        floor.refuses("ann", Cause.REJECTED)
    assert len(floor.acd.state.placed) == REMEMBERED and "n0" not in floor.acd.state.placed


def test_a_task_may_have_the_same_key():
    floor, contact = paused()
    floor.receive(inp.TaskArrived("k1", QueueId("mail"), "mail", floor.now))
    floor.refuses("ann", Cause.REJECTED)
    assert not floor.lives(contact) and len(floor.acd.state.tasks) == 1


# ---------------------------------------------------------------- the agent is not to be had


@pytest.mark.parametrize(
    ("rings", "cause", "outcome"),
    [
        (True, Cause.NO_ANSWER, OfferOutcome.MISSED),
        (True, Cause.REJECTED, OfferOutcome.REJECTED),
        (False, Cause.BUSY, OfferOutcome.BUSY),
        (False, Cause.UNREACHABLE, OfferOutcome.UNREACHABLE),
        (False, Cause.LOST, OfferOutcome.FAILED),
    ],
)
def test_the_agent_does_not_take_it(rings: bool, cause: Cause, outcome: OfferOutcome):
    floor, _ = paused()
    floor.ready("bob")
    if rings:
        floor.rings("ann")
    floor.refuses("ann", cause)
    assert floor.last(ev.OfferEnded).outcome is outcome and floor.sent(cmd.Dial) == []
    assert floor.outcomes("outbound") == {"agent_not_reached": 1} and floor.ends() == ["system"]
    assert floor.alerted() == []
    is_as_before(floor)


def test_the_agent_does_not_answer_in_time():
    floor, _ = paused()
    floor.rings("ann")
    floor.wait(19_999)
    assert floor.alerted() == ["ann"]
    floor.wait(1)
    assert floor.last(ev.OfferEnded).outcome is OfferOutcome.MISSED
    assert floor.outcomes("outbound") == {"agent_not_reached": 1}
    is_as_before(floor)


def test_missed_for_ever_is_no_reason_for_a_pause():
    floor = floor_with("ann")
    for number in range(5):
        place(floor, f"n{number}")
        floor.rings("ann")
        floor.wait(20_000)
    assert floor.agent("ann").status.value == "ready"


@pytest.mark.parametrize("what", ["rejects", "signs out", "ended", "not originated"])
def test_it_is_taken_back(what: str):
    floor, contact = paused()
    if what == "rejects":
        floor.receive(inp.RejectOffer(floor.offer("ann").offer))
    elif what == "signs out":
        floor.receive(inp.SignOut(ANN))
    elif what == "ended":
        floor.receive(inp.EndContact(contact))
    else:
        floor.receive(inp.CommandFailed("Originate", NODE, Failure.REFUSED, leg=floor.phone("ann")))
    assert floor.is_home() and floor.sent(cmd.Dial) == []
    assert floor.outcomes("outbound") == {"failed" if what == "ended" else "agent_not_reached": 1}


@pytest.mark.parametrize("strategy", [Strategy.LONGEST_IDLE, Strategy.RING_ALL, Strategy.RING_PROGRESSIVELY])
def test_who_works_in_that_queue_is_not_alerted_for_it(strategy: Strategy):
    floor = floor_with(strategy=strategy)
    working = replace(floor.configuration.agents[1], assignments=(Assignment(OUT),))
    agents = (floor.configuration.agents[0], working)
    floor.receive(inp.ApplyConfiguration(replace(floor.configuration, revision=2, agents=agents)))
    floor.ready("bob")
    floor.sign_in("ann")
    assert place(floor) is None
    floor.wait(19_000)
    assert floor.alerted() == ["ann"]
    floor.refuses("ann", Cause.REJECTED)
    assert floor.alerted() == [] and floor.is_home()


def test_it_is_explained():
    floor = floor_with("bob")
    floor.sign_in("ann")
    place(floor)
    found = why(floor)
    assert (found.agent, found.strategy, found.requirement) == ("ann", "placed", {})
    assert [each.passed_over[-1:] for each in found.candidates] == [(), ("reserved for ann",)]
    assert "called by an agent: for nobody else" in visit_obstacles(floor.acd.cell, floor.visit(found.contact), 0)


# ---------------------------------------------------------------- who may not


def refusal(floor: Floor, **options: Any) -> str:
    before = len(floor.events)
    refused = place(floor, **options)
    assert refused is not None and len(floor.events) == before
    return refused


def test_who_is_not_there():
    floor = floor_with()
    assert refusal(floor) == "agent 'ann' is not signed in"
    assert refusal(floor, by=AgentId("zoe")) == "agent 'zoe' does not exist"


def test_who_has_something_to_do():
    floor = floor_with("ann")
    contact = floor.call("line")
    assert refusal(floor) == "agent 'ann' is being alerted"
    floor.answers("ann")
    assert refusal(floor) == "agent 'ann' is in conversation"
    floor.abandon(contact)
    assert place(floor) is None  # no wrap-up in that queue
    floor, contact = talking()
    floor.abandon(contact)
    assert refusal(floor, key="k2") == "agent 'ann' is in wrap-up"


def test_whose_phone_cannot_be_rung():
    floor = floor_with("ann")
    floor.receive(inp.SeatChanged(NODE, "phone-ann", SeatStatus.BUSY))
    assert refusal(floor) == "the phone of agent 'ann' cannot be rung now"
    floor.cut()
    assert refusal(floor) == "no PBX with a trunk takes calls now"
    assert refusal(floor_with("ann", calls=Calls())) == "no PBX has a trunk for calls that agents place"


def test_a_phone_whose_last_call_has_not_ended():
    floor = floor_with("ann")
    floor.call("line")
    floor.answers("ann")
    floor.held.add(cmd.HangUp)
    floor.receive(inp.EndContact(floor.last(ev.ContactArrived).contact))
    assert refusal(floor) == "the phone of agent 'ann' is in a call still"


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"caller": None}, "the number to call"),
        ({"caller": inp.Caller("")}, "the number to call"),
        ({"caller": inp.Caller("0?00")}, "the number to call"),
        ({"caller": inp.Caller("0" * 33)}, "the number to call"),
        ({"caller_id": "x"}, "a caller id"),
        ({"key": ""}, "the key of a call"),
        ({"key": "a\nb"}, "the key of a call"),
    ],
)
def test_what_cannot_be_called(options: dict[str, Any], told: str):
    assert refusal(floor_with("ann"), **options).startswith(told)


def test_a_queue_that_is_none():
    floor = floor_with("ann")
    for name, told in (("nowhere", "queue 'nowhere' does not exist"), ("mail", "queue 'mail' takes mail, not calls")):
        given = inp.PlaceCall("k", ANN, QueueId(name), floor.now, inp.Caller("0"))
        assert floor.receive(given).refusal == told


# ---------------------------------------------------------------- the customer is not to be had


@pytest.mark.parametrize(
    ("cause", "outcome", "end"),
    [
        (Cause.BUSY, "customer_not_reached", "system"),
        (Cause.REJECTED, "customer_not_reached", "system"),
        (Cause.UNREACHABLE, "customer_not_reached", "system"),
        (Cause.NO_ANSWER, "customer_not_reached", "system"),
        (Cause.UNKNOWN, "lost_visibility", "lost_visibility"),
    ],
)
def test_the_customer_is_not_reached(cause: Cause, outcome: str, end: str):
    floor, contact = dialled()
    floor.receive(inp.LegEnded(floor.leg(contact), cause))
    assert floor.last(ev.CustomerNotReached) == ev.CustomerNotReached(contact, cause)
    assert floor.outcomes("outbound") == {outcome: 1} and floor.ends() == [end]
    assert floor.last(ev.OfferEnded).outcome is OfferOutcome.CONTACT_GONE
    is_as_before(floor)  # no wrap-up: nobody has talked


def test_the_customer_does_not_answer_in_time():
    floor, contact = dialled()
    customer = floor.leg(contact)
    floor.receive(inp.LegRinging(customer))
    floor.wait(29_999)
    assert floor.lives(contact)
    floor.wait(1)
    assert floor.last(ev.CustomerNotReached).cause is Cause.NO_ANSWER
    assert customer in [each.leg for each in floor.sent(cmd.HangUp)]
    is_as_before(floor)


@pytest.mark.parametrize("failure", [Failure.REFUSED, Failure.TIMED_OUT, Failure.UNSUPPORTED])
def test_the_number_cannot_be_dialled(failure: Failure):
    floor, contact = dialled()
    floor.receive(inp.CommandFailed("Dial", NODE, failure, leg=floor.leg(contact)))
    assert floor.last(ev.CustomerNotReached).cause is Cause.UNREACHABLE
    is_as_before(floor)


def test_the_trunk_is_taken_away_while_the_agents_phone_rings():
    floor, _ = paused()
    floor.receive(inp.ApplyConfiguration(replace(floor.configuration, revision=2, calls=Calls())))
    floor.receive(inp.LegAnswered(floor.phone("ann")))
    assert floor.last(ev.CustomerNotReached).cause is Cause.UNREACHABLE and floor.sent(cmd.Dial) == []
    is_as_before(floor)


def test_the_agent_hangs_up_first():
    floor, contact = dialled()
    customer = floor.leg(contact)
    floor.receive(inp.LegRinging(customer))
    floor.hangs_up("ann")
    assert floor.last(ev.CustomerNotReached).cancelled
    assert floor.sent(cmd.HangUp)[-1] == cmd.HangUp(NODE, customer)
    assert floor.outcomes("outbound") == {"cancelled": 1} and floor.ends() == ["agent_hung_up"]
    is_as_before(floor)


def test_the_customer_is_gone_before_the_two_are_joined():
    floor, contact = dialled()
    floor.receive(inp.LegAnswered(floor.leg(contact)))
    floor.receive(inp.LegEnded(floor.leg(contact), Cause.NORMAL))
    assert floor.outcomes("outbound") == {"abandoned": 1} and floor.all(ev.CustomerNotReached) == []
    is_as_before(floor)


def test_the_two_are_not_joined():
    floor, contact = dialled()
    floor.receive(inp.LegAnswered(floor.leg(contact)))
    floor.wait(floor.configuration.timing.join_timeout_ms)
    assert floor.outcomes("outbound") == {"failed": 1} and floor.ends() == ["failed"]
    is_as_before(floor)


# ---------------------------------------------------------------- afterwards


def test_an_agents_call_that_is_lost_is_over():
    """Nobody else takes a call that they have not asked for."""
    floor, _ = talking()
    floor.ready("bob")
    floor.hangs_up("ann", Cause.LOST)
    assert floor.ends() == ["failed"] and floor.alerted() == []


def test_a_page_that_is_loaded_anew_gets_it_back():
    floor, contact = talking()
    floor.receive(inp.RingAgain(contact, ANN))
    assert floor.alerted(contact) == ["ann"] and floor.slots("ann") == ["free", "offered"]
    assert floor.sent(cmd.Music)[-1].leg == floor.leg(contact)
    floor.answers("ann")
    assert floor.partner(contact) == "ann" and len(floor.sent(cmd.Dial)) == 1


def test_and_if_it_does_not_answer_the_call_is_over():
    floor, contact = talking()
    floor.ready("bob")
    floor.receive(inp.RingAgain(contact, ANN))
    floor.wait(20_000)
    assert not floor.lives(contact) and floor.outcomes("outbound") == {"connected": 1, "agent_not_reached": 1}
    is_as_before(floor)


def test_given_away_it_is_a_contact_like_any_other():
    floor, contact = talking()
    floor.receive(inp.Transfer(contact, ANN, queue=IN))
    floor.ready("bob")
    assert floor.alerted(contact) == ["bob"] and floor.contact(contact).placed_by is None
    floor.refuses("bob", Cause.REJECTED)
    assert floor.visit(contact).queue == IN


def test_a_link_that_is_lost_while_the_customers_phone_rings():
    floor, contact = dialled()
    floor.receive(inp.LegRinging(floor.leg(contact)))
    floor.cut()
    floor.wait(60_000)
    assert floor.lives(contact)  # nobody knows
    floor.link(tuple(replace(leg, answered=True) for leg in floor.seen()))
    assert floor.last(ev.CustomerAnswered).contact == contact


def test_a_customer_who_may_never_have_been_dialled():
    floor, contact = dialled()
    customer = floor.leg(contact)
    floor.cut()
    floor.link(tuple(leg for leg in floor.seen() if leg.leg != customer))
    assert floor.outcomes("outbound") == {"lost_visibility": 1}
    assert customer in [each.leg for each in floor.sent(cmd.HangUp)]  # behind its beginning
    is_as_before(floor)
