"""Input → events, one at a time: each is evolved before the next is decided. A table; completeness is tested."""

from collections.abc import Callable
from typing import Any

from cordpair.acd import events as ev
from cordpair.acd import inputs as inp
from cordpair.acd.decide_agents import accept_offer, not_ready, ready, reject_offer, sign_in, sign_out, wrap_up_done
from cordpair.acd.decide_calls import arrived, change_contact, end_contact, task_arrived
from cordpair.acd.decide_configuration import apply_configuration
from cordpair.acd.decide_desk import dispose, hang_up_contact, hold, send_digits
from cordpair.acd.decide_failures import command_failed
from cordpair.acd.decide_legs import answered, digit, ended, joined, left, play_ended, ringing
from cordpair.acd.decide_links import fenced, link_down, link_up, seat_changed
from cordpair.acd.decide_moves import drain_node
from cordpair.acd.decide_placed import place_call
from cordpair.acd.decide_presence import desk_lost, desk_opened
from cordpair.acd.decide_transfer import ring_again, transfer
from cordpair.acd.decide_web import browser_back, browser_gone, door_refused, page_shared, web_arrived, web_left
from cordpair.acd.model import Cell
from cordpair.acd.proposals import Events


def _nothing(cell: Cell, given: Any, now: int) -> Events:
    """No decision follows from this input."""
    return iter(())


def breach_found(cell: Cell, given: inp.BreachFound, now: int) -> Events:
    yield ev.InvariantBroken(given.law, given.since, given.seq, given.given)


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
    inp.PlaceCall: place_call,
    inp.AcceptOffer: accept_offer,
    inp.RejectOffer: reject_offer,
    inp.EndContact: end_contact,
    inp.ChangeContact: change_contact,
    inp.DrainNode: drain_node,
    inp.ApplyConfiguration: apply_configuration,
    inp.BreachFound: breach_found,
    inp.WebArrived: web_arrived,
    inp.BrowserGone: browser_gone,
    inp.BrowserBack: browser_back,
    inp.WebLeft: web_left,
    inp.PageShared: page_shared,
    inp.DoorRefused: door_refused,
    inp.Hold: hold,
    inp.Transfer: transfer,
    inp.SendDigits: send_digits,
    inp.HangUpContact: hang_up_contact,
    inp.RingAgain: ring_again,
    inp.Dispose: dispose,
    inp.DeskOpened: desk_opened,
    inp.DeskLost: desk_lost,
    inp.TimerDue: _nothing,
}


def decide(cell: Cell, given: inp.Input, now: int) -> Events:
    """The events that follow from ``given`` at ``now`` (ms). Raises Refusal before the first of them."""
    return DECIDE[type(given)](cell, given, now)


__all__ = ["DECIDE", "decide"]
