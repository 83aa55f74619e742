"""Given away, blind: the same contact in another queue or for another agent, whoever gave it is done with it."""

from typing import Any

import pytest
from msgspec.structs import replace

from acd.centre import NODE, agent, centre, queue
from acd.floor import Floor
from acd.web_floor import call as web_call
from acd.web_floor import floor_with as web_floor
from acd.web_floor import press, told
from cordpair.acd import commands as cmd
from cordpair.acd import events as ev
from cordpair.acd import inputs as inp
from cordpair.acd.causes import Cause
from cordpair.acd.configuration import HangUpAction, QueueAction, Step
from cordpair.acd.decide_transfer import KEPT_MS
from cordpair.acd.inputs import BridgeSeen, LegSeen
from cordpair.acd.model import AgentStatus
from cordpair.ids import AgentId, ContactId, QueueId

ANN, BOB, CID = AgentId("ann"), AgentId("bob"), AgentId("cid")
FIRST, TECH = QueueId("first"), QueueId("tech")
STEPS = (Step(0, {"network": 5}), Step(20_000, {"network": 2}), Step(60_000))


def floor_with(*ready: str, tech: dict[str, Any] | None = None, **options: Any) -> Floor:
    agents = (
        agent("ann", {}, ("first", "tech", "mail"), wrap_up_ms=5_000, capacity={"voice": 1, "mail": 1}),
        agent("bob", {"network": 7}, ("tech",)),
        agent("cid", {}, ("mail", "tech"), capacity={"voice": 1, "mail": 1}),
    )
    queues = (
        queue("first", music="waltz", **options),
        queue("tech", **{"music": "techno", "steps": STEPS, "head_start_ms": 7_000, **(tech or {})}),
        queue("mail", medium="mail"),
    )
    return Floor(centre(queues, agents), ready)


def talking(*others: str, **options: Any) -> tuple[Floor, ContactId]:
    floor = floor_with("ann", **options)
    contact = floor.call("first", context_id="ctx-1")
    floor.answers("ann")
    floor.ready(*others)
    floor.wait(60_000)
    return floor, contact


def transfer(floor: Floor, contact: ContactId, queue: QueueId | None = None, to: AgentId | None = None) -> str | None:
    by = floor.partner(contact)
    return floor.receive(inp.Transfer(contact, AgentId(by or "ann"), queue, to)).refusal


# ---------------------------------------------------------------- to a queue


def test_it_waits_anew_with_what_the_queue_demands():
    floor, contact = talking()
    assert transfer(floor, contact, TECH) is None
    visit = floor.visit(contact)
    assert (visit.queue, visit.enqueued_at, visit.began_at) == (TECH, floor.now, floor.now)
    assert (visit.head_start_ms, visit.steps, visit.levels) == (7_000, STEPS, {"network": 5})
    assert floor.contact(contact).context_id == "ctx-1"
    assert floor.outcomes("first") == {"connected": 1} and floor.outcomes("tech") == {}
    assert floor.last(ev.ConnectionEnded).by == "transferred" and floor.last(ev.ConnectionEnded).talk_ms == 60_000
    assert floor.slots("ann") == ["free", "wrap_up"] and floor.lives(contact)
    floor.ready("bob")
    assert floor.answers("bob") == contact
    assert floor.outcomes("tech") == {"connected": 1} and floor.all(ev.ContactArrived)[1:] == []


def test_the_customer_leaves_before_anybody_goes():
    """Nothing is played inside a bridge, and nobody hears the other hang up."""
    floor, contact = talking()
    caller, phone, bridge = floor.leg(contact), floor.phone("ann"), floor.contact(contact).bridge
    assert bridge is not None
    before = len(floor.commands)
    transfer(floor, contact, TECH)
    assert floor.commands[before:] == [
        cmd.Leave(NODE, bridge, (caller,)),
        cmd.Release(NODE, bridge),
        cmd.HangUp(NODE, phone, Cause.NORMAL),
        cmd.Music(NODE, caller, "techno"),
    ]


def test_on_hold_it_goes_as_well():
    floor, contact = talking()
    floor.receive(inp.Hold(contact, ANN))
    before = len(floor.commands)
    transfer(floor, contact, TECH)
    assert [type(each) for each in floor.commands[before:]] == [cmd.Release, cmd.HangUp, cmd.Music]
    floor.ready("bob")
    assert floor.answers("bob") == contact
    connection = floor.contact(contact).connection
    assert connection is not None and not connection.held


