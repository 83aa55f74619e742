"""What follows when an agent asks for a call: their phone rings at once, or they are told why it cannot.

They need not be ready, nor work in the queue where the call counts. Whoever already has something to do is refused:
what takes their time must be over before a customer is made to listen.
"""

import re

from cordpair.acd import events as ev
from cordpair.acd import inputs as inp
from cordpair.acd.configuration import VOICE
from cordpair.acd.decide_agents import known_agent
from cordpair.acd.decide_presence import sits_in_the_page
from cordpair.acd.model import AgentRow, Cell, SlotState
from cordpair.acd.offering import made
from cordpair.acd.placing import PLACED
from cordpair.acd.profiles import phone_in_use
from cordpair.acd.proposals import Entry, Events, begin, believed, new_id
from cordpair.acd.refusal import Refusal
from cordpair.acd.slots import free_slot
from cordpair.acd.trunks import reachable_nodes, takes_calls
from cordpair.ids import ContactId, NodeId

LONGEST_KEY = 128
# As it is journaled: the digits themselves are in the contact's record.
_NUMBER = re.compile(r"\+?[0*#]{1,32}\Z")
_CALLER_ID = re.compile(r"(\+?[0-9]{1,32})?\Z")

_HOLDS = {
    SlotState.OFFERED: "is being alerted",
    SlotState.CONNECTED: "is in conversation",
    SlotState.WRAP_UP: "is in wrap-up",
}


def place_call(cell: Cell, given: inp.PlaceCall, now: int) -> Events:
    if given.key in cell.state.placed:
        return
    _check(cell, given)
    row = known_agent(cell, given.agent)
    node = _node_for(cell, row)
    placed_at = believed(given.placed_at, now)
    contact = ContactId(new_id(cell, "c", "contact"))
    yield ev.ContactArrived(
        contact, node, VOICE, placed_at, key=given.key, placed_by=given.agent, caller_id=given.caller_id
    )
    until = now + cell.book.configuration.calls.ring_agent_ms
    entry = Entry(given.queue, placed_at, steps=(), kept_for=(given.agent, until))
    yield from begin(cell, cell.state.contacts[contact], entry, now)
    visit = cell.state.contacts[contact].visit
    assert visit is not None
    yield made(cell, cell.state.visits[visit], given.agent, now, PLACED)


def _check(cell: Cell, given: inp.PlaceCall) -> None:
    if not given.key.isprintable() or not 1 <= len(given.key) <= LONGEST_KEY:
        raise Refusal(f"the key of a call has 1 to {LONGEST_KEY} characters")
    if given.caller is None or not _NUMBER.match(given.caller.number):
        raise Refusal("the number to call has 1 to 32 digits, * and # among them, perhaps after a +")
    if not _CALLER_ID.match(given.caller_id):
        raise Refusal("a caller id has up to 32 digits, perhaps after a +")
    queue = cell.book.queues.get(given.queue)
    if queue is None:
        raise Refusal(f"queue {given.queue!r} does not exist")
    if queue.medium != VOICE:
        raise Refusal(f"queue {given.queue!r} takes {queue.medium}, not calls")


def _node_for(cell: Cell, row: AgentRow) -> NodeId:
    """The PBX that calls both. Raises Refusal when the agent's phone cannot be rung now, saying why."""
    busy = next((slot for slot in row.slots if slot.state is not SlotState.FREE), None)
    if busy is not None:
        raise Refusal(f"agent {row.agent!r} {_HOLDS[busy.state]}")
    if free_slot(row, VOICE) is None:
        raise Refusal(f"agent {row.agent!r} has no slot for calls")
    if row.seat is None:
        raise Refusal(f"agent {row.agent!r} has no phone")
    if phone_in_use(cell, row):
        raise Refusal(f"the phone of agent {row.agent!r} is in a call still")
    if row.desk_gone_until is not None and sits_in_the_page(cell, row):
        raise Refusal(f"the desktop of agent {row.agent!r} is not connected, and their phone is in it")
    trunks = cell.book.configuration.calls.trunks
    if not trunks:
        raise Refusal("no PBX has a trunk for calls that agents place")
    able = [
        node for node in cell.book.configuration.nodes if node in trunks and takes_calls(cell.state.nodes.get(node))
    ]
    if not able:
        raise Refusal("no PBX with a trunk takes calls now")
    reached = reachable_nodes(cell, row)
    node = next((node for node in able if node in reached), None)
    if node is None:
        raise Refusal(f"the phone of agent {row.agent!r} cannot be rung now")
    return node


__all__ = ["LONGEST_KEY", "place_call"]
