"""What became of the calls that agents placed.

``engine.placed`` is told of each committed entry and remembers the newest calls, by contact and by the requester's key:

    decided = await engine.request(PlaceCall(key, agent, queue, now, Caller(number)))
    call = engine.placed.of_key(key)              # also when the key was known: then it is the call of before
    call = await engine.placed.wait(call.contact, 65)

``PlacedCall.agent_result``: "" as long as the phone rings, ``answered``, or how the offer ended (``missed``,
``rejected``, ``busy``, ``unreachable``, ``withdrawn``, ``contact_gone``, ``failed``).
``PlacedCall.customer_result``: "" as long as it is not known, ``not_called`` where the agent was not reached,
``cancelled`` where the agent hung up first, ``answered``, or the cause (``busy``, ``no_answer``, ``rejected``,
``unreachable``, ``congestion``, …). Both of a call are known when the two talk, or when it has ended.

``placed_calls`` folds the same from a journal.
"""

import asyncio
from collections.abc import Callable, Iterable
from typing import Any, ClassVar

import msgspec
from msgspec.structs import replace

from cordpair.acd import events as ev
from cordpair.acd.causes import OfferOutcome
from cordpair.acd.model import State
from cordpair.clock import Clock
from cordpair.ids import AgentId, ContactId, OfferId, QueueId
from cordpair.journal import Entry

# So many are remembered.
MOST = 10_000
ANSWERED, NOT_CALLED, CANCELLED = "answered", "not_called", "cancelled"


class PlacedCall(msgspec.Struct, frozen=True):
    """One call, so far. Times are ms since the Unix epoch, None for what has not happened."""

    contact: ContactId
    key: str
    agent: AgentId
    began_at: int
    agent_result: str = ""
    customer_result: str = ""
    agent_answered_at: int | None = None
    connected_at: int | None = None
    ended_at: int | None = None
    queue: QueueId | None = None  # in which it counts

    @property
    def is_decided(self) -> bool:
        """Whether it is known of both what became of them."""
        return self.connected_at is not None or self.ended_at is not None


class Calls:
    """Folds placed calls from events, the newest ``most`` of them."""

    def __init__(self, most: int = MOST) -> None:
        self.all: dict[ContactId, PlacedCall] = {}
        self.keys: dict[str, ContactId] = {}
        self._most = most
        self._offers: dict[OfferId, ContactId] = {}  # of offers that are open
        self._dialled: set[ContactId] = set()

    def resume(self, state: State) -> None:
        """Those that live in the tables. When their agents answered is not in there."""
        for contact in state.contacts.values():
            if contact.placed_by is None or contact.contact in self.all:
                continue
            visit = state.visits.get(contact.visit) if contact.visit is not None else None
            call = PlacedCall(contact.contact, contact.key, contact.placed_by, contact.arrived_at)
            if (stay := visit or contact.connection) is not None:
                call = replace(call, queue=stay.queue)
            if contact.connection is not None:
                call = replace(
                    call, agent_result=ANSWERED, customer_result=ANSWERED, connected_at=contact.connection.since
                )
            elif visit is not None:
                self._offers.update(dict.fromkeys(visit.offers, contact.contact))
                call = replace(call, agent_result=ANSWERED if visit.accepted is not None else "")
            if contact.leg is not None:
                self._dialled.add(contact.contact)
            self._put(call)

    def see(self, event: ev.Event, at: int) -> ContactId | None:
        """Returns the call that is another one now."""
        tell = self._TOLD.get(type(event))
        return tell(self, event, at) if tell is not None else None

    # ------------------------------------------------------------ event by event

    def _arrived(self, event: ev.ContactArrived, at: int) -> ContactId | None:
        if event.placed_by is None:
            return None
        return self._put(PlacedCall(event.contact, event.key, event.placed_by, event.arrived_at))

    def _began(self, event: ev.VisitBegan, at: int) -> ContactId | None:
        call = self._call(event.contact)
        if call is None or call.queue is not None:
            return None
        return self._put(replace(call, queue=event.queue))

    def _offered(self, event: ev.OfferMade, at: int) -> ContactId | None:
        if event.contact in self.all:
            self._offers[event.offer] = event.contact
        return None

    def _answered(self, event: ev.OfferAnswered, at: int) -> ContactId | None:
        call = self._call(self._offers.get(event.offer))
        if call is None or call.connected_at is not None:
            return None
        return self._put(replace(call, agent_result=ANSWERED, agent_answered_at=at))

    def _offer_ended(self, event: ev.OfferEnded, at: int) -> ContactId | None:
        call = self._call(self._offers.pop(event.offer, None))
        if call is None or call.agent_result or event.outcome is OfferOutcome.CONNECTED:
            return None
        return self._put(replace(call, agent_result=event.outcome.value))

    def _was_dialled(self, event: ev.CustomerDialled, at: int) -> ContactId | None:
        if event.contact in self.all:
            self._dialled.add(event.contact)
        return None

    def _customer_answered(self, event: ev.CustomerAnswered, at: int) -> ContactId | None:
        return self._result(event.contact, ANSWERED)

    def _not_reached(self, event: ev.CustomerNotReached, at: int) -> ContactId | None:
        return self._result(event.contact, CANCELLED if event.cancelled else event.cause.value)

    def _connected(self, event: ev.ContactConnected, at: int) -> ContactId | None:
        call = self._call(event.contact)
        if call is None or call.connected_at is not None:
            return None
        return self._put(replace(call, customer_result=ANSWERED, connected_at=at))

    def _ended(self, event: ev.ContactEnded, at: int) -> ContactId | None:
        call = self._call(event.contact)
        if call is None:
            return None
        result = call.customer_result or (CANCELLED if event.contact in self._dialled else NOT_CALLED)
        self._dialled.discard(event.contact)
        return self._put(replace(call, customer_result=result, ended_at=at))

    # ------------------------------------------------------------ inner parts

    def _call(self, contact: ContactId | None) -> PlacedCall | None:
        return self.all.get(contact) if contact is not None else None

    def _result(self, contact: ContactId, result: str) -> ContactId | None:
        call = self.all.get(contact)
        return self._put(replace(call, customer_result=result)) if call is not None else None

    def _put(self, call: PlacedCall) -> ContactId:
        self.all[call.contact] = call
        self.keys[call.key] = call.contact
        if len(self.all) > self._most:
            oldest = self.all.pop(next(iter(self.all)))
            self._dialled.discard(oldest.contact)
            if self.keys.get(oldest.key) == oldest.contact:
                del self.keys[oldest.key]
        return call.contact

    _TOLD: ClassVar[dict[type, Callable[[Any, Any, int], ContactId | None]]] = {
        ev.ContactArrived: _arrived,
        ev.VisitBegan: _began,
        ev.OfferMade: _offered,
        ev.OfferAnswered: _answered,
        ev.OfferEnded: _offer_ended,
        ev.CustomerDialled: _was_dialled,
        ev.CustomerAnswered: _customer_answered,
        ev.CustomerNotReached: _not_reached,
        ev.ContactConnected: _connected,
        ev.ContactEnded: _ended,
    }


