"""What a desk says, done: each message a request to the engine, on behalf of the agent whose desk it is.

Nothing is believed of what it says about others: an offer must be the agent's own, a contact theirs. What does not
fit is answered with an ``error`` and changes nothing.
"""

from collections.abc import Awaitable, Callable
from typing import Any

from cordpair.acd import inputs as inp
from cordpair.acd.model import AgentStatus, OfferRow, Slot, SlotState
from cordpair.api.dialling import Dialling, Wanted
from cordpair.api.errors import ApiError, Invalid, TooMany, Unavailable
from cordpair.errors import AcdError, CordpairError
from cordpair.ids import ContactId, OfferId
from cordpair.runtime import Engine
from cordpair.store import Conversations
from cordpair_gateway.desk import messages as said
from cordpair_gateway.desk.desks import Desk, Desks
from cordpair_gateway.desk.messages import Message, error
from cordpair_gateway.desk.ports import Phones, Sharing
from cordpair_gateway.seats import seat_of
from cordpair_gateway.signing_in import Gate

# Of a call that is not placed, for the page; any other refusal is "refused".
NOT_CALLED: dict[type[ApiError], str] = {Invalid: "number", TooMany: "often", Unavailable: "busy"}
MINE = (SlotState.CONNECTED, SlotState.WRAP_UP)


class NotDone(Exception):
    """The desk is told why, in a code."""

    def __init__(self, code: str, text: str = "") -> None:
        super().__init__(code)
        self.code, self.text = code, text


