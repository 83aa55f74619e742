"""Event → tables: calls that agents place. See ``evolve``."""

from collections.abc import Callable
from typing import Any

from cordpair.acd import events as ev
from cordpair.acd.model import BridgeRow, Cell, LegRole, LegRow, VisitRow
from cordpair.acd.touched import Kind, Touched
from cordpair.ids import ContactId

# So many keys are known again. A requester who repeats itself does so within minutes.
REMEMBERED = 1_000


def remember_placed(cell: Cell, key: str, contact: ContactId) -> None:
    placed = cell.state.placed
    placed[key] = contact
    if len(placed) > REMEMBERED:
        del placed[next(iter(placed))]


def _visit(cell: Cell, contact: ContactId) -> VisitRow:
    visit = cell.state.contacts[contact].visit
    assert visit is not None
    return cell.state.visits[visit]


def _dialled(cell: Cell, event: ev.CustomerDialled, at: int) -> Touched:
    contact, visit = cell.state.contacts[event.contact], _visit(cell, event.contact)
    contact.leg, visit.join_until = event.leg, event.until
    cell.state.legs[event.leg] = LegRow(event.leg, contact.node, LegRole.CALLER, contact=event.contact)
    return ((Kind.VISIT, visit.visit),)


def _answered(cell: Cell, event: ev.CustomerAnswered, at: int) -> Touched:
    contact, visit = cell.state.contacts[event.contact], _visit(cell, event.contact)
    contact.bridge, visit.join_until = event.bridge, event.join_until
    cell.state.bridges[event.bridge] = BridgeRow(event.bridge, contact.node, event.contact)
    return ((Kind.VISIT, visit.visit),)


def _not_reached(cell: Cell, event: ev.CustomerNotReached, at: int) -> Touched:
    """The ends of leg, offer, visit and contact follow."""
    return ()


PLACED_EVENTS: dict[type, Callable[[Cell, Any, int], Touched]] = {
    ev.CustomerDialled: _dialled,
    ev.CustomerAnswered: _answered,
    ev.CustomerNotReached: _not_reached,
}

__all__ = ["PLACED_EVENTS", "REMEMBERED", "remember_placed"]
