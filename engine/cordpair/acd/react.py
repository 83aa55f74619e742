"""Event → commands: what is to be done because something was decided. Runs after the event is in the tables."""

from collections.abc import Callable, Iterator
from typing import Any

from cordpair.acd import commands as cmd
from cordpair.acd import events as ev
from cordpair.acd.inputs import Stamp
from cordpair.acd.model import Cell, LegRole
from cordpair.acd.offering import lasts_ms
from cordpair.ids import BridgeId, ContactId, LegId, NodeId, OfferId, SeatId

Commands = Iterator[cmd.Command]


def _answering(cell: Cell, event: ev.LegAnswering) -> Commands:
    yield cmd.Answer(cell.state.legs[event.leg].node, event.leg)


def _closing(cell: Cell, event: ev.LegClosing) -> Commands:
    yield cmd.HangUp(cell.state.legs[event.leg].node, event.leg, event.cause)


def _arrived(cell: Cell, event: ev.ContactArrived) -> Commands:
    if event.leg is not None:
        stamp = Stamp(cell.book.configuration.cell, contact=event.contact, role="caller")
        yield cmd.StampLeg(event.node, event.leg, stamp)


def _adopted(cell: Cell, event: ev.LegAdopted) -> Commands:
    if event.seat is not None:
        yield cmd.StampLeg(event.node, event.leg, Stamp(cell.book.configuration.cell, role="feature"))


def _feature_used(cell: Cell, event: ev.FeatureUsed) -> Commands:
    prompt = cell.book.configuration.prompts.get(event.result, "")
    if event.play is not None:
        yield cmd.Play(cell.state.legs[event.leg].node, event.leg, event.play, prompt)


def _prompt(cell: Cell, event: ev.PromptStarted) -> Commands:
    contact = cell.state.contacts[event.contact]
    if contact.leg is not None:
        yield cmd.Play(contact.node, contact.leg, event.play, event.prompt)


def _music(cell: Cell, event: ev.MusicStarted) -> Commands:
    contact = cell.state.contacts[event.contact]
    if contact.leg is not None:
        yield cmd.Music(contact.node, contact.leg, event.name)


def _contact_closing(cell: Cell, event: ev.ContactClosing) -> Commands:
    contact = cell.state.contacts[event.contact]
    if contact.leg is not None and contact.hops:
        yield cmd.StopMusic(contact.node, contact.leg)


def _offered(cell: Cell, event: ev.OfferMade) -> Commands:
    if event.leg is not None and event.seat is not None:
        yield _ring(cell, event.offer, event.leg, event.seat, event.via)


def _phone_rung(cell: Cell, event: ev.PhoneRung) -> Commands:
    yield _ring(cell, event.offer, event.leg, event.seat, event.via)


def _ring(cell: Cell, offer_id: OfferId, leg: LegId, seat: SeatId, via: NodeId | None) -> cmd.Command:
    offer = cell.state.offers[offer_id]
    contact = cell.state.contacts[offer.contact]
    stamp = Stamp(cell.book.configuration.cell, contact=offer.contact, visit=offer.visit, offer=offer_id, role="agent")
    endpoint = cell.book.seats[seat].endpoint
    if via is not None:
        endpoint += f"@{cell.book.configuration.peers[contact.node][via]}"
    return cmd.Originate(
        contact.node,
        leg,
        endpoint,
        offer.contact,
        # The engine's own deadline decides; the PBX's is only for the case that the engine is gone.
        lasts_ms(cell, contact, cell.state.visits[offer.visit]) + 5_000,
        stamp,
        originator=contact.leg,
        context_id=contact.context_id,
    )


def _accepted(cell: Cell, event: ev.OfferAnswered) -> Commands:
    contact = cell.state.contacts[cell.state.offers[event.offer].contact]
    if event.bridge is not None:
        if contact.play is not None and contact.leg is not None:
            yield cmd.StopPlay(contact.node, contact.leg, contact.play)
        yield from _join(cell, contact.contact, event.bridge, cell.state.offers[event.offer].leg)


def _move_began(cell: Cell, event: ev.MoveBegan) -> Commands:
    contact = cell.state.contacts[event.contact]
    if contact.leg is None:
        return
    if contact.play is not None:
        yield cmd.StopPlay(contact.node, contact.leg, contact.play)
    target = f"sip:{event.move}@{cell.book.configuration.addresses[event.target]}"
    if event.answered:
        yield cmd.Refer(contact.node, contact.leg, target)
    else:
        yield cmd.Redirect(contact.node, contact.leg, target)


def _called(cell: Cell, event: ev.ContactCalled) -> Commands:
    yield cmd.StampLeg(event.node, event.leg, Stamp(cell.book.configuration.cell, contact=event.contact, role="caller"))
    visit = cell.state.contacts[event.contact].visit
    if visit is not None and cell.state.visits[visit].offers:
        yield cmd.Ring(event.node, event.leg)


def _moved(cell: Cell, event: ev.ContactMoved) -> Commands:
    yield cmd.StampLeg(event.node, event.leg, Stamp(cell.book.configuration.cell, contact=event.contact, role="caller"))