def test_whoever_gave_it_away_is_not_offered_it():
    """Though they are the first who would be free, and as long as there is anybody else."""
    floor, contact = talking(tech={"steps": ()})
    transfer(floor, contact, TECH)
    floor.wraps_up("ann")
    assert floor.alerted() == ["ann"]  # there is nobody else: better they than nobody
    floor.refuses("ann", Cause.REJECTED)
    floor.ready("cid")
    assert floor.alerted(contact) == ["cid"]


def test_whoever_gave_it_away_waits_for_another():
    floor, contact = talking("cid", tech={"steps": ()})
    floor.call("tech")
    floor.answers("cid")
    transfer(floor, contact, TECH)
    floor.wraps_up("ann")
    assert floor.alerted() == [] and floor.visit(contact).excluded == ("ann",)
    floor.hangs_up("cid")
    assert floor.alerted(contact) == ["cid"]


def test_three_times_and_still_the_same():
    """Nobody asks again who they are: contact, context and leg go with them."""
    floor, contact = talking("bob", "cid", tech={"steps": ()})
    leg = floor.leg(contact)
    for to in (BOB, CID, ANN):
        by = floor.partner(contact)
        assert transfer(floor, contact, to=to) is None
        floor.wraps_up(str(by))
        assert floor.answers(to) == contact
        assert (floor.leg(contact), floor.contact(contact).context_id) == (leg, "ctx-1")
    assert [event.by for event in floor.all(ev.ConnectionEnded)] == ["transferred"] * 3
    assert [event.origin for event in floor.all(ev.ContactArrived)] == [None]
    floor.hangs_up("ann")
    assert floor.is_home() and floor.ends() == ["agent_hung_up"]


def test_only_once_at_a_time():
    floor, contact = talking()
    transfer(floor, contact, TECH)
    assert "does not talk" in (transfer(floor, contact, FIRST) or "")
    floor.ready("bob")
    floor.picks_up("bob")
    assert floor.receive(inp.Transfer(contact, BOB, FIRST)).refusal  # not joined yet


@pytest.mark.parametrize(
    ("wanted", "says"),
    [
        ({"queue": QueueId("nowhere")}, "does not exist"),
        ({"queue": QueueId("mail")}, "takes mail"),
        ({}, "exactly one"),
        ({"queue": TECH, "to": BOB}, "exactly one"),
        ({"to": AgentId("zoe")}, "does not exist"),
        ({"to": ANN}, "already"),
        ({"to": BOB}, "not signed in"),
    ],
)
def test_what_leads_nowhere_is_refused_and_the_agent_keeps_it(wanted, says):
    floor, contact = talking()
    assert says in (transfer(floor, contact, **wanted) or "")
    assert floor.partner(contact) == "ann"


def test_nobody_is_given_away_into_a_closed_door():
    """The queue would hang up on them: the agent is told so instead."""
    full = {"max_length": 1}
    floor, contact = talking(tech=full)
    floor.call("tech")
    assert "full" in (transfer(floor, contact, TECH) or "") and floor.partner(contact) == "ann"
    closed = {"on_no_agent_ready": HangUpAction(Cause.NORMAL, "closed")}
    floor, contact = talking(tech=closed)
    floor.pause("ann")
    assert transfer(floor, contact, TECH) is None  # who asks is an agent of it, and ready until this call ends
    floor = floor_with("ann", tech={**closed, "no_agent_after_ms": 0})
    floor.acd.receive(inp.ApplyConfiguration(_without_ann_in_tech(floor)), floor.now)
    contact = floor.call("first")
    floor.answers("ann")
    assert "no agent" in (transfer(floor, contact, TECH) or "")


def _without_ann_in_tech(floor: Floor) -> Any:
    agents = tuple(
        replace(each, assignments=tuple(a for a in each.assignments if a.queue != TECH)) if each.agent == ANN else each
        for each in floor.configuration.agents
    )
    return replace(floor.configuration, agents=agents, revision=2)


