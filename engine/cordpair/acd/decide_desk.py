"""What follows from what an agent does with the contact they talk to.

Hold: the customer leaves the bridge and hears music, the agent's leg stays in it; resumed, the two are joined again.
What becomes of either leg meanwhile is as in any conversation. A PBX that does not let go of the customer, or does
not take them back, is believed: what the desk shows is what is true.
"""

from cordpair.acd import events as ev
from cordpair.acd import inputs as inp
from cordpair.acd.causes import Cause
from cordpair.acd.decide_legs import agent_gone
from cordpair.acd.inputs_desk import DIGITS
from cordpair.acd.model import Cell, Connection, ContactRow, SlotState
from cordpair.acd.proposals import Events, hold_music
from cordpair.acd.refusal import Refusal
from cordpair.ids import AgentId, ContactId

LONGEST_DISPOSITION = 64
MOST_DIGITS = 32


def talk(cell: Cell, contact_id: ContactId, agent: AgentId) -> tuple[ContactRow, Connection]:
    """The conversation of the two. Raises Refusal when there is none."""
    contact = cell.state.contacts.get(contact_id)
    connection = contact.connection if contact is not None else None
    if contact is None or connection is None or connection.agent != agent:
        raise Refusal(f"contact {contact_id!r} does not talk to agent {agent!r}")
    return contact, connection


def call(cell: Cell, contact_id: ContactId, agent: AgentId) -> tuple[ContactRow, Connection]:
    """The same, of one that is a call."""
    contact, connection = talk(cell, contact_id, agent)
    if contact.leg is None or connection.leg is None:
        raise Refusal(f"contact {contact_id!r} is not a call")
    return contact, connection


def hold(cell: Cell, given: inp.Hold, now: int) -> Events:
    contact, connection = call(cell, given.contact, given.agent)
    if given.on and not connection.held:
        yield ev.ContactHeld(contact.contact, given.agent, hold_music(cell, connection))
    elif connection.held and not given.on:
        yield ev.ContactResumed(contact.contact, given.agent)


def send_digits(cell: Cell, given: inp.SendDigits, now: int) -> Events:
    contact, _ = call(cell, given.contact, given.agent)
    if not given.digits or len(given.digits) > MOST_DIGITS or not DIGITS.issuperset(given.digits):
        raise Refusal(f"digits are 1 to {MOST_DIGITS} of 0 to 9, A to D, * and #")
    yield ev.DigitsSent(contact.contact, given.agent, len(given.digits), given.kept)


def hang_up_contact(cell: Cell, given: inp.HangUpContact, now: int) -> Events:
    contact, _ = talk(cell, given.contact, given.agent)
    yield from agent_gone(cell, contact, Cause.NORMAL, now)


def dispose(cell: Cell, given: inp.Dispose, now: int) -> Events:
    row = cell.state.agents.get(given.agent)
    slots = () if row is None else row.slots
    slot = next((each for each in slots if each.contact == given.contact and each.state in _DISPOSABLE), None)
    if slot is None:
        raise Refusal(f"agent {given.agent!r} is neither in conversation with {given.contact!r} nor in its wrap-up")
    queue = cell.book.queues.get(slot.queue) if slot.queue is not None else None
    known = queue.dispositions if queue is not None else ()
    if known and given.disposition not in known:
        raise Refusal(f"disposition {given.disposition!r} does not exist; there are: {', '.join(known)}")
    if not given.disposition.isprintable() or not 1 <= len(given.disposition) <= LONGEST_DISPOSITION:
        raise Refusal(f"a disposition has 1 to {LONGEST_DISPOSITION} characters")
    if slot.disposition != given.disposition:
        yield ev.ContactDisposed(given.contact, given.agent, given.disposition)


_DISPOSABLE = (SlotState.CONNECTED, SlotState.WRAP_UP)

__all__ = ["dispose", "hang_up_contact", "hold", "send_digits", "talk"]
