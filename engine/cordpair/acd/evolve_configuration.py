"""Event → tables: the cell itself and its configuration. See ``evolve``."""

from collections.abc import Callable
from typing import Any

from cordpair.acd import events as ev
from cordpair.acd.causes import SeatStatus
from cordpair.acd.evolve_agents import recount
from cordpair.acd.model import AgentRow, Book, Cell, NodeRow, QueueRow, SeatRow
from cordpair.acd.slots import fit_slots, slots_of
from cordpair.acd.touched import EVERYTHING, Touched
from cordpair.ids import NodeId


def _journal_started(cell: Cell, event: ev.JournalStarted, at: int) -> Touched:
    cell.state.run, cell.state.seed = event.run, event.seed
    return ()


def _configuration_applied(cell: Cell, event: ev.ConfigurationApplied, at: int) -> Touched:
    state, configuration, before = cell.state, event.configuration, cell.book
    state.configuration = configuration
    cell.book = Book(configuration)
    for number, agent in enumerate(configuration.agents):
        row = state.agents.get(agent.agent)
        if row is None:
            state.agents[agent.agent] = AgentRow(agent.agent, number, slots_of(agent), since=at, idle_since=at)
        else:
            row.number = number
            fit_slots(cell, row)
    for gone in state.agents.keys() - cell.book.agents.keys():
        del state.agents[gone]
    _seats(cell, before)
    for node in configuration.nodes:
        state.nodes.setdefault(node, NodeRow(node))
    for queue in configuration.queues:
        state.queues.setdefault(queue.queue, QueueRow(queue.queue, unstaffed_since=at, unready_since=at))
    recount(cell, at)
    return EVERYTHING


def _seats(cell: Cell, before: Book) -> None:
    """What is known of a phone goes with its endpoint: a driver that watches it already says nothing new."""
    seats = cell.state.seats
    known: dict[str, dict[NodeId, SeatStatus]] = {}
    for configured in before.configuration.seats:
        if configured.seat in seats:
            there = known.setdefault(configured.endpoint, {})
            for node, status in seats[configured.seat].status.items():
                if node not in there or configured.node in (None, node):
                    there[node] = status
    for seat in cell.book.configuration.seats:
        row = seats.setdefault(seat.seat, SeatRow(seat.seat))
        old = before.seats.get(seat.seat)
        if old is None or old.endpoint != seat.endpoint:
            row.status = dict(known.get(seat.endpoint, {}))
    for gone in seats.keys() - cell.book.seats.keys():
        del seats[gone]


CONFIGURATION_EVENTS: dict[type, Callable[[Cell, Any, int], Touched]] = {
    ev.JournalStarted: _journal_started,
    ev.ConfigurationApplied: _configuration_applied,
}

__all__ = ["CONFIGURATION_EVENTS"]
