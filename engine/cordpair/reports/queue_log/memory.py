"""What must be known of earlier entries to write the next rows: positions, waits, who is signed in where.

It can be kept beside the position in the journal, so that a writer goes on without folding the journal again.
"""

from bisect import bisect_left, insort

import msgspec

from cordpair.acd.configuration import VOICE, Configuration
from cordpair.acd.model import AgentStatus, State


class Wait(msgspec.Struct):
    contact: str
    queue: str
    key: int  # the order in the queue
    began_at: int
    enqueued_at: int
    number: int
    position: int  # on entering


class Ringing(msgspec.Struct):
    agent: str
    visit: str
    since: int
    answered_at: int | None = None


class Talk(msgspec.Struct):
    agent: str
    queue: str
    since: int
    waited_s: int
    position: int
    to: tuple[str, str] | None = None  # given away: to whom, and in which queue


class SignedIn(msgspec.Struct):
    """An agent, in the queues that app_queue was told of."""

    queues: list[str]
    paused: bool = True


class Memory(msgspec.Struct):
    """Only of queues for calls: app_queue knows no others."""

    assigned: dict[str, list[str]] = {}  # agent → active queues
    lines: dict[str, list[int]] = {}  # queue → keys of those who wait, sorted
    waits: dict[str, Wait] = {}  # by visit
    ringing: dict[str, Ringing] = {}  # by offer
    talks: dict[str, Talk] = {}  # by contact
    signed_in: dict[str, SignedIn] = {}
    placed: dict[str, None] = {}  # contacts whom an agent called

    def configure(self, configuration: Configuration) -> None:
        queues = [str(queue.queue) for queue in configuration.queues if queue.medium == VOICE]
        self.lines = {queue: self.lines.get(queue, []) for queue in [*queues, *self.lines]}
        self.assigned = {
            str(agent.agent): [str(each.queue) for each in agent.assignments if each.active and each.queue in queues]
            for agent in configuration.agents
        }

    def add(self, visit: str, wait: Wait) -> None:
        line = self.lines.setdefault(wait.queue, [])
        insort(line, wait.key)
        self.waits[visit] = wait

    def position(self, wait: Wait) -> int:
        """From 1."""
        return bisect_left(self.lines[wait.queue], wait.key) + 1

    def take(self, visit: str) -> Wait | None:
        wait = self.waits.pop(visit, None)
        if wait is not None:
            line = self.lines[wait.queue]
            del line[bisect_left(line, wait.key)]
        return wait


def memory_of(state: State) -> Memory:
    """Begun in the middle: who waits already is taken to have entered where they are now."""
    memory = Memory()
    memory.configure(state.configuration)
    for visit in sorted(state.visits.values(), key=lambda each: each.key):
        if visit.medium == VOICE and state.contacts[visit.contact].placed_by is None:
            wait = Wait(visit.contact, visit.queue, visit.key, visit.began_at, visit.enqueued_at, visit.number, 0)
            memory.add(visit.visit, wait)
            wait.position = memory.position(wait)
    for offer in state.offers.values():
        if offer.visit in memory.waits:
            memory.ringing[offer.offer] = Ringing(offer.agent, offer.visit, offer.made_at)
    for contact in state.contacts.values():
        talk = contact.connection
        if contact.placed_by is not None:
            memory.placed[contact.contact] = None
        elif talk is not None and contact.medium == VOICE:
            waited_s = max(0, talk.since - talk.enqueued_at) // 1_000
            memory.talks[contact.contact] = Talk(talk.agent, talk.queue, talk.since, waited_s, 1)
    for agent in state.agents.values():
        if agent.status is not AgentStatus.SIGNED_OUT:
            queues = memory.assigned.get(agent.agent, [])
            memory.signed_in[agent.agent] = SignedIn(queues, agent.status is not AgentStatus.READY)
    return memory


__all__ = ["Memory", "Ringing", "SignedIn", "Talk", "Wait", "memory_of"]
