"""What becomes of those who wait, talk and are signed in when the configuration changes under them."""

import pytest
from msgspec.structs import replace

from acd.centre import NODE, agent, centre, queue
from acd.floor import Floor
from cordpair.acd import Configuration
from cordpair.acd import events as ev
from cordpair.acd import inputs as inp
from cordpair.acd.causes import SeatStatus, VisitOutcome
from cordpair.acd.configuration import HangUpAction, Seat, Service, Step
from cordpair.acd.invariants import breaches
from cordpair.ids import QueueId, SeatId, ServiceId

STEPS = (Step(0, {"german": 7}), Step(30_000, {"german": 3}))


ANN = (agent("ann", {"german": 5}, ("q",)),)


def one_queue(*, agents=ANN, **options) -> Configuration:
    return centre((queue("q", **options),), agents)


def apply(floor: Floor, new: Configuration) -> list[ev.Event]:
    before = floor.acd.state.configuration
    decision = floor.receive(inp.ApplyConfiguration(replace(new, revision=before.revision + 1)))
    assert decision.refusal is None
    assert breaches(floor.acd, floor.now) == []
    return decision.events


def refused(floor: Floor, new: Configuration) -> str:
    before = floor.acd.state.configuration
    decision = floor.receive(inp.ApplyConfiguration(replace(new, revision=before.revision + 1)))
    assert decision.refusal is not None and decision.events == [] and floor.acd.state.configuration is before
    return decision.refusal


# ---------------------------------------------------------------- who waits


def test_new_steps_count_from_the_beginning_of_the_wait() -> None:
    floor = Floor(one_queue(steps=STEPS), ["ann"])
    contact = floor.call("q")
    floor.wait(10_000)
    assert floor.alerted() == []
    events = apply(floor, one_queue(steps=(Step(0, {"german": 9}), Step(8_000, {"german": 5}), Step(20_000))))
    changed = next(event for event in events if isinstance(event, ev.VisitChanged))
    assert (changed.levels, changed.step) == ({"german": 5}, 2)
    assert floor.alerted(contact) == ["ann"]


def test_steps_to_come_still_come() -> None:
    floor = Floor(one_queue(steps=STEPS), ["ann"])
    contact = floor.call("q")
    floor.wait(10_000)
    apply(floor, one_queue(steps=(Step(0, {"german": 9}), Step(15_000, {"german": 5}))))
    assert floor.alerted() == []
    floor.wait(5_000)
    assert floor.alerted(contact) == ["ann"]


def test_what_was_set_for_one_contact_stays() -> None:
    floor = Floor(one_queue(steps=STEPS, head_start_ms=5_000))
    contact = floor.call("q")
    floor.receive(inp.ChangeContact(contact, head_start_ms=60_000, levels={"german": 1}))
    apply(floor, one_queue(steps=(), head_start_ms=10_000))
    row = floor.visit(contact)
    assert (row.levels, row.head_start_ms) == ({"german": 1}, 60_000)


def test_a_changed_head_start_changes_the_order() -> None:
    two = (queue("q"), queue("r"))
    staff = (agent("ann", {}, ("q", "r")),)
    floor = Floor(centre(two, staff))
    floor.call("q")
    floor.wait(10_000)
    late = floor.call("r")
    apply(floor, centre((queue("q"), queue("r", head_start_ms=60_000)), staff))
    floor.receive(inp.SignIn(staff[0].agent))
    floor.receive(inp.Ready(staff[0].agent))
    assert floor.alerted(late) == ["ann"]


def test_a_service_gives_its_own_steps_and_head_start() -> None:
    def line(steps, of_service=0, **options) -> Configuration:
        service = Service(ServiceId("line"), QueueId("q"), ("q",), steps=steps, head_start_ms=of_service)
        return replace(one_queue(steps=STEPS, **options), services=(service,))

    floor = Floor(line((Step(0, {"german": 9}),)))
    contact = floor.call("q")
    apply(floor, line((Step(0, {"german": 2}),), 7_000, head_start_ms=1_000))
    row = floor.visit(contact)
    assert (row.levels, row.head_start_ms) == ({"german": 2}, 8_000)


@pytest.mark.parametrize("gone", [True, False])
def test_who_came_through_a_service_that_is_gone_keeps_what_it_gave(gone: bool) -> None:
    service = Service(ServiceId("line"), QueueId("q"), ("q",), steps=(Step(0, {"german": 9}),))
    two = (queue("q"), queue("r"))
    staff = (agent("ann", {"german": 1}, ("q", "r")),)
    floor = Floor(centre(two, staff, services=(service,)), ["ann"])
    contact = floor.call("q")
    apply(floor, centre(two, staff, services=() if gone else (replace(service, queue=QueueId("r")),)))
    assert floor.visit(contact).levels == {"german": 9} and floor.visit(contact).queue == "q"


def test_a_longest_wait_that_is_over_ends_it_now() -> None:
    floor = Floor(one_queue(steps=STEPS))
    floor.call("q")
    floor.wait(20_000)
    apply(floor, one_queue(steps=STEPS, max_wait_ms=15_000, on_timeout=HangUpAction()))
    assert floor.last(ev.VisitEnded).outcome is VisitOutcome.TIMED_OUT


