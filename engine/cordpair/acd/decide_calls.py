"""What follows from an arrival: a contact for a service, a task, or an agent's phone that dialled a code."""

from cordpair.acd import events as ev
from cordpair.acd import inputs as inp
from cordpair.acd.causes import Cause, ContactEnd, VisitOutcome
from cordpair.acd.configuration import VOICE, FeatureAction, FeatureCode, Service, Step
from cordpair.acd.decide_agents import not_ready, ready, sign_in, sign_out, wrap_up_done
from cordpair.acd.decide_moves import dialled_token, is_token
from cordpair.acd.decide_web import called, is_from_browser
from cordpair.acd.model import Cell, LegRole
from cordpair.acd.proposals import (
    Entry,
    Events,
    answer,
    believed,
    close_leg,
    end_connection,
    end_visit,
    enter,
    finish,
    follow,
    new_id,
    through_service,
)
from cordpair.acd.refusal import Refusal
from cordpair.acd.skills import ANYWHERE, TOP
from cordpair.ids import AgentId, ContactId, PlayId, SeatId


def arrived(cell: Cell, given: inp.LegArrived, now: int) -> Events:
    if given.leg in cell.state.legs:
        return
    if is_token(given.dialled):
        yield from dialled_token(cell, given, now)
        return
    if is_from_browser(cell, given):
        yield from called(cell, given, now)
        return
    configuration = cell.book.configuration
    seat = cell.book.seat_at(given.endpoint, given.node) if given.endpoint else None
    from_phone = seat is not None and (
        not configuration.agent_contexts or given.context in configuration.agent_contexts
    )
    service = _service(cell, given, from_phone)
    if from_phone and seat is not None and (given.dialled in cell.book.codes or service is None):
        yield from _feature(cell, given, seat, now)
        return
    arrived_at = believed(given.arrived_at, now)
    contact = ContactId(new_id(cell, "c", "contact"))
    yield ev.ContactArrived(
        contact,
        given.node,
        VOICE,
        arrived_at,
        given.leg,
        service.service if service is not None else None,
        given.last_agent,
        given.context_id,
    )
    row = cell.state.contacts[contact]
    if service is None:
        yield from follow(cell, row, configuration.no_service, arrived_at, now)
    else:
        yield from enter(cell, row, through_service(service, arrived_at), now, began_at=arrived_at)


def _service(cell: Cell, given: inp.LegArrived, from_phone: bool) -> Service | None:
    """The first service whose every match field fits. An agent's phone is not put in a queue for a mistyped code:
    for it the service must name the number or the context."""
    for service in cell.book.configuration.services:
        if from_phone and not service.dialled and not service.contexts:
            continue
        if (
            (not service.dialled or given.dialled in service.dialled)
            and (not service.to or given.to in service.to)
            and (not service.contexts or given.context in service.contexts)
        ):
            return service
    return None


# ---------------------------------------------------------------- tasks


def task_arrived(cell: Cell, given: inp.TaskArrived, now: int) -> Events:
    queue = cell.book.queues.get(given.queue)
    if queue is None:
        raise Refusal(f"queue {given.queue!r} does not exist")
    if queue.medium != given.medium:
        raise Refusal(f"queue {given.queue!r} takes {queue.medium}, not {given.medium}")
    if given.key in cell.state.tasks:
        return
    arrived_at = believed(given.arrived_at, now)
    contact = ContactId(new_id(cell, "c", "contact"))
    yield ev.ContactArrived(contact, ANYWHERE, given.medium, arrived_at, key=given.key)
    yield from enter(cell, cell.state.contacts[contact], Entry(given.queue, arrived_at), now, began_at=arrived_at)


def end_contact(cell: Cell, given: inp.EndContact, now: int) -> Events:
    contact = cell.state.contacts.get(given.contact)
    if contact is None:
        raise Refusal(f"contact {given.contact!r} is not live")
    if contact.visit is not None:
        yield from end_visit(cell, cell.state.visits[contact.visit], VisitOutcome.FAILED, now)
    if contact.connection is not None:
        yield from end_connection(cell, contact, "system", now)
    yield from finish(cell, contact, Cause.NORMAL, ContactEnd.SYSTEM, now)


def change_contact(cell: Cell, given: inp.ChangeContact, now: int) -> Events:
    contact = cell.state.contacts.get(given.contact)
    visit = cell.state.visits.get(contact.visit) if contact is not None and contact.visit is not None else None
    if visit is None:
        raise Refusal(f"contact {given.contact!r} does not wait")
    wrong = [level for level in (given.levels or {}).values() if not 1 <= level <= TOP]
    if wrong:
        raise Refusal(f"level {wrong[0]} does not exist; there are 1 to {TOP}")
    head_start = visit.head_start_ms if given.head_start_ms is None else given.head_start_ms
    levels, steps = visit.levels, visit.steps
    if given.levels is not None:
        levels, steps = given.levels, (Step(0, given.levels),)
    if (head_start, steps) != (visit.head_start_ms, visit.steps):
        yield ev.VisitChanged(visit.visit, head_start, levels, steps)


# ---------------------------------------------------------------- an agent's phone


def _feature(cell: Cell, given: inp.LegArrived, seat: SeatId, now: int) -> Events:
    """Run the code for the agent of the authenticated seat, or the one whose code it is, say what came of it, and hang
    up."""
    until = now + cell.book.configuration.timing.closing_timeout_ms
    yield ev.LegAdopted(given.leg, given.node, LegRole.FEATURE, until, seat)
    code = cell.book.codes.get(given.dialled)
    agent = cell.state.seats[seat].agent or cell.book.by_seat.get(seat)
    if code is not None and code.agent is not None:  # they said who they are
        agent = code.agent
    action = code.action if code is not None else None
    result = "wrong_code"
    if code is not None:
        result = "unknown_agent"
        if agent is not None and agent in cell.state.agents:
            try:
                yield from _run(cell, code, agent, seat, now)
                result = code.action.value
            except Refusal:
                result = "refused"
    prompt = cell.book.configuration.prompts.get(result)
    play = PlayId(new_id(cell, "p", "play")) if prompt else None
    done = code is not None and result == code.action.value
    if play is not None or done:  # even without a prompt the phone can tell: answered is done, refused is not
        yield from answer(cell, given.leg)
    yield ev.FeatureUsed(given.leg, result, action, agent, play)
    if play is None:
        yield from close_leg(cell, given.leg, Cause.NORMAL if done else Cause.REJECTED, now)


def _run(cell: Cell, code: FeatureCode, agent: AgentId, seat: SeatId, now: int) -> Events:
    if code.action is FeatureAction.SIGN_IN:
        yield from sign_in(cell, inp.SignIn(agent, seat), now)
    elif code.action is FeatureAction.SIGN_OUT:
        yield from sign_out(cell, inp.SignOut(agent), now)
    elif code.action is FeatureAction.READY:
        yield from ready(cell, inp.Ready(agent), now)
    elif code.action is FeatureAction.NOT_READY:
        yield from not_ready(cell, inp.NotReady(agent, code.reason), now)
    else:
        yield from wrap_up_done(cell, inp.WrapUpDone(agent), now)


__all__ = ["arrived", "change_contact", "end_contact", "task_arrived"]
