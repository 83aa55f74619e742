"""Input → events, one at a time: each is evolved before the next is decided. A table; completeness is tested."""

from collections.abc import Callable
from typing import Any

from cordpair.acd import events as ev
from cordpair.acd import inputs as inp
from cordpair.acd.configuration import Configuration
from cordpair.acd.decide_agents import accept_offer, not_ready, ready, reject_offer, sign_in, sign_out, wrap_up_done
from cordpair.acd.decide_calls import arrived, change_contact, end_contact, task_arrived
from cordpair.acd.decide_legs import answered, command_failed, digit, ended, joined, left, play_ended, ringing
from cordpair.acd.decide_links import fenced, link_down, link_up, seat_changed
from cordpair.acd.model import AgentStatus, Cell, SlotState
from cordpair.acd.proposals import Events
from cordpair.acd.refusal import Refusal


def _nothing(cell: Cell, given: Any, now: int) -> Events:
    """No decision follows from this input."""
    return iter(())


def apply_configuration(cell: Cell, given: inp.ApplyConfiguration, now: int) -> Events:
    """Whole or not at all: what is in use may not disappear."""
    new = given.configuration
    _refuse_lost(cell, new)
    if new == cell.state.configuration:
        return
    kept = {agent.agent for agent in new.agents}
    for row in [row for row in cell.state.agents.values() if row.agent not in kept]:
        if row.status is not AgentStatus.SIGNED_OUT:
            yield ev.AgentSignedOut(row.agent, "removed")
    yield ev.ConfigurationApplied(new)


def _refuse_lost(cell: Cell, new: Configuration) -> None:
    media = {queue.queue: queue.medium for queue in new.queues}
    for row in cell.state.queues.values():
        if row.waiting and row.queue not in media:
            raise Refusal(f"queue {row.queue!r} cannot be removed: {row.waiting} contacts wait in it")
        if row.waiting and media[row.queue] != cell.book.queues[row.queue].medium:
            raise Refusal(f"queue {row.queue!r} cannot change its medium: {row.waiting} contacts wait in it")
    agents = {agent.agent for agent in new.agents}
    seats = {seat.seat for seat in new.seats}
    for agent in cell.state.agents.values():
        in_use = any(slot.state is not SlotState.FREE for slot in agent.slots)
        if agent.agent not in agents and in_use:
            raise Refusal(f"agent {agent.agent!r} cannot be removed: a contact is with them")
        if agent.seat is not None and agent.seat not in seats and agent.agent in agents:
            raise Refusal(f"seat {agent.seat!r} cannot be removed: agent {agent.agent!r} is signed in there")


DECIDE: dict[type, Callable[[Cell, Any, int], Events]] = {
    inp.LegArrived: arrived,
    inp.LegRinging: ringing,
    inp.LegAnswered: answered,
    inp.LegEnded: ended,
    inp.Digit: digit,
    inp.Joined: joined,
    inp.Left: left,
    inp.PlayEnded: play_ended,
    inp.RecordingEnded: _nothing,
    inp.SeatChanged: seat_changed,
    inp.LinkUp: link_up,
    inp.LinkDown: link_down,
    inp.Fenced: fenced,
    inp.CommandFailed: command_failed,
    inp.SignIn: sign_in,
    inp.SignOut: sign_out,
    inp.Ready: ready,
    inp.NotReady: not_ready,
    inp.WrapUpDone: wrap_up_done,
    inp.TaskArrived: task_arrived,
    inp.AcceptOffer: accept_offer,
    inp.RejectOffer: reject_offer,
    inp.EndContact: end_contact,
    inp.ChangeContact: change_contact,
    inp.ApplyConfiguration: apply_configuration,
    inp.TimerDue: _nothing,
}


def decide(cell: Cell, given: inp.Input, now: int) -> Events:
    """The events that follow from ``given`` at ``now`` (ms). Raises Refusal before the first of them."""
    return DECIDE[type(given)](cell, given, now)


__all__ = ["DECIDE", "decide"]
