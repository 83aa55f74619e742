"""What a customer's browser is to show, read from the engine's tables; and the messages that lead there. Pure."""

from collections.abc import Iterator
from typing import Any

import msgspec

from cordpair.acd.causes import ContactEnd, VisitOutcome
from cordpair.acd.model import ContactRow, State
from cordpair.ids import ContactId
from cordpair_gateway.waiting import Waiting

Message = dict[str, Any]


class View(msgspec.Struct, frozen=True):
    """``phase``: waiting | call | ringing | talking | ended."""

    phase: str
    until: int = 0  # of a call that is awaited
    agent: str = ""
    reason: str = ""  # of the end
    waiting: Waiting | None = None


def phase_of(state: State, contact_id: ContactId) -> View | None:
    """None: the contact is over."""
    row = state.contacts.get(contact_id)
    if row is None:
        return None
    if row.connection is not None:
        return View("talking", agent=str(row.connection.agent))
    if row.call_until is not None:
        return View("call", until=row.call_until)
    return View("ringing" if _rings(state, row) else "waiting")


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


def messages(before: View | None, now: View) -> Iterator[Message]:
    """What to say to one who was shown ``before``. A ``call`` is filled in by who has its token."""
    moved = before is None or (before.phase, before.until, before.agent) != (now.phase, now.until, now.agent)
    if now.phase == "waiting" and before is not None and before.phase in ("call", "ringing"):
        yield {"type": "again"}
    if now.phase == "call" and moved:
        if before is not None and before.phase == "call":
            yield {"type": "again"}
        yield {"type": "call", "until": now.until}
    elif now.phase == "ringing" and moved:
        yield {"type": "ringing"}
    elif now.phase == "talking" and moved:
        yield {"type": "talking", "agent": now.agent}
    elif now.phase == "ended":
        yield {"type": "ended", "reason": now.reason}
    elif now.phase == "waiting" and now.waiting is not None:
        told = before.waiting if before is not None and before.phase == "waiting" else None
        if told is None or _said(told) != _said(now.waiting):
            yield {"type": "waiting", **_said(now.waiting), "cause": now.waiting.cause}


def _said(waiting: Waiting) -> Message:
    wait = waiting.wait
    return {
        "place": waiting.place,
        "wait": None if wait is None else {"least_s": wait.least_s, "most_s": wait.most_s},
    }


__all__ = ["Message", "View", "ended", "messages", "phase_of"]
