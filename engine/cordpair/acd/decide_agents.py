"""What follows from what agents ask for.

Signing in never exposes an agent to an offer: they are not ready until they say so. A pause or a sign-out asked for
in a conversation takes effect after it and its wrap-up; asked for while alerted, it withdraws the offer at once and
nothing is held against the agent.
"""

from cordpair.acd import events as ev
from cordpair.acd import inputs as inp
from cordpair.acd.causes import OfferOutcome
from cordpair.acd.decide_legs import take_offer
from cordpair.acd.decide_web import take_reserved
from cordpair.acd.model import AgentRow, AgentStatus, Cell, OfferRow, Pending, SlotState
from cordpair.acd.proposals import Events, end_offer, fail_offer, settle_agent
from cordpair.acd.refusal import Refusal
from cordpair.acd.slots import is_busy
from cordpair.ids import AgentId, OfferId


def known_agent(cell: Cell, agent: AgentId, signed_in: bool = True) -> AgentRow:
    row = cell.state.agents.get(agent)
    if row is None:
        raise Refusal(f"agent {agent!r} does not exist")
    if signed_in and row.status is AgentStatus.SIGNED_OUT:
        raise Refusal(f"agent {agent!r} is not signed in")
    return row


def sign_in(cell: Cell, given: inp.SignIn, now: int) -> Events:
    row = known_agent(cell, given.agent, signed_in=False)
    seat = given.seat or row.seat or cell.book.agents[given.agent].seat
    if seat is not None:
        if seat not in cell.state.seats:
            raise Refusal(f"seat {seat!r} does not exist")
        taken_by = cell.state.seats[seat].agent
        if taken_by not in (None, given.agent):
            raise Refusal(f"seat {seat!r} is taken by agent {taken_by!r}")
    if row.status is AgentStatus.SIGNED_OUT or row.seat != seat:
        yield ev.AgentSignedIn(given.agent, seat)
        yield from _end_offers(cell, row, now, only_ringing=True)  # where they no longer are


def sign_out(cell: Cell, given: inp.SignOut, now: int) -> Events:
    row = known_agent(cell, given.agent, signed_in=False)
    if row.status is AgentStatus.SIGNED_OUT:
        return
    if any(slot.state is SlotState.CONNECTED for slot in row.slots):
        if row.pending is not Pending.SIGN_OUT:
            yield ev.AgentChangePending(given.agent, Pending.SIGN_OUT)
        return
    yield from send_home(cell, row, now, "")


def ready(cell: Cell, given: inp.Ready, now: int) -> Events:
    """Ready in wrap-up ends the wrap-up; ready in a conversation takes a pending pause back."""
    row = known_agent(cell, given.agent)
    if row.pending is not Pending.NOTHING:
        yield ev.AgentChangePending(given.agent, Pending.NOTHING)
    yield from end_wrap_ups(cell, row)
    if row.status is not AgentStatus.READY:
        yield ev.AgentBecameReady(given.agent)


def not_ready(cell: Cell, given: inp.NotReady, now: int) -> Events:
    row = known_agent(cell, given.agent)
    reasons = cell.book.configuration.reasons
    if reasons and given.reason not in reasons:
        raise Refusal(f"reason {given.reason!r} does not exist; there are: {', '.join(reasons)}")
    if row.status is AgentStatus.NOT_READY:
        if row.reason != given.reason:
            yield ev.AgentBecameNotReady(given.agent, given.reason)
    else:
        yield from pause(cell, row, given.reason, now)


def pause(cell: Cell, row: AgentRow, reason: str, now: int) -> Events:
    """Of an agent who is ready: not ready, or (in a conversation or its wrap-up) after that."""
    if is_busy(row):
        wanted = (Pending.NOT_READY, reason)
        if row.pending is not Pending.SIGN_OUT and (row.pending, row.pending_reason) != wanted:
            yield ev.AgentChangePending(row.agent, Pending.NOT_READY, reason)
        yield from _end_offers(cell, row, now)
    else:
        yield from _withdraw(cell, row, now, Pending.NOT_READY, reason)


def send_home(cell: Cell, row: AgentRow, now: int, reason: str) -> Events:
    """Sign out, now: what they are alerted for is taken back, a wrap-up ends. Not for agents with a contact."""
    yield from _withdraw(cell, row, now, Pending.SIGN_OUT, reason)
    yield from end_wrap_ups(cell, row)


def _withdraw(cell: Cell, row: AgentRow, now: int, change: Pending, reason: str) -> Events:
    """Take the agent's open offers back; the change takes effect as soon as no slot is in use."""
    yield ev.AgentChangePending(row.agent, change, reason)
    yield from _end_offers(cell, row, now)
    yield from settle_agent(cell, row.agent)


def _end_offers(cell: Cell, row: AgentRow, now: int, *, only_ringing: bool = False) -> Events:
    for slot in row.slots:
        if slot.state is SlotState.OFFERED and slot.offer is not None:
            offer = cell.state.offers[slot.offer]
            if not offer.answered and (offer.leg is not None or not only_ringing):
                yield from end_offer(cell, offer, OfferOutcome.WITHDRAWN, now)


def wrap_up_done(cell: Cell, given: inp.WrapUpDone, now: int) -> Events:
    yield from end_wrap_ups(cell, known_agent(cell, given.agent))


def end_wrap_ups(cell: Cell, row: AgentRow, until: int | None = None) -> Events:
    """End the agent's wrap-ups (those due at ``until``, or all)."""
    for index, slot in enumerate(row.slots):
        if slot.state is SlotState.WRAP_UP and (until is None or (slot.until is not None and slot.until <= until)):
            yield ev.WrapUpEnded(row.agent, index)
    yield from settle_agent(cell, row.agent)


def accept_offer(cell: Cell, given: inp.AcceptOffer, now: int) -> Events:
    offer = _open_offer(cell, given.offer)
    if offer.leg is not None:
        raise Refusal(f"offer {given.offer!r} is a call: it is accepted by answering the phone")
    if cell.state.contacts[offer.contact].media:
        yield from take_reserved(cell, offer, now)
        return
    yield from take_offer(cell, offer, now)


def reject_offer(cell: Cell, given: inp.RejectOffer, now: int) -> Events:
    yield from fail_offer(cell, _open_offer(cell, given.offer), OfferOutcome.REJECTED, now)


def _open_offer(cell: Cell, offer_id: OfferId) -> OfferRow:
    offer = cell.state.offers.get(offer_id)
    if offer is None or offer.answered:
        raise Refusal(f"offer {offer_id!r} is not open")
    return offer


__all__ = [
    "accept_offer",
    "end_wrap_ups",
    "known_agent",
    "not_ready",
    "pause",
    "ready",
    "reject_offer",
    "send_home",
    "sign_in",
    "sign_out",
    "wrap_up_done",
]