def test_nobody_waits_for_an_agent_who_is_gone() -> None:
    staff = (agent("ann", {}, ("q",)), agent("bob", {}, ("q",)))
    floor = Floor(one_queue(agents=staff, sticky_ms=60_000), ["bob"])
    contact = floor.call("q", last_agent="ann")
    assert floor.alerted() == []
    apply(floor, one_queue(agents=staff[1:], sticky_ms=60_000))
    assert floor.alerted(contact) == ["bob"]


# ---------------------------------------------------------------- agents and seats


def test_a_removed_agent_is_signed_out_and_what_rings_there_is_taken_back() -> None:
    staff = (agent("ann", {}, ("q",)), agent("bob", {}, ("q",)))
    both = one_queue(agents=staff)
    floor = Floor(both, ["ann"])
    contact = floor.call("q")
    assert floor.alerted(contact) == ["ann"]
    apply(floor, replace(both, agents=staff[1:]))
    assert floor.last(ev.AgentSignedOut).reason == "removed" and floor.last(ev.OfferEnded).not_before is None
    assert contact in floor.acd.state.contacts and "ann" not in floor.acd.state.agents


def test_a_removed_agent_needs_no_wrap_up() -> None:
    staff = (agent("ann", {}, ("q",)), agent("bob", {}, ("q",)))
    both = one_queue(agents=staff, wrap_up_ms=60_000)
    floor = Floor(both, ["ann"])
    floor.call("q")
    floor.answers("ann")
    floor.hangs_up("ann")
    apply(floor, replace(both, agents=staff[1:]))
    assert "ann" not in floor.acd.state.agents


def test_every_reason_is_named_and_nothing_changes() -> None:
    staff = (agent("ann", {}, ("q",)), agent("bob", {}, ("q",)))
    both = one_queue(agents=staff)
    floor = Floor(both, ["ann"])
    floor.call("q")
    floor.answers("ann")
    floor.call("q")
    said = refused(floor, centre((), ()))
    assert "queue 'q' cannot be removed: 1 contact waits in it" in said
    assert "agent 'ann' cannot be removed: a contact is with them" in said
    assert "seat 'seat-ann' cannot be removed: a call is at its phone" in said
    moved = replace(both, seats=(replace(both.seats[0], endpoint="elsewhere"), both.seats[1]))
    assert refused(floor, moved) == "seat 'seat-ann' cannot move to another endpoint: a call is at its phone"


def test_a_seat_where_somebody_is_signed_in_stays() -> None:
    floor = Floor(one_queue(), ["ann"])
    assert "agent 'ann' is signed in there" in refused(floor, replace(one_queue(), seats=()))


def test_phones_that_change_places_keep_their_status() -> None:
    staff = (agent("ann", {}, ("q",)), agent("bob", {}, ("q",)))
    both = one_queue(agents=staff)
    floor = Floor(both, ["ann"])
    floor.receive(inp.SeatChanged(NODE, "phone-bob", SeatStatus.UNREACHABLE))
    first, second = both.seats
    swapped = (replace(first, endpoint=second.endpoint), replace(second, endpoint=first.endpoint))
    apply(floor, replace(both, seats=swapped))
    status = floor.acd.state.seats[SeatId("seat-ann")].status
    assert list(status.values()) == [SeatStatus.UNREACHABLE]


def test_an_added_agent_with_an_added_seat_takes_calls() -> None:
    floor = Floor(one_queue())
    contact = floor.call("q")
    both = one_queue(agents=(agent("ann", {}, ("q",)), agent("bob", {}, ("q",))))
    apply(floor, both)
    bob = both.agents[1].agent
    floor.receive(inp.SignIn(bob))
    floor.receive(inp.Ready(bob))
    assert floor.alerted() == [], "nothing is known of the phone yet"
    floor.receive(inp.SeatChanged(NODE, "phone-bob", SeatStatus.REACHABLE))
    assert floor.alerted(contact) == ["bob"]


def test_a_changed_capacity_counts_when_the_agent_is_free() -> None:
    floor = Floor(one_queue(), ["ann"])
    floor.call("q")
    floor.answers("ann")
    more = one_queue(agents=(agent("ann", {}, ("q",), capacity={"voice": 1, "chat": 2}),))
    apply(floor, more)
    row = next(iter(floor.acd.state.agents.values()))
    assert [slot.medium for slot in row.slots] == ["voice"]
    floor.hangs_up("ann")
    assert [slot.medium for slot in row.slots] == ["chat", "chat", "voice"]


def test_a_seat_may_move_while_no_call_is_there() -> None:
    floor = Floor(one_queue(), ["ann"])
    moved = replace(one_queue(), seats=(Seat(SeatId("seat-ann"), "phone-new"),))
    apply(floor, moved)
    contact = floor.call("q")
    assert floor.alerted() == []
    floor.receive(inp.SeatChanged(NODE, "phone-new", SeatStatus.REACHABLE))
    assert floor.alerted(contact) == ["ann"]