def test_a_queue_that_sends_on_sends_on():
    floor, contact = talking(tech={"max_length": 1, "on_full": QueueAction(FIRST)})
    floor.call("tech")
    assert transfer(floor, contact, TECH) is None
    assert floor.visit(contact).queue == FIRST and floor.outcomes("tech") == {"overflowed": 1}
    assert [event.excluded for event in floor.all(ev.VisitBegan)[-1:]] == [("ann",)]  # still


def test_the_agent_of_the_last_call_is_not_waited_for():
    """Sticky is for who calls again; this one was just given away."""
    floor = floor_with("ann", tech={"sticky_ms": 9_000})
    contact = floor.call("first", last_agent=ANN)
    floor.answers("ann")
    transfer(floor, contact, TECH)
    assert floor.visit(contact).sticky is None


def test_a_task_is_given_away_too():
    floor = floor_with("ann")
    floor.receive(inp.TaskArrived("mail-1", QueueId("mail"), "mail", floor.now))
    floor.receive(inp.AcceptOffer(floor.offer("ann").offer))
    task = next(iter(floor.acd.state.contacts))
    floor.ready("cid")
    assert transfer(floor, task, to=CID) is None
    assert floor.alerted(task) == ["cid"] and floor.slots("ann") == ["wrap_up", "free"]


# ---------------------------------------------------------------- to an agent


def test_the_agent_gets_it_whatever_they_can():
    floor, contact = talking("bob", "cid")
    assert transfer(floor, contact, to=CID) is None  # cid cannot do what the queue demands
    visit = floor.visit(contact)
    assert (visit.queue, visit.sticky, visit.sticky_until, visit.levels) == (TECH, CID, floor.now + KEPT_MS, {})
    assert floor.alerted(contact) == ["cid"]
    assert floor.answers("cid") == contact


def test_the_present_queue_if_they_work_there():
    agents = (agent("ann", {}, ("one", "two")), agent("bob", {}, ("two", "one")))
    floor = Floor(centre((queue("one"), queue("two")), agents), ["ann"])
    contact = floor.call("one")
    floor.answers("ann")
    floor.ready("bob")
    transfer(floor, contact, to=BOB)
    assert floor.visit(contact).queue == "one"


def test_after_the_window_it_is_the_queues():
    """With the step that is due after so long a wait."""
    floor, contact = talking("bob")
    floor.call("tech")
    floor.answers("bob")  # busy
    floor.ready("cid")
    transfer(floor, contact, to=BOB)
    floor.wait(KEPT_MS - 1)
    assert floor.alerted() == [] and floor.visit(contact).levels == {} and floor.visit(contact).step == 0
    floor.wait(1)
    visit = floor.visit(contact)
    assert (visit.sticky, visit.direct, visit.levels, visit.step) == (None, False, {"network": 2}, 2)
    floor.wait(30_000)
    assert floor.alerted(contact) == ["cid"]  # the last step demands nothing


def test_a_miss_ends_the_window():
    floor, contact = talking("bob", "cid")
    transfer(floor, contact, to=CID)
    floor.rings("cid")
    floor.refuses("cid", Cause.REJECTED)
    assert floor.visit(contact).levels == {"network": 5} and floor.alerted(contact) == ["bob"]


def test_the_queues_own_window_counts():
    floor, contact = talking("cid", tech={"sticky_ms": 8_000})
    floor.pause("cid")
    transfer(floor, contact, to=CID)
    assert floor.visit(contact).sticky_until == floor.now + 8_000


def test_an_exclusion_is_looked_at_when_the_window_is_over():
    """Not before, and an engine that was started again decides alike."""
    floor, contact = talking("cid", tech={"steps": ()})
    floor.pause("cid")
    transfer(floor, contact, to=CID)
    floor.acd = floor.rebuilt()
    floor.wraps_up("ann")  # they alone are ready
    floor.acd = floor.rebuilt()
    floor.wait(KEPT_MS - 1)
    assert floor.all(ev.ExclusionsCleared) == [] and floor.alerted() == []
    floor.wait(1)
    assert len(floor.all(ev.ExclusionsCleared)) == 1 and floor.alerted(contact) == ["ann"]


