"""What follows from the state of a link: reconciling what we believe with what the PBX holds.

Nothing is repeated blindly: an end we missed is taken as seen, an answer we missed is taken as given, a join that is
not there is asked for again, and what bears our stamp but belongs to nothing is ended.
"""

from cordpair.acd import events as ev
from cordpair.acd import inputs as inp
from cordpair.acd.causes import Cause, OfferOutcome, SeatStatus
from cordpair.acd.decide_calls import arrived
from cordpair.acd.decide_legs import (
    agent_gone,
    alerted_leg_gone,
    answered,
    connect_if_joined,
    leg_gone,
    ringing,
)
from cordpair.acd.model import Cell, ContactRow, LegRole, LegState, NodeStatus
from cordpair.acd.placing import not_reached, rings_customer
from cordpair.acd.proposals import Events, close_leg, fail_offer, hold_music
from cordpair.ids import BridgeId, LegId, NodeId


def link_up(cell: Cell, given: inp.LinkUp, now: int) -> Events:
    snapshot, node = given.snapshot, given.node
    timing = cell.book.configuration.timing
    before = cell.state.nodes[node].epoch if node in cell.state.nodes else ""
    yield ev.NodeLinked(node, snapshot.epoch, now + timing.settle_ms)
    yield from _seats(cell, given)
    if before not in ("", snapshot.epoch):
        yield from _over_trunks(cell, node, now)
    seen = {leg.leg: leg for leg in snapshot.legs}
    bridges = set(cell.state.bridges)  # asked for before the gap; what is asked for now is not asked for twice
    for leg_id in [row.leg for row in cell.state.legs.values() if row.node == node and row.leg not in seen]:
        yield from _unseen_leg(cell, leg_id, now)
    for leg in snapshot.legs:
        if leg.leg in cell.state.legs:
            yield from _known_leg(cell, leg, now)
    strays = [each.bridge for each in snapshot.bridges if each.stamp and each.bridge not in cell.state.bridges]
    yield from _leave_strays(cell, given.node, strays)
    for contact in [row for row in cell.state.contacts.values() if row.node == node]:
        if contact.contact in cell.state.contacts:
            yield from _rejoin(cell, contact, bridges, now)
    yield from _strangers(cell, given, now)
    for bridge in strays:
        yield ev.BridgeReleased(bridge, node)


def _seats(cell: Cell, given: inp.LinkUp) -> Events:
    """Every seat whose status is not reported counts as unreachable."""
    for seat in cell.book.configuration.seats:
        status = SeatStatus.UNREACHABLE
        if seat.node in (None, given.node):
            status = given.snapshot.seats.get(seat.endpoint, status)
        if cell.state.seats[seat.seat].status.get(given.node) is not status:
            yield ev.SeatStatusChanged(seat.seat, given.node, status)


def _over_trunks(cell: Cell, node: NodeId, now: int) -> Events:
    """The PBX of these phones has restarted: nobody is at the far end of the trunk any more, whoever has noticed."""
    for leg in [row for row in cell.state.legs.values() if row.via == node and row.state is not LegState.ENDING]:
        offer = cell.state.offers.get(leg.offer) if leg.offer is not None else None
        contact = cell.state.contacts.get(leg.contact) if leg.contact is not None else None
        if offer is not None:
            yield from alerted_leg_gone(cell, offer, Cause.LOST, now)
        elif contact is not None and contact.connection is not None and contact.connection.leg == leg.leg:
            yield from agent_gone(cell, contact, Cause.UNKNOWN, now)


def _unseen_leg(cell: Cell, leg_id: LegId, now: int) -> Events:
    """A leg that never rang may still be on its way to the PBX: its end is asked for, behind its beginning."""
    row = cell.state.legs.get(leg_id)
    if row is None:
        return
    offer = cell.state.offers.get(row.offer) if row.offer is not None else None
    contact = cell.state.contacts.get(row.contact) if row.contact is not None else None
    if row.state is LegState.NEW and offer is not None:
        yield from fail_offer(cell, offer, OfferOutcome.FAILED, now)
    elif row.state is LegState.NEW and contact is not None and rings_customer(cell, contact):
        yield from not_reached(cell, contact, Cause.UNKNOWN, now)
    elif row.state is LegState.ENDING:
        yield ev.LegClosing(leg_id, row.cause, now + cell.book.configuration.timing.hang_up_timeout_ms)
    else:
        yield from leg_gone(cell, row, Cause.UNKNOWN, now)


