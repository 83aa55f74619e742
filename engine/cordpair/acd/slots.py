"""An agent's slots: which there are, and which may take what."""

from cordpair.acd.configuration import VOICE, Agent
from cordpair.acd.model import AgentRow, Cell, Slot, SlotState


def slots_of(agent: Agent) -> list[Slot]:
    """The slots that a configured agent has, all free."""
    return [Slot(medium) for medium, count in sorted(agent.capacity.items()) for _ in range(count)]


def fit_slots(cell: Cell, row: AgentRow) -> None:
    """Let an agent have the slots of a changed capacity, as soon as none is in use."""
    agent = cell.book.agents.get(row.agent)
    if agent is None or any(slot.state is not SlotState.FREE for slot in row.slots):
        return
    if [slot.medium for slot in row.slots] != [slot.medium for slot in slots_of(agent)]:
        row.slots = slots_of(agent)


def free_slot(row: AgentRow, medium: str) -> int | None:
    """The index of a slot that may take a contact of ``medium`` now.

    Voice is exclusive: it needs every slot free, and blocks every other.
    """
    chosen = None
    for index, slot in enumerate(row.slots):
        if slot.state is SlotState.FREE:
            if slot.medium == medium and chosen is None:
                chosen = index
        elif VOICE in (medium, slot.medium):
            return None
    return chosen


def is_busy(row: AgentRow) -> bool:
    """Whether any slot is connected or in wrap-up (what a pause waits for)."""
    return any(slot.state in (SlotState.CONNECTED, SlotState.WRAP_UP) for slot in row.slots)


__all__ = ["fit_slots", "free_slot", "is_busy", "slots_of"]