def test_a_new_configuration_in_the_window():
    floor, contact = talking("cid")
    floor.pause("cid")
    transfer(floor, contact, to=CID)
    queues = tuple(replace(each, steps=(Step(0, {"network": 9}),)) if each.queue == TECH else each
                   for each in floor.configuration.queues)  # fmt: skip
    floor.receive(inp.ApplyConfiguration(replace(floor.configuration, queues=queues, revision=2)))
    assert (floor.visit(contact).sticky, floor.visit(contact).levels) == (CID, {})
    floor.wait(KEPT_MS)
    assert (floor.visit(contact).sticky, floor.visit(contact).levels) == (None, {"network": 9})


def test_an_agent_taken_out_of_the_queue_is_not_waited_for():
    floor, contact = talking("cid")
    floor.pause("cid")
    transfer(floor, contact, to=CID)
    agents = tuple(replace(each, assignments=each.assignments[:1]) if each.agent == CID else each
                   for each in floor.configuration.agents)  # fmt: skip
    floor.receive(inp.ApplyConfiguration(replace(floor.configuration, agents=agents, revision=2)))
    assert (floor.visit(contact).sticky, floor.visit(contact).levels) == (None, {"network": 5})


def test_who_works_in_no_such_queue_is_not_named():
    floor, contact = talking("cid")
    agents = tuple(replace(each, assignments=each.assignments[:1]) if each.agent == CID else each
                   for each in floor.configuration.agents)  # fmt: skip
    floor.receive(inp.ApplyConfiguration(replace(floor.configuration, agents=agents, revision=2)))
    assert "no queue for voice" in (transfer(floor, contact, to=CID) or "")


# ---------------------------------------------------------------- customers in browsers, gaps, what was asked for


def test_a_customer_in_a_browser_stays_on_the_line():
    floor = web_floor("ann")
    contact = press(floor)
    leg = web_call(floor)
    floor.answers("ann")
    floor.ready("bob")
    assert transfer(floor, contact, QueueId("more")) is None
    assert floor.leg(contact) == leg and len(told(floor)) == 1
    assert floor.answers("bob") == contact and len(told(floor)) == 1


def test_a_pause_that_was_asked_for_comes_after_it():
    floor = floor_with("ann")
    contact = floor.call("first")
    floor.answers("ann")
    floor.pause("ann")
    transfer(floor, contact, TECH)
    floor.wraps_up("ann")
    assert floor.agent("ann").status is AgentStatus.NOT_READY


def test_a_bridge_that_outlived_the_gap_is_left_before_the_music():
    floor, contact = talking()
    caller, bridge = floor.leg(contact), floor.contact(contact).bridge
    assert bridge is not None
    floor.cut()
    transfer(floor, contact, TECH)
    before = len(floor.commands)
    stamp = inp.Stamp("main")
    floor.link((LegSeen(caller, True, bridge=bridge, stamp=stamp),), bridges=(BridgeSeen(bridge, stamp=stamp),))
    caller_commands = [type(each) for each in floor.commands[before:] if caller in repr(each)]
    assert caller_commands == [cmd.Leave, cmd.Music]
    assert floor.visit(contact).queue == TECH


# ---------------------------------------------------------------- back to the phone that lost it


def test_a_phone_that_lost_the_call_is_rung_again():
    """At the old place, for nobody else, and without a wrap-up; the dead leg goes."""
    floor, contact = talking(tech={"steps": ()})
    enqueued_at, phone = floor.contact(contact).arrived_at, floor.phone("ann")
    assert floor.receive(inp.RingAgain(contact, BOB)).refusal
    assert floor.receive(inp.RingAgain(contact, ANN)).refusal is None
    assert floor.sent(cmd.HangUp)[-1].leg == phone
    visit = floor.visit(contact)
    assert (visit.queue, visit.enqueued_at, visit.sticky) == (FIRST, enqueued_at, ANN)
    floor.ready("bob", "cid")
    floor.receive(inp.LegEnded(phone, Cause.NORMAL))
    assert floor.alerted(contact) == ["ann"]
    assert floor.answers("ann") == contact and floor.ends() == []


def test_who_asked_for_a_pause_meanwhile_gets_it_and_the_customer_goes_on():
    floor, contact = talking()
    floor.receive(inp.Hold(contact, ANN))
    floor.pause("ann")
    floor.receive(inp.RingAgain(contact, ANN))
    assert floor.agent("ann").status is AgentStatus.NOT_READY
    assert floor.visit(contact).sticky is None and floor.lives(contact)