def _known_leg(cell: Cell, leg: inp.LegSeen, now: int) -> Events:
    row = cell.state.legs[leg.leg]
    if row.doubted:
        feature_until = now + cell.book.configuration.timing.closing_timeout_ms
        yield ev.LegConfirmed(row.leg, feature_until if row.role is LegRole.FEATURE else None)
    if row.state is LegState.ENDING:
        yield ev.LegClosing(row.leg, row.cause, now + cell.book.configuration.timing.hang_up_timeout_ms)
        return
    if leg.bridge is not None and leg.bridge != row.bridge:
        yield ev.LegEnteredBridge(row.leg, leg.bridge)
    elif leg.bridge is None and row.bridge is not None:
        yield ev.LegLeftBridge(row.leg)
    if leg.answered:
        yield from answered(cell, inp.LegAnswered(row.leg), now)
    elif leg.ringing:
        yield from ringing(cell, inp.LegRinging(row.leg), now)
    if not leg.answered and row.answering:  # the command may have been lost
        yield ev.LegAnswering(row.leg)


def _rejoin(cell: Cell, contact: ContactRow, bridges: set[BridgeId], now: int) -> Events:
    """Both parties live: they are joined, or we join them (again); who is on hold stays so."""
    yield from connect_if_joined(cell, contact, now)
    yield from _entertain_again(cell, contact)
    if contact.bridge not in bridges or contact.leg is None:
        return
    if contact.connection is not None and contact.connection.held:
        yield ev.HoldRepeated(contact.contact, hold_music(cell, contact.connection))
        return
    agent_leg = contact.connection.leg if contact.connection is not None else None
    if contact.visit is not None:
        accepted = cell.state.visits[contact.visit].accepted
        agent_leg = cell.state.offers[accepted].leg if accepted is not None else None
    legs = [cell.state.legs.get(leg) for leg in (contact.leg, agent_leg) if leg is not None]
    if any(leg is not None and leg.bridge != contact.bridge for leg in legs):
        assert contact.bridge is not None
        yield ev.JoinRepeated(contact.contact, contact.bridge)


def _entertain_again(cell: Cell, contact: ContactRow) -> Events:
    """The end of a prompt, or our asking for music, may have been lost: nobody waits in silence."""
    leg = cell.state.legs.get(contact.leg) if contact.leg is not None else None
    visit = cell.state.visits.get(contact.visit) if contact.visit is not None else None
    if leg is None or leg.state is LegState.ENDING or visit is None or visit.accepted is not None or visit.moving:
        return
    if contact.media and not leg.answering:  # hears ringing, as long as a phone rings
        return
    if contact.play is not None:
        yield ev.PromptEnded(contact.contact, contact.play)
    yield ev.MusicStarted(contact.contact, cell.book.queues[visit.queue].music)


def _strangers(cell: Cell, given: inp.LinkUp, now: int) -> Events:
    """Callers who arrived meanwhile, in their order; then what is left over of another life of ours."""
    arrivals = [leg.arrival for leg in given.snapshot.legs if leg.arrival is not None and leg.stamp is None]
    for arrival in sorted(arrivals, key=lambda each: (each.arrived_at, each.leg)):
        yield from arrived(cell, arrival, now)
    for leg in given.snapshot.legs:
        if leg.leg not in cell.state.legs and leg.stamp is not None:
            yield from _end_orphan(cell, leg.leg, given.node, now)


def _leave_strays(cell: Cell, node: NodeId, strays: list[BridgeId]) -> Events:
    """A caller who lives on leaves what is left of the conversation, before there is music again."""
    inside = [row for row in cell.state.legs.values() if row.bridge in strays] if strays else []
    for leg in inside:
        if leg.role is LegRole.CALLER and leg.state is not LegState.ENDING and leg.bridge is not None:
            yield ev.BridgeReleased(leg.bridge, node, leg.leg)


def _end_orphan(cell: Cell, leg: LegId, node: NodeId, now: int) -> Events:
    yield ev.LegAdopted(leg, node, LegRole.ORPHAN, now)
    yield from close_leg(cell, leg, Cause.NORMAL, now)


def link_down(cell: Cell, given: inp.LinkDown, now: int) -> Events:
    row = cell.state.nodes.get(given.node)
    if row is not None and row.status not in (NodeStatus.DOWN, NodeStatus.FENCED):
        yield ev.NodeLost(given.node, given.reason)


def fenced(cell: Cell, given: inp.Fenced, now: int) -> Events:
    if given.node in cell.state.nodes:
        yield ev.NodeFenced(given.node)


def seat_changed(cell: Cell, given: inp.SeatChanged, now: int) -> Events:
    seat = cell.book.seat_at(given.endpoint, given.node)
    if seat is not None and cell.state.seats[seat].status.get(given.node) is not given.status:
        yield ev.SeatStatusChanged(seat, given.node, given.status)


__all__ = ["fenced", "link_down", "link_up", "seat_changed"]
