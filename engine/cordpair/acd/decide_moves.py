"""What follows from draining a node: who waits there is sent to another, and keeps contact, visit and place.

The caller calls again, with the move's id as the number dialled: who has it is the one who was sent. The first leg
that dials it on the right node is taken; after that, or when its time is over, the id is good for nothing.
"""

from hashlib import blake2b

from cordpair.acd import events as ev
from cordpair.acd import inputs as inp
from cordpair.acd.causes import Cause
from cordpair.acd.model import Cell, ContactRow, LegRole, LegState, MoveRow, VisitRow
from cordpair.acd.proposals import Events, answer, close_leg, entertain
from cordpair.acd.refusal import Refusal
from cordpair.acd.trunks import target_of
from cordpair.ids import MoveId

# Letters and digits only: it is dialled, and the dialplans let nothing else in.
PREFIX = "cpmove"
DIGEST = 12  # bytes


def drain_node(cell: Cell, given: inp.DrainNode, now: int) -> Events:
    row = cell.state.nodes.get(given.node)
    if row is None or given.node not in cell.book.configuration.nodes:
        raise Refusal(f"node {given.node!r} does not exist")
    if given.on and not row.draining:
        yield ev.DrainBegan(given.node)
    elif row.draining and not given.on:
        yield ev.DrainEnded(given.node)


def token(cell: Cell, number: int) -> MoveId:
    """Not to be guessed, nor derived from others that somebody was sent: the journal's seed is its key."""
    state = cell.state
    key = state.seed.to_bytes(16, "big", signed=True)
    return MoveId(PREFIX + blake2b(f"{state.run}-m{number}".encode(), digest_size=DIGEST, key=key).hexdigest())


def is_token(dialled: str) -> bool:
    return dialled.startswith(PREFIX) and len(dialled) == len(PREFIX) + 2 * DIGEST


def begin_move(cell: Cell, visit: VisitRow, now: int) -> Events:
    """Of a visit that may be moved."""
    contact, target = cell.state.contacts[visit.contact], target_of(cell, visit.node)
    assert contact.leg is not None
    assert target is not None
    number = cell.state.numbers.get("move", 0) + 1
    yield ev.MoveBegan(
        token(cell, number),
        number,
        contact.contact,
        visit.node,
        target,
        now + cell.book.configuration.timing.move_timeout_ms,
        cell.state.legs[contact.leg].state is LegState.UP,
    )


def set_off(cell: Cell, contact: ContactRow, cause: Cause, now: int) -> Events:
    """The leg of a caller who was asked to call elsewhere has ended."""
    assert contact.move is not None
    until = now + cell.book.configuration.timing.move_timeout_ms
    yield ev.CallerSetOff(contact.move, until, cause is Cause.UNKNOWN)


def dialled_token(cell: Cell, given: inp.LegArrived, now: int) -> Events:
    """Somebody calls who was sent here; or whose time is over: that call fails, and the old one, if any, goes on."""
    move = cell.state.moves.get(MoveId(given.dialled))
    if move is None or move.target != given.node:
        yield ev.LegAdopted(given.leg, given.node, LegRole.ORPHAN, now)
        yield from close_leg(cell, given.leg, Cause.UNREACHABLE, now)
        return
    contact = cell.state.contacts[move.contact]
    old = contact.leg
    yield ev.ContactMoved(move.move, contact.contact, given.leg, given.node)
    yield from close_leg(cell, old, Cause.NORMAL, now)
    yield from answer(cell, given.leg)
    assert contact.visit is not None
    yield ev.MusicStarted(contact.contact, cell.book.queues[cell.state.visits[contact.visit].queue].music)


def give_up(cell: Cell, move: MoveRow, reason: str) -> Events:
    """The caller did not go: they wait on where they are."""
    yield ev.MoveFailed(move.move, reason)
    contact = cell.state.contacts[move.contact]
    leg = cell.state.legs.get(contact.leg) if contact.leg is not None else None
    assert contact.visit is not None
    queue = cell.book.queues[cell.state.visits[contact.visit].queue]
    if leg is None or leg.state is LegState.ENDING:
        return
    if leg.state is not LegState.UP:
        yield from entertain(cell, contact, queue)
    elif contact.play is None:
        yield ev.MusicStarted(contact.contact, queue.music)


__all__ = ["begin_move", "dialled_token", "drain_node", "give_up", "is_token", "set_off", "token"]
