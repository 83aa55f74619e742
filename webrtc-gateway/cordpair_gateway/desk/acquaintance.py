"""What the desks know of the contacts they show: facts and earlier conversations, looked up once for all desks."""

import asyncio
import logging
from functools import partial

from cordpair.config.model import Queue
from cordpair.errors import CordpairError
from cordpair.ids import AgentId, ContactId, OfferId, QueueId
from cordpair.runtime import Engine
from cordpair.store import Conversations
from cordpair_gateway.desk.facts import MOST, Facts, customer_of, facts_of
from cordpair_gateway.desk.ports import Sharing
from cordpair_gateway.desk.views import ContactView, View
from cordpair_gateway.house import House

log = logging.getLogger(__name__)

PATIENCE_S = 0.25  # an offer is told at once; what was before follows if it takes longer than this


class Acquaintance:
    """Fits ``views.Known``."""

    def __init__(self, engine: Engine, house: House, conversations: Conversations, sharing: Sharing) -> None:
        self._engine, self._house, self._conversations, self._sharing = engine, house, conversations, sharing
        self._facts: dict[ContactId, Facts] = {}
        self._looking: dict[ContactId, asyncio.Task[None]] = {}
        self._last: dict[ContactId, ContactView] = {}
        self._shown_to: dict[ContactId, set[AgentId]] = {}
        self._accepted: set[OfferId] = set()
        self._cut_off: dict[ContactId, AgentId] = {}

    # ------------------------------------------------------------ looking up

    async def meet(self, contacts: set[ContactId]) -> bool:
        """Have the facts of these; whether there are all of them, and not some still to come."""
        looking = {self._looking.get(each) or self._look(each) for each in contacts if each not in self._facts}
        if not looking:
            return True
        _, late = await asyncio.wait(looking, timeout=PATIENCE_S)
        return not late

    async def wait(self, contacts: set[ContactId]) -> None:
        """For those that were still to come."""
        looking = [self._looking[each] for each in contacts if each in self._looking]
        if looking:
            await asyncio.wait(looking)

    def _look(self, contact: ContactId) -> "asyncio.Task[None]":
        task = self._looking[contact] = asyncio.create_task(self._learn(contact), name="desk facts")
        task.add_done_callback(partial(self._looked, contact))
        return task

    async def _learn(self, contact: ContactId) -> None:
        about = self._about(contact)
        record = self._engine.record(about)
        try:
            history = tuple(await self._conversations.history(about, customer_of(record), MOST))
        except CordpairError as error:
            log.error("an agent is shown nothing of what was before: %s", error)
            history = ()
        self._facts[contact] = facts_of(record, history)

    def _looked(self, contact: ContactId, task: "asyncio.Task[None]") -> None:
        self._looking.pop(contact, None)
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("what is known of a contact could not be looked up", exc_info=error)

    def _about(self, contact: ContactId) -> ContactId:
        """Of a call-back, the contact that it is for."""
        row = self._engine.state.contacts.get(contact)
        return row.origin if row is not None and row.origin is not None else contact

    # ------------------------------------------------------------ what views ask

    def facts(self, contact: ContactId) -> Facts:
        known = self._facts.get(contact)
        return known if known is not None else facts_of(self._engine.record(self._about(contact)))

    def name_of(self, agent: AgentId) -> str:
        return self._house.name_of(agent)

    def queue(self, queue: QueueId) -> Queue:
        return self._house.config.queues.get(queue, Queue())

    def is_accepted(self, offer: OfferId) -> bool:
        return offer in self._accepted

    def is_asked(self, contact: ContactId) -> bool:
        return self._sharing.is_asked(contact)

    def last(self, contact: ContactId) -> ContactView | None:
        return self._last.get(contact)

    # ------------------------------------------------------------ what is shown

    def begin(self) -> None:
        """Nobody listened for a while."""
        self._accepted &= self._engine.state.offers.keys()
        self._cut_off.clear()

    def accept(self, offer: OfferId) -> None:
        self._accepted.add(offer)

    def made(self, offer: OfferId, contact: ContactId, agent: AgentId) -> None:
        """Who had the contact before may have noted something. To the one who was cut off from it, it is the same
        conversation: nothing is to be accepted again."""
        self._facts.pop(contact, None)
        if self._cut_off.pop(contact, None) == agent:
            self._accepted.add(offer)

    def noted(self, contact: ContactId) -> None:
        """Its history is another now."""
        self._facts.pop(contact, None)

    def ended(self, offer: OfferId) -> None:
        self._accepted.discard(offer)

    def cut_off(self, contact: ContactId, agent: AgentId) -> None:
        """The agent's phone was lost in the conversation."""
        self._cut_off[contact] = agent

    def gone(self, contact: ContactId) -> None:
        self._cut_off.pop(contact, None)

    def show(self, agent: AgentId, before: View | None, now: View | None) -> None:
        """What is on nobody's desk any more is forgotten."""
        had = contacts_in(before) if before is not None else set()
        has = contacts_in(now) if now is not None else set()
        for contact in has:
            self._shown_to.setdefault(contact, set()).add(agent)
        for contact in had - has:
            agents = self._shown_to.get(contact, set())
            agents.discard(agent)
            if not agents:
                for table in (self._shown_to, self._facts, self._last):
                    table.pop(contact, None)
        if now is not None:
            self._last.update((contact.id, contact) for contact in now.contacts)

    def shown_to(self, contact: ContactId) -> set[AgentId]:
        return self._shown_to.get(contact, set())


def contacts_in(view: View) -> set[ContactId]:
    return {contact.id for contact in view.contacts} | {offer.contact.id for offer in view.offers}


__all__ = ["PATIENCE_S", "Acquaintance", "contacts_in"]