def placed_calls(entries: Iterable[Entry], most: int = MOST) -> dict[ContactId, PlacedCall]:
    """Those of a journal, in their order; the newest ``most``."""
    calls = Calls(most)
    for entry in entries:
        for event in entry.events:
            calls.see(event, entry.at)
    return calls.all


class Placed:
    """The calls of the running engine."""

    def __init__(self, state: State, clock: Clock, most: int = MOST) -> None:
        self._calls = Calls(most)
        self._calls.resume(state)
        self._clock = clock
        self._waiting: dict[ContactId, set[asyncio.Future[None]]] = {}

    def see(self, entry: Entry) -> None:
        """It is committed."""
        for event in entry.events:
            changed = self._calls.see(event, entry.at)
            if changed is not None and self._calls.all[changed].is_decided:
                for waiter in self._waiting.pop(changed, ()):
                    if not waiter.done():
                        waiter.set_result(None)

    def of(self, contact: ContactId) -> PlacedCall | None:
        return self._calls.all.get(contact)

    def of_key(self, key: str) -> PlacedCall | None:
        contact = self._calls.keys.get(key)
        return self._calls.all.get(contact) if contact is not None else None

    async def wait(self, contact: ContactId, timeout_s: float) -> PlacedCall:
        """Return when both results are known, or with what is known after so long. Raises KeyError of a contact that
        is no placed call, or is not remembered any more."""
        call = self._calls.all[contact]
        if call.is_decided:
            return call
        waiter: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        waiters = self._waiting.setdefault(contact, set())
        waiters.add(waiter)
        handle = self._clock.call_later(
            int(timeout_s * 1000), lambda: None if waiter.done() else waiter.set_result(None)
        )
        try:
            await waiter
        finally:
            handle.cancel()
            waiters.discard(waiter)
            if not waiters and self._waiting.get(contact) is waiters:
                del self._waiting[contact]
        return self._calls.all.get(contact, call)


__all__ = ["ANSWERED", "CANCELLED", "NOT_CALLED", "Placed", "PlacedCall", "placed_calls"]
