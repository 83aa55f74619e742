"""Event → tables: what agents do with a contact, and their desktops. See ``evolve``."""

from collections.abc import Callable
from typing import Any

from cordpair.acd import events as ev
from cordpair.acd.model import AgentRow, Cell, Connection, SlotState
from cordpair.acd.touched import Kind, Touched


def _connection(cell: Cell, event: ev.ContactHeld | ev.ContactResumed) -> Connection:
    connection = cell.state.contacts[event.contact].connection
    assert connection is not None
    return connection


def _held(cell: Cell, event: ev.ContactHeld, at: int) -> Touched:
    _connection(cell, event).held = True
    return ()


def _resumed(cell: Cell, event: ev.ContactResumed, at: int) -> Touched:
    _connection(cell, event).held = False
    return ()


def _transferred(cell: Cell, event: ev.ContactTransferred, at: int) -> Touched:
    """Who had them last is not who gets them now."""
    contact = cell.state.contacts[event.contact]
    contact.last_agent, contact.given_by, contact.placed_by = None, event.agent, None
    return ()


def _disposed(cell: Cell, event: ev.ContactDisposed, at: int) -> Touched:
    for slot in cell.state.agents[event.agent].slots:
        if slot.contact == event.contact and slot.state in (SlotState.CONNECTED, SlotState.WRAP_UP):
            slot.disposition = event.disposition
    return ()


def _shared(cell: Cell, event: ev.ContactShared, at: int) -> Touched:
    cell.state.contacts[event.contact].shared = event.on
    return ()


def _desk(agent: AgentRow, is_there: bool, gone_until: int | None) -> Touched:
    agent.desk, agent.desk_gone_until = is_there, gone_until
    return ((Kind.AGENT, agent.agent),)


def _desk_connected(cell: Cell, event: ev.DeskConnected, at: int) -> Touched:
    return _desk(cell.state.agents[event.agent], True, None)


def _desk_disconnected(cell: Cell, event: ev.DeskDisconnected, at: int) -> Touched:
    return _desk(cell.state.agents[event.agent], event.until is not None, event.until)


def _desk_gone(cell: Cell, event: ev.DeskGone, at: int) -> Touched:
    return _desk(cell.state.agents[event.agent], False, None)


def _nothing(cell: Cell, event: Any, at: int) -> Touched:
    return ()


DESK_EVENTS: dict[type, Callable[[Cell, Any, int], Touched]] = {
    ev.ContactHeld: _held,
    ev.ContactResumed: _resumed,
    ev.HoldRepeated: _nothing,
    ev.ContactTransferred: _transferred,
    ev.DigitsSent: _nothing,
    ev.ContactDisposed: _disposed,
    ev.ContactShared: _shared,
    ev.DeskConnected: _desk_connected,
    ev.DeskDisconnected: _desk_disconnected,
    ev.DeskGone: _desk_gone,
}

__all__ = ["DESK_EVENTS"]
