"""Event → tables: legs, bridges, nodes and seats. See ``evolve``."""

from collections.abc import Callable
from typing import Any

from cordpair.acd import events as ev
from cordpair.acd.model import Cell, LegRow, LegState, NodeRow, NodeStatus
from cordpair.acd.touched import Kind, Touched
from cordpair.ids import SeatId


def _node_linked(cell: Cell, event: ev.NodeLinked, at: int) -> Touched:
    row = cell.state.nodes.setdefault(event.node, NodeRow(event.node))
    row.status, row.epoch, row.opens_at = NodeStatus.SETTLING, event.epoch, event.opens_at
    return ((Kind.NODE, event.node),)


def _node_opened(cell: Cell, event: ev.NodeOpened, at: int) -> Touched:
    row = cell.state.nodes[event.node]
    row.status, row.opens_at = NodeStatus.OPEN, None
    return ((Kind.NODE, event.node),)


def _node_lost(cell: Cell, event: ev.NodeLost, at: int) -> Touched:
    row = cell.state.nodes[event.node]
    row.status, row.opens_at = NodeStatus.DOWN, None
    return ((Kind.NODE, event.node),)


def _node_fenced(cell: Cell, event: ev.NodeFenced, at: int) -> Touched:
    row = cell.state.nodes[event.node]
    row.status, row.opens_at = NodeStatus.FENCED, None
    return ((Kind.NODE, event.node),)


def _seat_status_changed(cell: Cell, event: ev.SeatStatusChanged, at: int) -> Touched:
    seat = cell.state.seats[event.seat]
    seat.status[event.node] = event.status
    return _who_sits_at(cell, event.seat)


def _leg_adopted(cell: Cell, event: ev.LegAdopted, at: int) -> Touched:
    cell.state.legs[event.leg] = LegRow(event.leg, event.node, event.role, seat=event.seat, until=event.until)
    if event.seat is None:
        return ((Kind.LEG, event.leg),)
    cell.state.seats[event.seat].legs.append(event.leg)
    return ((Kind.LEG, event.leg), *_who_sits_at(cell, event.seat))


def _who_sits_at(cell: Cell, seat_id: SeatId) -> Touched:
    seat = cell.state.seats.get(seat_id)
    return () if seat is None or seat.agent is None else ((Kind.AGENT, seat.agent),)


def _feature_used(cell: Cell, event: ev.FeatureUsed, at: int) -> Touched:
    if event.play is not None:
        numbers = cell.state.numbers
        numbers["play"] = numbers.get("play", 0) + 1
        cell.state.legs[event.leg].play = event.play
    return ()


def _leg_answering(cell: Cell, event: ev.LegAnswering, at: int) -> Touched:
    cell.state.legs[event.leg].answering = True
    return ()


def _leg_rang(cell: Cell, event: ev.LegRang, at: int) -> Touched:
    cell.state.legs[event.leg].state = LegState.RINGING
    return ()


def _leg_came_up(cell: Cell, event: ev.LegCameUp, at: int) -> Touched:
    leg = cell.state.legs[event.leg]
    leg.state = LegState.UP
    contact = cell.state.contacts.get(leg.contact) if leg.contact is not None else None
    if contact is None or contact.visit is None or not cell.state.nodes[leg.node].draining:
        return ()
    return ((Kind.VISIT, contact.visit),)  # who is answered can be moved


def _leg_entered_bridge(cell: Cell, event: ev.LegEnteredBridge, at: int) -> Touched:
    cell.state.legs[event.leg].bridge = event.bridge
    return ()


def _leg_left_bridge(cell: Cell, event: ev.LegLeftBridge, at: int) -> Touched:
    cell.state.legs[event.leg].bridge = None
    return ()


def _leg_doubted(cell: Cell, event: ev.LegDoubted, at: int) -> Touched:
    leg = cell.state.legs[event.leg]
    leg.until, leg.doubted = event.until, True
    return ((Kind.LEG, event.leg),)


def _leg_confirmed(cell: Cell, event: ev.LegConfirmed, at: int) -> Touched:
    leg = cell.state.legs[event.leg]
    leg.until, leg.doubted = event.until, False
    return ((Kind.LEG, event.leg),)


def _leg_closing(cell: Cell, event: ev.LegClosing, at: int) -> Touched:
    leg = cell.state.legs[event.leg]
    leg.state, leg.cause, leg.until = LegState.ENDING, event.cause, event.until
    return ((Kind.LEG, event.leg),)


def _leg_closed(cell: Cell, event: ev.LegClosed, at: int) -> Touched:
    leg = cell.state.legs.pop(event.leg)
    contact = cell.state.contacts.get(leg.contact) if leg.contact is not None else None
    touched: Touched = ((Kind.LEG, event.leg),)
    if contact is not None and contact.leg == event.leg:
        contact.leg = None
        if contact.media and contact.visit is not None:  # it may wait on without
            touched = (*touched, (Kind.VISIT, contact.visit), (Kind.CONTACT, contact.contact))
    if leg.seat is None or leg.seat not in cell.state.seats:
        return touched
    legs = cell.state.seats[leg.seat].legs
    if event.leg in legs:  # a seat removed and made again forgot them
        legs.remove(event.leg)
    return (*touched, *_who_sits_at(cell, leg.seat))


def _bridge_released(cell: Cell, event: ev.BridgeReleased, at: int) -> Touched:
    """The legs' own ``bridge`` is left to what is seen of them: LegLeftBridge or their end."""
    bridge = cell.state.bridges.pop(event.bridge, None)
    if bridge is not None:
        contact = cell.state.contacts.get(bridge.contact)
        if contact is not None and contact.bridge == event.bridge:
            contact.bridge = None
    return ()


LEG_EVENTS: dict[type, Callable[[Cell, Any, int], Touched]] = {
    ev.NodeLinked: _node_linked,
    ev.NodeOpened: _node_opened,
    ev.NodeLost: _node_lost,
    ev.NodeFenced: _node_fenced,
    ev.SeatStatusChanged: _seat_status_changed,
    ev.LegAdopted: _leg_adopted,
    ev.FeatureUsed: _feature_used,
    ev.LegAnswering: _leg_answering,
    ev.LegRang: _leg_rang,
    ev.LegCameUp: _leg_came_up,
    ev.LegEnteredBridge: _leg_entered_bridge,
    ev.LegLeftBridge: _leg_left_bridge,
    ev.LegDoubted: _leg_doubted,
    ev.LegConfirmed: _leg_confirmed,
    ev.LegClosing: _leg_closing,
    ev.LegClosed: _leg_closed,
    ev.BridgeReleased: _bridge_released,
}

__all__ = ["LEG_EVENTS"]
