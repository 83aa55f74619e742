"""All customers with a session: opened by a ticket, kept over a lost connection, told what becomes of them.

Phases are told as they are committed. Places are told in rounds, of the queues in which something changed, in slices:
nothing here holds the engine's loop.
"""

import asyncio
import logging
from collections.abc import Callable, Mapping

from msgspec.structs import replace

from cordpair.acd import events as ev
from cordpair.acd.inputs import BrowserBack, BrowserGone, Caller, WebArrived, WebLeft
from cordpair.acd.model import State
from cordpair.api.board import Board
from cordpair.api.expected import ExpectedWait, NotEnoughData
from cordpair.api.hub import Hub
from cordpair.api.touched import Kind, Row
from cordpair.api.views import QueueView
from cordpair.errors import AcdError, CordpairError
from cordpair.ids import ContactId, NodeId, OfferId, QueueId, ServiceId, VisitId
from cordpair.journal import Entry
from cordpair.runtime import Engine
from cordpair.sip import Lock
from cordpair_gateway.fanout import Slot
from cordpair_gateway.resume import Resume, Resumes
from cordpair_gateway.tickets import Purpose, Ticket, Tickets
from cordpair_gateway.views import View, ended, phase_of
from cordpair_gateway.waiting import look

log = logging.getLogger(__name__)

ROUND_S = 0.5  # places are told so often at most
SLICE = 500  # visits or customers looked at before others have a turn: about 1 ms
NO_DATA = NotEnoughData(because="few_turns")


class Customer:
    """One contact and the browser that it is in. ``taken``: how many browsers had it so far."""

    def __init__(self, ticket: Ticket, contact: ContactId) -> None:
        self.ticket = ticket
        self.contact = contact
        self.slot = Slot()
        self.media = "audio"
        self.missed = False  # told to call, the browser did not
        self.taken = 0
        self.number = 0  # of the resume token that is good
        self.away = True
        self.over: Callable[[], object] = lambda: None  # ends the connection that has it


