"""What a customer's browser is to show, read from the engine's tables; and the messages that lead there. Pure."""

from collections.abc import Iterator
from typing import Any

import msgspec

from cordpair.acd.causes import ContactEnd, VisitOutcome
from cordpair.acd.model import ContactRow, State
from cordpair.ids import ContactId
from cordpair_gateway.waiting import Waiting

Message = dict[str, Any]

TALKING = ("talking", "held")


class View(msgspec.Struct, frozen=True):
    """``phase``: waiting | call | ringing | talking | held | ended."""

    phase: str
    until: int = 0  # of a call that is awaited
    agent: str = ""  # as customers see the name
    share: bool = True  # the page may be shown to the agent
    in_call: bool = False  # waits on the PBX, with music
    reason: str = ""  # of the end
    waiting: Waiting | None = None


def phase_of(state: State, contact_id: ContactId) -> View | None:
    """None: the contact is over. The agent is told by id."""
    row = state.contacts.get(contact_id)
    if row is None:
        return None
    if row.connection is not None:
        return View("held" if row.connection.held else "talking", agent=str(row.connection.agent))
    if row.call_until is not None:
        return View("call", until=row.call_until)
    return View("ringing") if _rings(state, row) else View("waiting", in_call=row.leg is not None)


def _rings(state: State, row: ContactRow) -> bool:
    visit = state.visits.get(row.visit) if row.visit is not None else None
    if visit is None or row.leg is None:
        return False
    return visit.accepted is not None or any(state.offers[offer].leg is not None for offer in visit.offers)


def ended(end: ContactEnd, outcome: VisitOutcome | None) -> View:
    """In the words of the protocol."""
    if outcome is VisitOutcome.TIMED_OUT:
        return View("ended", reason="timed_out")
    reasons = {
        ContactEnd.CALLER_HUNG_UP: "customer",
        ContactEnd.AGENT_HUNG_UP: "agent",
        ContactEnd.SYSTEM: "closed",
    }
    return View("ended", reason=reasons.get(end, "failed"))


# ---------------------------------------------------------------- messages


def messages(before: View | None, now: View) -> Iterator[Message]:
    """What to say to one who was shown ``before``. A ``call`` is filled in by who has its token."""
    if now.phase == "waiting":
        yield from _waiting(before, now)
    elif now.phase == "call":
        if before is not None and before.phase == "call" and before.until != now.until:
            yield {"type": "again"}
        if before is None or (before.phase, before.until) != (now.phase, now.until):
            yield {"type": "call", "until": now.until}
    elif now.phase in TALKING:
        yield from _talking(before, now)
    elif now.phase == "ringing" and (before is None or before.phase != "ringing"):
        yield {"type": "ringing"}
    elif now.phase == "ended":
        yield {"type": "ended", "reason": now.reason}


def _talking(before: View | None, now: View) -> Iterator[Message]:
    """Who is shown nothing yet learns with whom, before that it is held."""
    known = before is not None and before.phase in TALKING and before.agent == now.agent
    if not known or (now.phase == "talking" and before is not None and before.phase == "held"):
        said: Message = {"type": "talking", "agent": now.agent}
        yield said if now.share else {**said, "share": False}
    if now.phase == "held" and not (known and before is not None and before.phase == "held"):
        yield {"type": "held"}


def _waiting(before: View | None, now: View) -> Iterator[Message]:
    """``in_call``: the browser's call is up and stays so. It was told to call, and has: that is no failure."""
    in_call = {"in_call": True} if now.in_call else {}
    if before is not None and (before.phase == "ringing" or (before.phase == "call" and not now.in_call)):
        yield {"type": "again", **in_call}
    if now.waiting is None:
        return
    told = before if before is not None and before.phase == "waiting" and before.waiting is not None else None
    if told is None or told.in_call != now.in_call or _said(told.waiting) != _said(now.waiting):
        yield {"type": "waiting", **_said(now.waiting), "cause": now.waiting.cause, **in_call}


def _said(waiting: Waiting | None) -> Message:
    if waiting is None:
        return {}
    wait = waiting.wait
    return {
        "place": waiting.place,
        "wait": None if wait is None else {"least_s": wait.least_s, "most_s": wait.most_s},
    }


__all__ = ["TALKING", "Message", "View", "ended", "messages", "phase_of"]
