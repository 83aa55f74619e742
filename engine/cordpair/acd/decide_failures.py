"""What follows when a command was not carried out."""

from cordpair.acd import events as ev
from cordpair.acd import inputs as inp
from cordpair.acd.causes import Cause, Failure, OfferOutcome
from cordpair.acd.decide_legs import fail_join, leg_gone
from cordpair.acd.decide_moves import give_up
from cordpair.acd.model import Cell, ContactRow, LegRow, LegState
from cordpair.acd.placing import not_reached, rings_customer
from cordpair.acd.proposals import Events, bridge_of, close_leg, fail_offer, hold_music

# A leg that the PBX denies is taken as ended when its end is not seen within this time.
DOUBT_MS = 2_000


def command_failed(cell: Cell, given: inp.CommandFailed, now: int) -> Events:
    """Nothing is assumed of a lost link: the next snapshot tells."""
    if given.failure is Failure.LINK_LOST:
        return
    leg = cell.state.legs.get(given.leg) if given.leg is not None else None
    if given.command in ("Originate", "Dial") and leg is not None:
        yield from _originate_failed(cell, leg, given.failure, now)
    elif given.command in ("Redirect", "Refer") and given.failure in (Failure.REFUSED, Failure.UNSUPPORTED):
        yield from _move_refused(cell, leg)
    elif given.command == "Join" and given.failure is not Failure.GONE:
        yield from _join_failed(cell, given, now)
    elif given.command == "Leave":  # GONE is the bridge, or that it is not in it: what was wanted
        yield from _leave_failed(cell, given)
    elif given.command == "Release" and given.failure is Failure.TIMED_OUT and given.bridge is not None:
        yield ev.BridgeReleased(given.bridge, given.node)  # asked for again, at the pace of the time-outs
    elif leg is not None and given.failure is Failure.GONE and given.command != "StopPlay":  # there: the play is gone
        if leg.state is LegState.ENDING:
            yield from leg_gone(cell, leg, Cause.NORMAL, now)
        elif not leg.doubted:
            yield ev.LegDoubted(leg.leg, now + DOUBT_MS)


def _originate_failed(cell: Cell, leg: LegRow, failure: Failure, now: int) -> Events:
    offer = cell.state.offers.get(leg.offer) if leg.offer is not None else None
    contact = cell.state.contacts.get(leg.contact) if leg.contact is not None else None
    if failure is Failure.TIMED_OUT and leg.state is not LegState.NEW:
        return  # the reply was lost, the leg was not: it rings, or somebody talks there
    if failure is Failure.TIMED_OUT:  # it may exist: end it, and let its end be seen
        if offer is not None:
            yield from fail_offer(cell, offer, OfferOutcome.FAILED, now)
        elif contact is not None and rings_customer(cell, contact):
            yield from not_reached(cell, contact, Cause.UNREACHABLE, now)
        yield from close_leg(cell, leg.leg, Cause.NORMAL, now)
    else:
        yield from leg_gone(cell, leg, Cause.UNREACHABLE, now)


def _move_refused(cell: Cell, leg: LegRow | None) -> Events:
    contact = cell.state.contacts.get(leg.contact) if leg is not None and leg.contact is not None else None
    if contact is not None and contact.move is not None and leg is not None and contact.leg == leg.leg:
        yield from give_up(cell, cell.state.moves[contact.move], "refused")


def _join_failed(cell: Cell, given: inp.CommandFailed, now: int) -> Events:
    bridge = cell.state.bridges.get(given.bridge) if given.bridge is not None else None
    contact = cell.state.contacts.get(bridge.contact) if bridge is not None else None
    visit = cell.state.visits.get(contact.visit) if contact is not None and contact.visit is not None else None
    if visit is not None and visit.accepted is not None and bridge_of(visit.accepted) == given.bridge:
        yield from fail_join(cell, cell.state.offers[visit.accepted], now)
    elif contact is not None and not _is_inside(cell, contact):
        connection = contact.connection
        if connection is not None and not connection.held:  # they stay on hold, and the agent may try again
            yield ev.ContactHeld(contact.contact, connection.agent, hold_music(cell, connection), "failed")


def _leave_failed(cell: Cell, given: inp.CommandFailed) -> Events:
    """Who was to be held hears the agent still: nobody must believe that they do not."""
    bridge = cell.state.bridges.get(given.bridge) if given.bridge is not None else None
    contact = cell.state.contacts.get(bridge.contact) if bridge is not None else None
    connection = contact.connection if contact is not None else None
    if contact is not None and connection is not None and connection.held and _is_inside(cell, contact):
        yield ev.ContactResumed(contact.contact, connection.agent, "failed")


def _is_inside(cell: Cell, contact: ContactRow) -> bool:
    leg = cell.state.legs.get(contact.leg) if contact.leg is not None else None
    return leg is not None and leg.bridge == contact.bridge


__all__ = ["command_failed"]
