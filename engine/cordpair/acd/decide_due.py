"""What follows from the passing of time: one row that is due, one consequence."""

from collections.abc import Callable
from typing import Any

from cordpair.acd import events as ev
from cordpair.acd.causes import Cause, ContactEnd, OfferOutcome
from cordpair.acd.configuration import in_force
from cordpair.acd.deadlines import ending
from cordpair.acd.decide_agents import end_wrap_ups, pause
from cordpair.acd.decide_legs import caller_gone, fail_join, leave, leg_gone, untaken
from cordpair.acd.decide_moves import begin_move, give_up
from cordpair.acd.decide_presence import desk_gone
from cordpair.acd.decide_web import invite, no_show
from cordpair.acd.model import AgentStatus, Cell, LegState, NodeStatus
from cordpair.acd.placing import placed_due
from cordpair.acd.proposals import Events, close_leg, entertain, fail_offer, finish
from cordpair.acd.touched import Kind, Row
from cordpair.acd.trunks import is_away, may_move
from cordpair.acd.web import may_invite, needs_sound
from cordpair.ids import AgentId, ContactId, LegId, MoveId, NodeId, OfferId, VisitId


def _visit(cell: Cell, visit_id: VisitId, now: int) -> Events:
    visit = cell.state.visits[visit_id]
    contact = cell.state.contacts[visit.contact]
    if contact.placed_by is not None:
        yield from placed_due(cell, visit, now)
        return
    if visit.accepted is not None:
        yield from fail_join(cell, cell.state.offers[visit.accepted], now)
        return
    if may_move(cell, visit):
        yield from begin_move(cell, visit, now)
        return
    if may_invite(cell, visit):
        yield from invite(cell, visit, now)
        return
    if needs_sound(cell, visit):
        yield from entertain(cell, contact, cell.book.queues[visit.queue])
        return
    end = None if visit.offers or visit.moving else ending(cell, visit)
    if end is not None and end.at <= now:
        yield from leave(cell, contact, end.cause, end.action, now)
        return
    if visit.sticky_until is not None and visit.sticky_until <= now:
        yield ev.StickyEnded(visit_id)
    if visit.progress_at is not None and visit.progress_at <= now:
        yield ev.GroupOpened(visit_id)
    if visit.direct:
        return
    step, _ = in_force(visit.steps, now - visit.began_at)
    if step > visit.step:
        yield ev.RequirementStepped(visit_id, step)


def _offer(cell: Cell, offer_id: OfferId, now: int) -> Events:
    offer = cell.state.offers[offer_id]
    outcome = untaken(offer) if offer.leg is not None else OfferOutcome.MISSED  # on a desktop it was seen
    yield from fail_offer(cell, offer, outcome, now)


def _agent(cell: Cell, agent_id: AgentId, now: int) -> Events:
    row = cell.state.agents[agent_id]
    if row.not_before is not None and row.not_before <= now:
        lost = row.phone_lost
        yield ev.AgentDelayEnded(agent_id)
        if lost and row.seat is not None and row.status is AgentStatus.READY and is_away(cell, row.seat):
            yield from pause(cell, row, OfferOutcome.UNREACHABLE.value, now)
    if row.desk_gone_until is not None and row.desk_gone_until <= now:
        yield from desk_gone(cell, row, now)
    yield from end_wrap_ups(cell, row, until=now)


def _contact(cell: Cell, contact_id: ContactId, now: int) -> Events:
    contact = cell.state.contacts[contact_id]
    if contact.closing is not None and contact.closing_until <= now:
        yield from finish(cell, contact, contact.closing, ContactEnd.SYSTEM, now)
    elif contact.gone_until is not None and contact.gone_until <= now:
        yield from caller_gone(cell, contact, Cause.NORMAL, now)
    else:
        yield from no_show(cell, contact, now)


def _leg(cell: Cell, leg_id: LegId, now: int) -> Events:
    """Ask for a leg's end again; a leg that the PBX denied is gone; a feature call has lasted long enough."""
    leg = cell.state.legs[leg_id]
    if leg.doubted:
        yield from leg_gone(cell, leg, Cause.UNKNOWN, now)
    elif leg.state is LegState.ENDING:
        yield ev.LegClosing(leg_id, leg.cause, now + cell.book.configuration.timing.hang_up_timeout_ms)
    else:
        yield from close_leg(cell, leg_id, Cause.NORMAL, now)


def _node(cell: Cell, node_id: NodeId, now: int) -> Events:
    if cell.state.nodes[node_id].status is NodeStatus.SETTLING:
        yield ev.NodeOpened(node_id)


def _move(cell: Cell, move_id: MoveId, now: int) -> Events:
    """Who is still here waits on; who left and did not come has hung up, then."""
    move = cell.state.moves[move_id]
    if move.left_at is None:
        yield from give_up(cell, move, "not_followed")
        return
    yield ev.MoveFailed(move_id, "lost")
    cause = Cause.UNKNOWN if move.unseen else Cause.NORMAL
    yield from caller_gone(cell, cell.state.contacts[move.contact], cause, move.left_at)


_DUE: dict[Kind, Callable[[Cell, Any, int], Events]] = {
    Kind.VISIT: _visit,
    Kind.OFFER: _offer,
    Kind.AGENT: _agent,
    Kind.CONTACT: _contact,
    Kind.LEG: _leg,
    Kind.NODE: _node,
    Kind.MOVE: _move,
}


def decide_due(cell: Cell, row: Row, now: int) -> Events:
    return _DUE[row[0]](cell, row[1], now)


__all__ = ["decide_due"]