class Customers:
    def __init__(
        self, engine: Engine, hub: Hub, tickets: Tickets, resumes: Resumes, origins: Mapping[str, frozenset[str]],
        node: NodeId,
    ) -> None:  # fmt: skip
        """``origins``: of each portal."""
        self._engine, self._hub, self.tickets, self._node = engine, hub, tickets, node
        self._resumes, self._origins = resumes, origins
        self.by_context: dict[str, Customer] = {}
        self._by_contact: dict[ContactId, Customer] = {}
        self._offers: dict[OfferId, ContactId] = {}
        self._visits: dict[VisitId, ContactId] = {}
        self._outcomes: dict[ContactId, ev.VisitEnded] = {}
        self._dirty: set[ContactId] = set()
        self._queues: set[QueueId] = set()
        self._phases, self._places = asyncio.Event(), asyncio.Event()

    # ------------------------------------------------------------ what happens to them

    async def open(self, ticket: Ticket) -> Customer:
        """Queue the contact. Raises AcdError when nobody may wait there, CordpairError when the engine is busy."""
        arrived = WebArrived(
            ticket.context_id,
            self._node,
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
        customer = self.by_context[ticket.context_id] = self._by_contact[contact] = Customer(ticket, contact)
        for event in decided.events:  # they were committed before anybody listened for this contact
            self._note(event)
        self._mark(contact)
        return customer

    async def back(self, customer: Customer, *, in_call: bool) -> None:
        """Raises AcdError when the contact is over, CordpairError."""
        await self._engine.request(BrowserBack(customer.ticket.context_id, in_call))
        self._mark(customer.contact)

    async def gone(self, customer: Customer) -> None:
        await self._tell(BrowserGone(customer.ticket.context_id))

    async def leave(self, customer: Customer) -> None:
        await self._tell(WebLeft(customer.ticket.context_id))

    async def _tell(self, what: BrowserGone | WebLeft) -> None:
        try:
            await self._engine.request(what)
        except AcdError:
            pass  # it is over already
        except CordpairError as error:
            log.warning("a customer's browser went, and the engine could not be told: %s", error)

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
        contact, origins = state.sessions.get(resume.context_id), self._origins.get(resume.portal)
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

    def _mark(self, contact: ContactId) -> None:
        self._dirty.add(contact)
        self._phases.set()

    # ------------------------------------------------------------ the hub's listener

    def tell(self, rows: list[Row]) -> None:
        queues = {QueueId(name) for kind, name in rows if kind is Kind.QUEUE}
        if queues:
            self._queues |= queues
            self._places.set()

    def close(self) -> None:
        """The engine has stopped: browsers lose their connection, and may come back to the next one."""

    # ------------------------------------------------------------ telling

    async def run(self) -> None:
        """Beside everything else, until cancelled."""
        self._hub.watchers.append(self.see)
        self._hub.listeners.add(self)
        try:
            await self._let_go_of_strangers()
            await asyncio.gather(self._tell_phases(), self._tell_places())
        finally:
            self._hub.watchers.remove(self.see)
            self._hub.listeners.discard(self)

    async def _let_go_of_strangers(self) -> None:
        """Who waited when this process began has no connection to it: the grace counts from now."""
        for context_id in [each for each in self._engine.state.sessions if each not in self.by_context]:
            await self._tell(BrowserGone(context_id))

    async def _tell_phases(self) -> None:
        while True:
            await self._phases.wait()
            self._phases.clear()
            dirty, self._dirty = self._dirty, set()
            seen = {contact: phase_of(self._engine.state, contact) for contact in dirty}
            await self._engine.flushed()
            for contact, view in seen.items():
                customer = self._by_contact.get(contact)
                if customer is not None and view is not None:
                    self._show(customer, view)

    def _show(self, customer: Customer, view: View) -> None:
        """What was told of the wait is kept over a call that did not come about."""
        before = customer.slot.latest
        customer.slot.put(view if before is None else replace(view, waiting=before.waiting))
        if view.phase == "waiting":
            self._place_again(customer.contact)

    def _place_again(self, contact: ContactId) -> None:
        row = self._engine.state.contacts.get(contact)
        visit = self._engine.state.visits.get(row.visit) if row is not None and row.visit is not None else None
        if visit is not None:
            self._queues.add(visit.queue)
            self._places.set()

    async def _tell_places(self) -> None:
        while True:
            await self._places.wait()
            self._places.clear()
            queues, self._queues = self._queues, set()
            for queue in queues:
                await self._tell_queue(queue)
            await asyncio.sleep(ROUND_S)

    async def _tell_queue(self, queue: QueueId) -> None:
        board = await self._hub.current()
        ordered = await order_of(self._engine.state, queue)
        await self._engine.flushed()
        known = expected_in(board, queue)
        for place, contact in enumerate(ordered, 1):
            if place % SLICE == 0:
                await asyncio.sleep(0)
            customer = self._by_contact.get(contact)
            view = customer.slot.latest if customer is not None else None
            if customer is None or view is None or view.phase != "waiting":
                continue
            waiting = look(view.waiting, str(queue), place, known)
            if waiting != view.waiting:
                customer.slot.put(replace(view, waiting=waiting))


def expected_in(board: Board, queue: QueueId) -> ExpectedWait | NotEnoughData:
    """What one who came now would be told of the queue."""
    piece = board.find(Kind.QUEUE, queue)
    view = piece.view if piece is not None else None
    return view.expected_wait if isinstance(view, QueueView) else NO_DATA


async def order_of(state: State, queue: QueueId) -> list[ContactId]:
    """Who waits in the queue, in the order of their places; read in slices."""
    found: list[tuple[int, ContactId]] = []
    for number, visit in enumerate(list(state.visits.values()), 1):
        if visit.queue == queue and visit.accepted is None:
            found.append((visit.key, visit.contact))
        if number % SLICE == 0:
            await asyncio.sleep(0)
    found.sort()
    return [contact for _, contact in found]


__all__ = ["ROUND_S", "SLICE", "Customer", "Customers", "expected_in", "order_of"]
