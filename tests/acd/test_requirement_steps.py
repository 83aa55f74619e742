"""A requirement: minimum levels that relax in steps while the contact waits."""

from acd.centre import agent, centre, queue
from acd.floor import Floor
from cordpair.acd import events as ev
from cordpair.acd import inputs as inp
from cordpair.acd.causes import Cause
from cordpair.acd.configuration import Misses, Service, Step, Strategy
from cordpair.ids import QueueId, ServiceId

STEPS = (Step(0, {"german": 7, "billing": 5}), Step(30_000, {"german": 4}), Step(90_000))
AGENTS = (
    agent("ann", {"german": 7, "billing": 5}, ("q",)),
    agent("bob", {"german": 5}, ("q",)),
    agent("cid", {}, ("q",)),
)


def floor_with(*ready: str, steps: tuple[Step, ...] = STEPS, **options: object) -> Floor:
    return Floor(centre((queue("q", steps=steps, **options),), AGENTS, misses=Misses(limit=99)), ready)


def test_each_step_falls_due_at_its_moment_and_is_matched_at_once():
    floor = floor_with("bob", "cid")
    contact = floor.call("q")
    floor.wait(29_999)
    assert floor.alerted() == []
    floor.wait(1)
    assert floor.alerted(contact) == ["bob"]
    assert floor.visit(contact).levels == {"german": 4}


def test_the_last_step_lets_everybody_in():
    floor = floor_with("cid")
    contact = floor.call("q")
    floor.wait(89_999)
    assert floor.alerted() == []
    floor.wait(1)
    assert floor.alerted(contact) == ["cid"]


def test_a_step_keeps_the_place():
    floor = floor_with(steps=(Step(0, {"german": 7}), Step(30_000)))
    first = floor.call("q")
    floor.wait(31_000)
    second = floor.call("q")
    floor.wait(31_000)
    floor.ready("cid")
    assert floor.alerted(first) == ["cid"]
    floor.abandon(first)
    assert floor.alerted(second) == ["cid"]


def test_steps_that_fell_due_together_are_one():
    floor = floor_with()
    contact = floor.call("q", ago=100_000)
    assert floor.visit(contact).levels == {}
    assert len(floor.all(ev.RequirementStepped)) == 1


def test_a_step_later_than_zero_begins_with_anyone():
    floor = floor_with("cid", steps=(Step(5_000, {"german": 5}),))
    contact = floor.call("q")
    assert floor.alerted(contact) == ["cid"]
    floor.refuses("cid", Cause.REJECTED)
    floor.wait(10_000)
    assert floor.alerted() == [] and floor.visit(contact).levels == {"german": 5}


def test_a_step_due_during_an_offer_counts_after_it():
    floor = floor_with("ann", steps=(Step(0, {"german": 7}), Step(5_000)))
    contact = floor.call("q")
    floor.ready("cid")
    floor.wait(6_000)
    assert floor.alerted(contact) == ["ann"]
    floor.refuses("ann", Cause.REJECTED)
    assert floor.alerted(contact) == ["cid"]


def test_steps_that_do_not_relax_are_served_as_they_say():
    floor = floor_with("bob", steps=(Step(0, {"billing": 5}), Step(1_000, {"german": 9}), Step(2_000, {"german": 5})))
    contact = floor.call("q")
    floor.wait(1_999)
    assert floor.alerted() == []
    floor.wait(1)
    assert floor.alerted(contact) == ["bob"]


def test_a_service_has_steps_of_its_own():
    services = (Service(ServiceId("s"), QueueId("q"), ("s",), steps=(Step(0, {"german": 7}),)),
                Service(ServiceId("none"), QueueId("q"), ("none",), steps=()))  # fmt: skip
    floor = Floor(centre((queue("q", steps=STEPS),), AGENTS, services=services), ["cid"])
    floor.call("s")
    contact = floor.call("none")
    floor.answers("cid")
    floor.abandon(contact)
    floor.wait(200_000)
    assert floor.offered() == [(contact, "cid")]


def test_a_requirement_changed_through_the_interface_is_matched_at_once():
    floor = floor_with("cid")
    contact = floor.call("q")
    assert floor.receive(inp.ChangeContact(contact, levels={"german": 2})).refusal is None
    assert floor.alerted() == []
    floor.receive(inp.ChangeContact(contact, levels={}))
    assert floor.alerted(contact) == ["cid"]


def test_a_changed_requirement_takes_the_place_of_all_steps():
    floor = floor_with("cid")
    contact = floor.call("q")
    floor.receive(inp.ChangeContact(contact, levels={"german": 2}))
    floor.wait(200_000)
    assert floor.alerted() == [] and floor.visit(contact).levels == {"german": 2}


def test_a_change_of_priority_leaves_the_steps_alone():
    floor = floor_with("bob", "cid")
    contact = floor.call("q")
    floor.receive(inp.ChangeContact(contact, head_start_ms=1_000))
    assert floor.visit(contact).levels == STEPS[0].levels
    floor.wait(30_000)
    assert floor.alerted(contact) == ["bob"]


def test_a_changed_requirement_is_what_the_best_are_chosen_for():
    floor = floor_with(strategy=Strategy.BEST_SKILL)
    contact = floor.call("q")
    floor.receive(inp.ChangeContact(contact, levels={"german": 1}))
    floor.cut()
    floor.link(floor.seen())
    floor.ready("bob", "ann")
    floor.wait(300)
    assert floor.alerted(contact) == ["ann"]  # 7 against 5


def test_a_change_that_changes_nothing_is_no_event():
    floor = floor_with()
    contact = floor.call("q")
    decided = floor.receive(inp.ChangeContact(contact, head_start_ms=0))
    assert decided.refusal is None and decided.events == []


def test_who_does_not_wait_cannot_be_changed():
    floor = floor_with("cid", steps=())
    contact = floor.call("q")
    floor.answers("cid")
    assert "does not wait" in (floor.receive(inp.ChangeContact(contact, head_start_ms=5)).refusal or "")
    assert "does not wait" in (floor.receive(inp.ChangeContact(type(contact)("x"), head_start_ms=5)).refusal or "")


def test_the_connected_met_the_requirement_in_force():
    floor = floor_with("ann", "bob", "cid")
    contacts = [floor.call("q") for _ in range(3)]
    floor.answers("ann")
    floor.wait(30_000)
    floor.answers("bob")
    floor.wait(60_000)
    floor.answers("cid")
    assert [floor.partner(each) for each in contacts] == ["ann", "bob", "cid"]
