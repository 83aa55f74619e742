"""A new configuration is applied whole or not at all, and never takes away what is in use."""

import msgspec
import pytest

from acd.centre import agent, centre, queue
from acd.floor import Floor
from cordpair.acd import Configuration
from cordpair.acd import events as ev
from cordpair.acd import inputs as inp
from cordpair.acd.causes import Cause
from cordpair.acd.configuration import Assignment, Step
from cordpair.ids import AgentId, QueueId

QUEUES = (queue("q"), queue("r"))
AGENTS = (agent("ann", {"german": 3}, ("q", "r")), agent("bob", {}, ("q",)))


def apply(floor: Floor, **options: object) -> str | None:
    new: Configuration = msgspec.structs.replace(floor.configuration, revision=2, **options)
    refusal = floor.receive(inp.ApplyConfiguration(new)).refusal
    if refusal is None:
        floor.configuration = new
    return refusal


def test_a_queue_in_use_stays():
    floor = Floor(centre(QUEUES, AGENTS))
    contact = floor.call("r")
    assert "wait" in (apply(floor, queues=QUEUES[:1]) or "")
    assert "medium" in (apply(floor, queues=(QUEUES[0], queue("r", medium="chat"))) or "")
    floor.abandon(contact)
    assert apply(floor, queues=QUEUES[:1], services=floor.configuration.services[:1]) is None


def test_an_agent_in_conversation_stays():
    floor = Floor(centre(QUEUES, AGENTS), ["ann", "bob"])
    floor.call("r")
    floor.answers("ann")
    assert "a contact is with them" in (apply(floor, agents=AGENTS[1:]) or "")
    assert apply(floor, agents=AGENTS[:1]) is None
    assert floor.last(ev.AgentSignedOut).agent == "bob" and "bob" not in floor.acd.state.agents


def test_who_waits_is_matched_by_the_new_configuration_at_once():
    floor = Floor(centre((queue("q"), queue("r")), (agent("ann", {}, ("r",)),)), ["ann"])
    contact = floor.call("q")
    assert apply(floor, agents=(agent("ann", {}, ("q",)),)) is None
    assert floor.alerted(contact) == ["ann"]


def test_an_assignment_switched_off_takes_no_more_contacts():
    floor = Floor(centre((queue("q"),), (agent("ann", {}, ("q",)),)), ["ann"])
    off = msgspec.structs.replace(floor.configuration.agents[0], assignments=(Assignment(QueueId("q"), active=False),))
    assert apply(floor, agents=(off,)) is None
    floor.call("q")
    assert floor.alerted() == []


def test_a_conversation_outlives_its_queue():
    floor = Floor(centre(QUEUES, AGENTS), ["ann"])
    floor.call("r")
    floor.answers("ann")
    assert apply(floor, queues=QUEUES[:1], services=floor.configuration.services[:1]) is None
    floor.hangs_up("ann")
    assert floor.is_home()


def test_a_queue_that_takes_something_else_by_now_takes_nobody_back():
    """Who talks came by a queue for calls; it is one for chats now. A phone that is lost ends the call then."""
    floor = Floor(centre(QUEUES, AGENTS), ["ann"])
    contact = floor.call("r")
    floor.answers("ann")
    chats = (QUEUES[0], queue("r", medium="chat"))
    assert apply(floor, queues=chats, services=floor.configuration.services[:1]) is None
    refusal = floor.receive(inp.RingAgain(contact, AgentId("ann"))).refusal
    assert refusal is not None and "does not take such contacts any more" in refusal
    assert floor.slots("ann") == ["connected"]
    floor.hangs_up("ann", Cause.LOST)
    assert floor.ends() == ["failed"]
    assert floor.is_home()


@pytest.mark.parametrize("wanted", [{"english": 1}, {"german": 4}])
def test_skills_changed_count_for_the_next_contact(wanted):
    floor = Floor(centre((queue("q", steps=(Step(0, wanted),)),), (agent("ann", {"german": 3}, ("q",)),)), ["ann"])
    contact = floor.call("q")
    assert floor.alerted() == []
    assert apply(floor, agents=(agent("ann", {"german": 4, "english": 1}, ("q",)),)) is None
    assert floor.alerted(contact) == ["ann"]


def test_the_same_again_is_no_event():
    floor = Floor(centre(QUEUES, AGENTS))
    assert floor.receive(inp.ApplyConfiguration(floor.configuration)).events == []
