"""What is known of the entries before: enough to go on at any of them without folding the journal again."""

import msgspec

from cordpair.acd.configuration import VOICE, Configuration
from cordpair.acd.model import AgentStatus as Status
from cordpair.acd.model import SlotState, State
from cordpair.adapters.callcenter.rows import Agent, AgentStatus, Call, CallStatus, Counters

NEVER = -1  # when an agent logged out who was never here


class Talk(msgspec.Struct, frozen=True):
    agent: str
    slot: int
    time: int


class Person(msgspec.Struct):
    """An agent: what is shown, and what that follows from."""

    shown: Agent
    signed_in: bool = False
    ready: bool = False
    acted: bool = False  # was available or paused since signing in
    talks: list[str] = []  # contacts
    aside: list[str] = []  # likewise, of calls that they place: the platform has none
    wrapping: list[int] = []  # slots

    def status(self) -> AgentStatus:
        if not self.signed_in:
            return AgentStatus.LOGGEDOUT
        if self.talks:
            return AgentStatus.INCALL
        if self.ready and not self.wrapping and not self.aside:
            return AgentStatus.AVAIL
        return AgentStatus.PAUSED if self.acted else AgentStatus.LOGGEDIN


class Memory(msgspec.Struct):
    """Callers' numbers are not in it: they are looked up where a row is shown."""

    queues: list[str] = []  # for calls
    calls: dict[str, Call] = {}  # by contact
    agents: dict[str, Person] = {}
    talks: dict[str, Talk] = {}  # by contact
    placed: dict[str, Talk] = {}  # by contact: of whom an agent calls
    slots: dict[str, int] = {}  # offer of a call → the agent's slot
    counters: Counters = msgspec.field(default_factory=Counters)

    def configure(self, configuration: Configuration) -> None:
        self.queues = [str(queue.queue) for queue in configuration.queues if queue.medium == VOICE]


def memory_of(state: State) -> Memory:
    """Begun in the middle: who is here counts as received, and who talks as answered."""
    memory = Memory()
    memory.configure(state.configuration)
    for agent in state.agents.values():
        row = Agent(agent.agent, AgentStatus.LOGGEDOUT, "", agent.since // 1_000 or NEVER)
        person = Person(row, agent.status is not Status.SIGNED_OUT, agent.status is Status.READY)
        person.acted = person.ready or agent.reason not in ("", "signed-in")
        person.wrapping = [
            number
            for number, slot in enumerate(agent.slots)
            if slot.medium == VOICE and slot.state is SlotState.WRAP_UP
        ]
        memory.agents[agent.agent] = person
    for contact in state.contacts.values():
        visit = state.visits.get(contact.visit) if contact.visit is not None else None
        talk = contact.connection
        queue = visit.queue if visit is not None else talk.queue if talk is not None else ""
        if contact.medium != VOICE:
            continue
        if contact.placed_by is not None:
            memory.placed[contact.contact] = Talk(contact.placed_by, talk.slot if talk is not None else 0, 0)
            memory.agents[contact.placed_by].aside.append(contact.contact)
            continue
        call = Call(contact.contact, "", CallStatus.NA, queue, contact.arrived_at // 1_000)
        if visit is not None:
            call = msgspec.structs.replace(call, status=CallStatus.QUEUED, time=visit.began_at // 1_000)
            memory.counters.received += 1
        elif talk is not None:
            since = talk.since // 1_000
            call = msgspec.structs.replace(call, status=CallStatus.INCALL, time=since, answered=1)
            memory.counters.received += 1
            memory.counters.answer(since - talk.enqueued_at // 1_000)
            memory.talks[contact.contact] = Talk(talk.agent, talk.slot, since)
            memory.agents[talk.agent].talks.append(contact.contact)
        memory.calls[contact.contact] = call
    for offer in state.offers.values():
        if offer.contact in memory.calls:
            memory.slots[offer.offer] = offer.slot
        elif offer.contact in memory.placed:
            memory.placed[offer.contact] = Talk(offer.agent, offer.slot, 0)
    for person in memory.agents.values():
        queue = memory.calls[person.talks[0]].queue if person.talks else ""
        person.shown = msgspec.structs.replace(person.shown, status=person.status(), queue=queue)
    return memory


__all__ = ["NEVER", "Memory", "Person", "Talk", "memory_of"]
