"""All customers with a session: opened by a ticket, kept over a lost connection, told what becomes of them.

Phases are told as they are committed; places by ``places``.
"""

import asyncio
import logging
from collections.abc import Callable

from msgspec.structs import replace

from cordpair.acd import events as ev
from cordpair.acd.inputs import BrowserBack, BrowserGone, Caller, PageShared, WebArrived, WebLeft
from cordpair.acd.model import Connection
from cordpair.api.hub import Hub
from cordpair.errors import AcdError, CordpairError
from cordpair.ids import AgentId, ContactId, NodeId, OfferId, QueueId, ServiceId, VisitId
from cordpair.journal import Entry
from cordpair.runtime import Engine
from cordpair.sip import Lock
from cordpair_gateway.fanout import Slot
from cordpair_gateway.house import House
from cordpair_gateway.places import Places
from cordpair_gateway.resume import Resume, Resumes
from cordpair_gateway.slices import Turn
from cordpair_gateway.tickets import Purpose, Ticket, Tickets
from cordpair_gateway.views import TALKING, View, ended, phase_of

log = logging.getLogger(__name__)


class Customer:
    """One contact, and what its browser is shown."""

    __slots__ = ("asked", "away", "contact", "media", "missed", "number", "slot", "ticket")

    def __init__(self, ticket: Ticket, contact: ContactId) -> None:
        self.ticket = ticket
        self.contact = contact
        self.slot = Slot()
        self.media = "audio"
        self.missed = False  # told to call, the browser did not
        self.number = 0  # of the resume token that is good
        self.away = True
        self.asked = False  # to share the page; the customer has not answered