def _rejoined(cell: Cell, event: ev.JoinRepeated) -> Commands:
    contact = cell.state.contacts[event.contact]
    leg = contact.connection.leg if contact.connection is not None else None
    if contact.visit is not None:
        accepted = cell.state.visits[contact.visit].accepted
        leg = cell.state.offers[accepted].leg if accepted is not None else None
    yield from _join(cell, event.contact, event.bridge, leg)


def _join(cell: Cell, contact_id: ContactId, bridge: BridgeId, leg: LegId | None) -> Commands:
    contact = cell.state.contacts[contact_id]
    if contact.leg is not None and leg is not None:
        stamp = Stamp(cell.book.configuration.cell, contact=contact_id, bridge=bridge)
        yield cmd.Join(contact.node, bridge, (contact.leg, leg), stamp)


def _released(cell: Cell, event: ev.BridgeReleased) -> Commands:
    if event.leg is not None:
        yield cmd.Leave(event.node, event.bridge, (event.leg,))
    yield cmd.Release(event.node, event.bridge)


# ---------------------------------------------------------------- on hold


def _held(cell: Cell, event: ev.ContactHeld) -> Commands:
    contact = cell.state.contacts[event.contact]
    if contact.leg is not None and contact.bridge is not None:
        yield cmd.Leave(contact.node, contact.bridge, (contact.leg,))
        yield cmd.Music(contact.node, contact.leg, event.music)


def _hold_repeated(cell: Cell, event: ev.HoldRepeated) -> Commands:
    contact = cell.state.contacts[event.contact]
    if contact.leg is not None and contact.bridge is not None:
        if cell.state.legs[contact.leg].bridge == contact.bridge:
            yield cmd.Leave(contact.node, contact.bridge, (contact.leg,))
        yield cmd.Music(contact.node, contact.leg, event.music)


def _resumed(cell: Cell, event: ev.ContactResumed) -> Commands:
    """Joining stops the music."""
    contact = cell.state.contacts[event.contact]
    if contact.bridge is not None and contact.connection is not None:
        yield from _join(cell, event.contact, contact.bridge, contact.connection.leg)


def _digits(cell: Cell, event: ev.DigitsSent) -> Commands:
    contact = cell.state.contacts[event.contact]
    if contact.leg is not None:
        yield cmd.SendDigits(contact.node, contact.leg, event.kept)


# ---------------------------------------------------------------- calls that agents place


def _dialled(cell: Cell, event: ev.CustomerDialled) -> Commands:
    contact, calls = cell.state.contacts[event.contact], cell.book.configuration.calls
    trunk = calls.trunks[contact.node]
    stamp = Stamp(cell.book.configuration.cell, contact=event.contact, visit=contact.visit or "", role="customer")
    timeout_ms = calls.ring_customer_ms + 5_000  # as of an agent's phone
    caller_id = contact.caller_id or trunk.caller_id
    yield cmd.Dial(contact.node, event.leg, trunk.dial, event.contact, caller_id, timeout_ms, stamp)


def _rang(cell: Cell, event: ev.LegRang) -> Commands:
    """The agent hears that the customer's phone rings."""
    leg = cell.state.legs[event.leg]
    contact = cell.state.contacts.get(leg.contact) if leg.role is LegRole.CALLER and leg.contact is not None else None
    visit = cell.state.visits.get(contact.visit) if contact is not None and contact.visit is not None else None
    agent_leg = cell.state.offers[visit.accepted].leg if visit is not None and visit.accepted is not None else None
    if agent_leg is not None:
        yield cmd.Ring(leg.node, agent_leg)


def _customer_answered(cell: Cell, event: ev.CustomerAnswered) -> Commands:
    visit = cell.state.contacts[event.contact].visit
    accepted = cell.state.visits[visit].accepted if visit is not None else None
    if accepted is not None:
        yield from _join(cell, event.contact, event.bridge, cell.state.offers[accepted].leg)


REACT: dict[type, Callable[[Cell, Any], Commands]] = {
    ev.LegAnswering: _answering,
    ev.LegClosing: _closing,
    ev.ContactArrived: _arrived,
    ev.LegAdopted: _adopted,
    ev.FeatureUsed: _feature_used,
    ev.PromptStarted: _prompt,
    ev.MusicStarted: _music,
    ev.ContactClosing: _contact_closing,
    ev.OfferMade: _offered,
    ev.OfferAnswered: _accepted,
    ev.JoinRepeated: _rejoined,
    ev.BridgeReleased: _released,
    ev.MoveBegan: _move_began,
    ev.ContactMoved: _moved,
    ev.ContactCalled: _called,
    ev.PhoneRung: _phone_rung,
    ev.ContactHeld: _held,
    ev.HoldRepeated: _hold_repeated,
    ev.ContactResumed: _resumed,
    ev.DigitsSent: _digits,
    ev.LegRang: _rang,
    ev.CustomerDialled: _dialled,
    ev.CustomerAnswered: _customer_answered,
}


def react(cell: Cell, event: ev.Event) -> Commands:
    """The commands that follow from ``event``."""
    reaction = REACT.get(type(event))
    return iter(()) if reaction is None else reaction(cell, event)


__all__ = ["REACT", "react"]