class Actions:
    def __init__(
        self,
        engine: Engine,
        desks: Desks,
        gate: Gate,
        conversations: Conversations,
        phones: Phones,
        sharing: Sharing,
        dialling: Dialling,
    ) -> None:
        self._engine, self._desks, self._gate, self._dialling = engine, desks, gate, dialling
        self._conversations, self._phones, self._sharing = conversations, phones, sharing

    async def do(self, desk: Desk, what: said.AnySaid) -> Message | None:
        """What is answered, if anything is."""
        about = str(what.__struct_config__.tag)
        try:
            return await DO[type(what)](self, desk, what)
        except NotDone as refused:
            return error(refused.code, about, refused.text)
        except ApiError as refused:
            return error(NOT_CALLED.get(type(refused), "refused"), about, refused.message)
        except AcdError as refused:
            return error("refused", about, str(refused))
        except CordpairError:
            return error("busy", about)

    # ------------------------------------------------------------ the agent

    async def _ready(self, desk: Desk, what: said.Ready) -> None:
        self._must_be_heard(desk)
        row = self._engine.state.agents.get(desk.agent)
        if row is not None and row.status is AgentStatus.SIGNED_OUT:
            await self._engine.request(inp.SignIn(desk.agent))
        await self._engine.request(inp.Ready(desk.agent))

    def has_browser_phone(self, desk: Desk) -> bool:
        seat = seat_of(self._engine.state, desk.agent)
        return seat is not None and seat.browser

    def _must_be_heard(self, desk: Desk) -> None:
        if self.has_browser_phone(desk) and desk.seated.sign_in.checked_at is None:
            raise NotDone("preflight", "Check microphone and line first.")

    async def _not_ready(self, desk: Desk, what: said.NotReady) -> None:
        await self._engine.request(inp.NotReady(desk.agent, what.reason))

    async def _wrap_up_done(self, desk: Desk, what: said.WrapUpDone) -> None:
        await self._engine.request(inp.WrapUpDone(desk.agent))

    async def _preflight(self, desk: Desk, what: said.Preflight) -> None:
        if not what.is_good:
            raise NotDone("preflight", "The microphone is not heard, or the line not there.")
        desk.seated = await self._gate.checked(desk.seated)

    async def _phone(self, desk: Desk, what: said.Phone) -> Message:
        account = await self._phones.issue(desk.agent)
        if account is None:
            raise NotDone("no_phone", "The agent's phone is no browser.")
        return {"type": "phone", "phone": account}

    async def _pong(self, desk: Desk, what: said.Pong) -> None:
        pass

    # ------------------------------------------------------------ offers

    async def _accept(self, desk: Desk, what: said.Accept) -> None:
        """Where nothing is decided by it, the phone answers by itself all the same."""
        offer = self._own_offer(desk, what.offer)
        if offer.leg is None:
            await self._engine.request(inp.AcceptOffer(what.offer))
        if what.offer in self._engine.state.offers:
            self._desks.known.accept(what.offer)
            self._desks.stir(desk.agent)

    async def _reject(self, desk: Desk, what: said.Reject) -> None:
        self._own_offer(desk, what.offer)
        await self._engine.request(inp.RejectOffer(what.offer))

    def _own_offer(self, desk: Desk, offer_id: OfferId) -> OfferRow:
        offer = self._engine.state.offers.get(offer_id)
        if offer is None or offer.agent != desk.agent:
            raise NotDone("gone", "The offer is not open.")
        return offer

    # ------------------------------------------------------------ calls of their own

    async def _call(self, desk: Desk, what: said.Call) -> None:
        """Their phone rings first; who has just asked for it need not say that they take it."""
        self._must_be_heard(desk)
        call, _ = await self._dialling.place(Wanted(f"desk {desk.agent}", desk.agent, what.to, what.key))
        row = self._engine.state.contacts.get(call.contact)
        visit = self._engine.state.visits.get(row.visit) if row is not None and row.visit is not None else None
        for offer in visit.offers if visit is not None else ():
            self._desks.known.accept(offer)
        self._desks.stir(desk.agent)

    # ------------------------------------------------------------ the conversation

    async def _hold(self, desk: Desk, what: said.Hold) -> None:
        await self._engine.request(inp.Hold(what.contact, desk.agent, what.on))

    async def _hang_up(self, desk: Desk, what: said.HangUp) -> None:
        """Also a call of their own that has come to no conversation yet."""
        row = self._engine.state.contacts.get(what.contact)
        if row is not None and row.placed_by == desk.agent and row.connection is None:
            await self._dialling.cancel(what.contact)
            return
        await self._engine.request(inp.HangUpContact(what.contact, desk.agent))

    async def _ring_again(self, desk: Desk, what: said.RingAgain) -> None:
        await self._engine.request(inp.RingAgain(what.contact, desk.agent))

    async def _digits(self, desk: Desk, what: said.Digits) -> None:
        await self._engine.request(inp.SendDigits(what.contact, desk.agent, what.digits))

    async def _transfer(self, desk: Desk, what: said.Transfer) -> None:
        await self._engine.request(inp.Transfer(what.contact, desk.agent, what.queue, what.agent))

    async def _notes(self, desk: Desk, what: said.Notes) -> None:
        slot = self._own_slot(desk, what.contact)
        self._conversations.note(what.contact, desk.agent, what.text)
        self._desks.known.noted(what.contact)
        if what.disposition and what.disposition != slot.disposition:
            await self._engine.request(inp.Dispose(what.contact, desk.agent, what.disposition))

    def _own_slot(self, desk: Desk, contact: ContactId) -> Slot:
        """Of a contact that the agent talks to, or has talked to just now."""
        row = self._engine.state.agents.get(desk.agent)
        slots = row.slots if row is not None else ()
        slot = next((each for each in slots if each.contact == contact and each.state in MINE), None)
        if slot is None:
            raise NotDone("gone", "The contact is not on this desk.")
        return slot

    # ------------------------------------------------------------ the customer's page

    async def _share_ask(self, desk: Desk, what: said.ShareAsk) -> None:
        self._must_talk(desk, what.contact)
        if not self._sharing.ask_share(what.contact):
            raise NotDone("no_page", "The customer has no page to share.")
        self._desks.stir(desk.agent)

    async def _pointer(self, desk: Desk, what: said.Pointer) -> None:
        self._must_talk(desk, what.contact)
        self._sharing.point(what.contact, what.x, what.y)

    def _must_talk(self, desk: Desk, contact: ContactId) -> None:
        if self._own_slot(desk, contact).state is not SlotState.CONNECTED:
            raise NotDone("gone", "The conversation is over.")


DO: dict[type[said.Said], Callable[[Actions, Desk, Any], Awaitable[Message | None]]] = {
    said.Ready: Actions._ready,
    said.NotReady: Actions._not_ready,
    said.WrapUpDone: Actions._wrap_up_done,
    said.Preflight: Actions._preflight,
    said.Phone: Actions._phone,
    said.Pong: Actions._pong,
    said.Accept: Actions._accept,
    said.Reject: Actions._reject,
    said.Hold: Actions._hold,
    said.HangUp: Actions._hang_up,
    said.RingAgain: Actions._ring_again,
    said.Digits: Actions._digits,
    said.Transfer: Actions._transfer,
    said.Call: Actions._call,
    said.Notes: Actions._notes,
    said.ShareAsk: Actions._share_ask,
    said.Pointer: Actions._pointer,
}

__all__ = ["DO", "Actions"]
