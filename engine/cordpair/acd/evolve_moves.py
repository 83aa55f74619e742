"""Event → tables: draining a node, and callers on their way to another. See ``evolve``."""

from collections.abc import Callable
from typing import Any

from cordpair.acd import events as ev
from cordpair.acd.model import Cell, ContactRow, LegRole, LegRow, MoveRow
from cordpair.acd.touched import Kind, Touched
from cordpair.ids import MoveId


def _drain_began(cell: Cell, event: ev.DrainBegan, at: int) -> Touched:
    cell.state.nodes[event.node].draining = True
    return ((Kind.NODE, event.node),)


def _drain_ended(cell: Cell, event: ev.DrainEnded, at: int) -> Touched:
    cell.state.nodes[event.node].draining = False
    for contact in cell.state.contacts.values():
        if contact.node == event.node:
            contact.stays = False
    return ((Kind.NODE, event.node),)


def _move_began(cell: Cell, event: ev.MoveBegan, at: int) -> Touched:
    state = cell.state
    state.numbers["move"] = event.number
    state.moves[event.move] = MoveRow(event.move, event.contact, event.source, event.target, event.until)
    state.nodes[event.source].moving += 1
    contact = state.contacts[event.contact]
    contact.move = event.move
    assert contact.visit is not None
    state.visits[contact.visit].moving = True
    return ((Kind.VISIT, contact.visit), (Kind.MOVE, event.move))


def _caller_set_off(cell: Cell, event: ev.CallerSetOff, at: int) -> Touched:
    move = cell.state.moves[event.move]
    move.left_at, move.until, move.unseen = at, event.until, event.unseen
    return ((Kind.MOVE, event.move),)


def _contact_moved(cell: Cell, event: ev.ContactMoved, at: int) -> Touched:
    contact = cell.state.contacts[event.contact]
    touched = end_move(cell, contact, event.move)
    contact.node, contact.leg, contact.play, contact.stays = event.node, event.leg, None, False
    assert contact.visit is not None
    cell.state.visits[contact.visit].node = event.node
    cell.state.legs[event.leg] = LegRow(event.leg, event.node, LegRole.CALLER, contact=event.contact)
    return touched


def _move_failed(cell: Cell, event: ev.MoveFailed, at: int) -> Touched:
    contact = cell.state.contacts[cell.state.moves[event.move].contact]
    contact.stays = True
    return end_move(cell, contact, event.move)


def end_move(cell: Cell, contact: ContactRow, move_id: MoveId) -> Touched:
    """The next callers may go when the last of those before them are there."""
    move = cell.state.moves.pop(move_id)
    contact.move = None
    source = cell.state.nodes[move.source]
    source.moving -= 1
    touched: Touched = ((Kind.MOVE, move_id),)
    if contact.visit is not None:
        cell.state.visits[contact.visit].moving = False
        touched = ((Kind.VISIT, contact.visit), *touched)
    return touched if source.moving else (*touched, (Kind.NODE, move.source))


MOVE_EVENTS: dict[type, Callable[[Cell, Any, int], Touched]] = {
    ev.DrainBegan: _drain_began,
    ev.DrainEnded: _drain_ended,
    ev.MoveBegan: _move_began,
    ev.CallerSetOff: _caller_set_off,
    ev.ContactMoved: _contact_moved,
    ev.MoveFailed: _move_failed,
}

__all__ = ["MOVE_EVENTS", "end_move"]
