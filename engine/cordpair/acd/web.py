"""Customers who wait in a browser: who of them can be offered, told to call, or needs something to hear.

A web contact has a medium of its own (``media``), and no leg while it waits. Its node is where its call will arrive.
"""

from cordpair.acd.configuration import Queue, Step, WebMode
from cordpair.acd.model import Cell, ContactRow, LegState, NodeStatus, VisitRow

AUDIO, VIDEO = "audio", "video"
MEDIA = (AUDIO, VIDEO)


def is_off_pbx(contact: ContactRow) -> bool:
    return bool(contact.media) and contact.leg is None


def hangs_on_link(contact: ContactRow) -> bool:
    """Whether it can change unseen while the link to its node is down: it has a leg, or one may have arrived."""
    return not contact.media or contact.leg is not None or contact.call_until is not None


def is_absent(cell: Cell, visit: VisitRow) -> bool:
    """Whether nobody is alerted for it: its browser is gone, or must call first."""
    contact = cell.state.contacts[visit.contact]
    if not is_off_pbx(contact):
        return False
    return contact.gone_until is not None or cell.book.queues[visit.queue].web is WebMode.CALL_FIRST


def is_taken(cell: Cell, visit: VisitRow) -> bool:
    """Whether an agent of the group has accepted on the desktop: nobody else is alerted."""
    return any(cell.state.offers[offer].taken for offer in visit.offers)


def may_invite(cell: Cell, visit: VisitRow) -> bool:
    """Whether the browser is to be told to call, now."""
    contact = cell.state.contacts[visit.contact]
    if not is_off_pbx(contact) or contact.call_until is not None or contact.gone_until is not None:
        return False
    node = cell.state.nodes.get(contact.node)
    if node is None or node.status is not NodeStatus.OPEN:
        return False
    queue = cell.book.queues[visit.queue]
    if queue.web is WebMode.CALL_FIRST:
        return True
    return is_taken(cell, visit) if queue.web_accept else bool(visit.offers)


def needs_sound(cell: Cell, visit: VisitRow) -> bool:
    """Whether a browser that called hears ringing although no phone rings any more: it is answered and waits on."""
    contact = cell.state.contacts[visit.contact]
    if not contact.media or contact.leg is None or visit.offers or visit.accepted is not None:
        return False
    leg = cell.state.legs.get(contact.leg)
    return leg is not None and leg.state in (LegState.NEW, LegState.RINGING) and not leg.answering


def requirement(contact: ContactRow, queue: Queue, steps: tuple[Step, ...], video_skill: str) -> tuple[Step, ...]:
    """The steps of a queue or service, and what the page and its medium need beside. Done twice it is done once.

    ``audio_after_ms`` of the queue is the only way in which video becomes audio."""
    video = {video_skill: 1} if contact.media == VIDEO else {}
    if not contact.levels and not video:
        return steps
    own = list(steps) if steps and steps[0].after_ms == 0 else [Step(0), *steps]
    until = queue.audio_after_ms if video else None
    if until is not None and all(step.after_ms != until for step in own):
        in_force = [step for step in own if step.after_ms < until][-1]
        own.append(Step(until, in_force.levels))
        own.sort(key=lambda step: step.after_ms)
    return tuple(
        Step(step.after_ms, _most(step.levels, contact.levels, video if until is None or step.after_ms < until else {}))
        for step in own
    )


def _most(*needed: dict[str, int]) -> dict[str, int]:
    levels: dict[str, int] = {}
    for each in needed:
        for skill, level in each.items():
            levels[skill] = max(level, levels.get(skill, 0))
    return levels


def media_of(cell: Cell, visit: VisitRow) -> str:
    """What the call is to be: video only as long as it is required of the agent."""
    contact = cell.state.contacts[visit.contact]
    return VIDEO if contact.media == VIDEO and visit.levels.get(cell.book.configuration.web.video_skill) else AUDIO


__all__ = [
    "AUDIO",
    "MEDIA",
    "VIDEO",
    "hangs_on_link",
    "is_absent",
    "is_off_pbx",
    "is_taken",
    "may_invite",
    "media_of",
    "needs_sound",
    "requirement",
]