class Customers:
    def __init__(
        self, engine: Engine, hub: Hub, tickets: Tickets, resumes: Resumes, node: NodeId, house: House
    ) -> None:
        """``node``: which customers' browsers call. ``watchers`` are told of each contact of
        which something may have changed."""
        self._engine, self._hub, self.tickets, self.node = engine, hub, tickets, node
        self._resumes, self._house = resumes, house
        self.watchers: list[Callable[[ContactId], None]] = []
        self.by_context: dict[str, Customer] = {}
        self._by_contact: dict[ContactId, Customer] = {}
        self._offers: dict[OfferId, ContactId] = {}
        self._visits: dict[VisitId, ContactId] = {}
        self._outcomes: dict[ContactId, ev.VisitEnded] = {}
        self._dirty: set[ContactId] = set()
        self._phases = asyncio.Event()
        self._places = Places(engine, hub, self._slot_of)

    # ------------------------------------------------------------ what happens to them

    async def open(self, ticket: Ticket) -> Customer:
        """Queue the contact. Raises AcdError when nobody may wait there, CordpairError when the engine is busy."""
        arrived = WebArrived(
            ticket.context_id,
            self.node,
            ticket.media,
            self._engine.clock.now_ms(),
            ServiceId(ticket.service) if ticket.service is not None else None,
            QueueId(ticket.queue) if ticket.queue is not None else None,
            ticket.levels,
            caller=Caller(ticket.customer, ticket.personal.get("name", "")),
            variables=ticket.personal,
        )
        decided = await self._engine.request(arrived)
        contact = next((each.contact for each in decided.events if type(each) is ev.ContactArrived), None)
        if contact is None:
            raise AcdError("the customer is here already")
        kept = replace(ticket, levels={}, customer="", personal={})  # they are the contact's now
        customer = self.by_context[ticket.context_id] = self._by_contact[contact] = Customer(kept, contact)
        for event in decided.events:  # they were committed before anybody listened for this contact
            self._note(event)
        self._mark(contact)
        return customer

    async def back(self, customer: Customer, *, in_call: bool) -> None:
        """Raises AcdError when the contact is over, CordpairError."""
        await self._engine.request(BrowserBack(customer.ticket.context_id, in_call))
        self._mark(customer.contact)

    def of(self, contact: ContactId) -> Customer | None:
        return self._by_contact.get(contact)

    async def gone(self, customer: Customer) -> None:
        await self._tell(BrowserGone(customer.ticket.context_id))

    async def leave(self, customer: Customer) -> None:
        await self._tell(WebLeft(customer.ticket.context_id))

    async def _tell(self, what: BrowserGone | WebLeft | PageShared) -> None:
        try:
            await self._engine.request(what)
        except AcdError:
            pass  # it is over already
        except CordpairError as error:
            log.warning("the engine could not be told what a customer's browser did: %s", error)

    def now(self) -> int:
        return self._engine.clock.now_ms()

    def redeem(self, token: str) -> Lock | None:
        """The door's port ``Tokens``, for customers."""
        lock = self.tickets.redeem(token, self.now())
        customer = self.by_context.get(lock.context_id) if lock is not None else None
        if lock is None or customer is None:
            return None
        return replace(lock, node=self._engine.state.contacts[customer.contact].node)

    def find(self, token: str, now: int) -> tuple[Purpose, Ticket] | None:
        resume = self._resumes.read(token)
        if resume is None:
            return self.tickets.take(token, frozenset({Purpose.SESSION}), now)
        customer = self.by_context.get(resume.context_id) or self._adopt(resume)
        if customer is None or customer.number != resume.number:
            return None
        customer.number += 1  # used
        return Purpose.RESUME, customer.ticket

    def resume_token(self, customer: Customer) -> str:
        """In the place of the one before."""
        customer.number += 1
        ticket = customer.ticket
        return self._resumes.make(Resume(ticket.context_id, ticket.portal, ticket.identity, customer.number))

    def _adopt(self, resume: Resume) -> Customer | None:
        """Who waits since before this process began."""
        state = self._engine.state
        contact, origins = state.sessions.get(resume.context_id), self._house.origins_of(resume.portal)
        if contact is None or origins is None:
            return None
        row = state.contacts[contact]
        ticket = Ticket(
            ticket="",
            portal=resume.portal,
            origins=origins,
            identity=resume.identity,
            target=f"sip:help@{resume.identity.partition('@')[2]}",
            context_id=resume.context_id,
            media=row.media,
        )
        customer = self.by_context[resume.context_id] = self._by_contact[contact] = Customer(ticket, contact)
        customer.number, customer.media = resume.number, row.media
        if row.visit is not None:
            self._visits[row.visit] = contact
            self._offers.update(dict.fromkeys(state.visits[row.visit].offers, contact))
        return customer

    # ------------------------------------------------------------ what is committed

    def see(self, entry: Entry) -> None:
        """From the hub, each committed entry once."""
        for event in entry.events:
            self._note(event)

    def _note(self, event: ev.Event) -> None:
        kind = type(event)
        contact = getattr(event, "contact", None)
        if contact is None:
            contact = self._visits.get(getattr(event, "visit", VisitId(""))) or self._offers.get(
                getattr(event, "offer", OfferId(""))
            )
        customer = self._by_contact.get(contact) if contact is not None else None
        if customer is None or contact is None:
            return
        if kind is ev.VisitBegan:
            self._visits[event.visit] = contact  # type: ignore[union-attr]
        elif kind is ev.OfferMade:
            self._offers[event.offer] = contact  # type: ignore[union-attr]
        elif type(event) is ev.CallInvited:
            customer.media, customer.missed = event.media, False
        elif kind is ev.CallMissed:
            customer.missed = True
        elif type(event) is ev.VisitEnded:
            self._outcomes[contact] = event
            self._visits.pop(event.visit, None)
        elif type(event) is ev.OfferEnded:
            self._offers.pop(event.offer, None)
        elif type(event) is ev.ContactEnded:
            self._end(customer, event)
            return
        self._mark(contact)

    def _end(self, customer: Customer, event: ev.ContactEnded) -> None:
        outcome = self._outcomes.pop(customer.contact, None)
        view = ended(event.end, outcome.outcome if outcome is not None else None)
        customer.slot.put(replace(view, reason="failed") if customer.missed else view)
        self.tickets.forget(customer.ticket.context_id)
        del self._by_contact[customer.contact]
        del self.by_context[customer.ticket.context_id]
        self._watched(customer.contact)

    def _mark(self, contact: ContactId) -> None:
        self._dirty.add(contact)
        self._phases.set()
        self._watched(contact)

    def _watched(self, contact: ContactId) -> None:
        for watcher in self.watchers:
            watcher(contact)

    # ------------------------------------------------------------ telling

    async def run(self) -> None:
        """Beside everything else, until cancelled."""
        self._hub.watchers.append(self.see)
        try:
            await asyncio.gather(self._let_go_of_strangers(), self._tell_phases(), self._places.run())
        finally:
            self._hub.watchers.remove(self.see)

    async def _let_go_of_strangers(self) -> None:
        """Who waited when this process began has no connection to it: the grace counts from now, and no page is
        shared any more."""
        state = self._engine.state
        for context_id, contact in list(state.sessions.items()):
            if context_id in self.by_context or context_id not in state.sessions:  # it may have come back meanwhile
                continue
            await self._tell(BrowserGone(context_id))
            if contact in state.contacts and state.contacts[contact].shared:
                await self.share(context_id, False)

    async def _tell_phases(self) -> None:
        while True:
            await self._phases.wait()
            self._phases.clear()
            dirty, self._dirty = self._dirty, set()
            seen, turn = {}, Turn()
            for contact in dirty:
                seen[contact] = self._view(contact)
                await turn.after(False)
            await self._engine.flushed()
            for contact, view in seen.items():
                customer = self._by_contact.get(contact)
                if customer is not None and view is not None:
                    self._show(customer, view)
                await turn.after(True)

    def _view(self, contact: ContactId) -> View | None:
        """With the agent's name, and whether the queue's pages may be shown."""
        view = phase_of(self._engine.state, contact)
        if view is None or view.phase not in TALKING:
            return view
        return replace(view, agent=self._house.name_of(AgentId(view.agent)), share=self.may_share(contact))

    def _show(self, customer: Customer, view: View) -> None:
        """What was told of the wait is kept over a call that did not come about."""
        before = customer.slot.latest
        customer.slot.put(view if before is None else replace(view, waiting=before.waiting))
        if view.phase not in TALKING:
            customer.asked = False
        if view.phase == "waiting":
            self._places.again(customer.contact)

    def _slot_of(self, contact: ContactId) -> Slot | None:
        customer = self._by_contact.get(contact)
        return customer.slot if customer is not None else None

    # ------------------------------------------------------------ the shared page: what the desk asks for

    def may_share(self, contact: ContactId) -> bool:
        """In a conversation, and the queue has nothing against it."""
        connection = self._connection(contact)
        return connection is not None and self._house.share_of(connection.queue) != "off"

    def ask_share(self, contact: ContactId) -> bool:
        """The agent would like to see the page; the customer decides. False: it cannot be asked for."""
        customer = self._by_contact.get(contact)
        if customer is None or customer.away or not self.may_share(contact):
            return False
        if not self._engine.state.contacts[contact].shared:
            customer.asked = True
            customer.slot.say({"type": "share_asked"})
            self._watched(contact)
        return True

    def is_asked(self, contact: ContactId) -> bool:
        """Whether the customer was asked to share the page, and has not answered."""
        customer = self._by_contact.get(contact)
        return customer is not None and customer.asked

    def answered(self, customer: Customer) -> None:
        """Yes or no."""
        customer.asked = False
        self._watched(customer.contact)

    def point(self, contact: ContactId, x: float, y: float) -> None:
        """The agent points at the shared page: fractions of it."""
        row, customer = self._engine.state.contacts.get(contact), self._by_contact.get(contact)
        if row is not None and customer is not None and row.shared and 0 <= x <= 1 and 0 <= y <= 1:
            customer.slot.say({"type": "pointer", "x": x, "y": y})

    async def share(self, context_id: str, on: bool) -> None:
        """Consent, journaled. Raises AcdError, CordpairError when it cannot be; taking it back raises nothing."""
        what = PageShared(context_id, on)
        await (self._engine.request(what) if on else self._tell(what))

    def _connection(self, contact: ContactId) -> Connection | None:
        row = self._engine.state.contacts.get(contact)
        return row.connection if row is not None else None


__all__ = ["Customer", "Customers"]
