"""Where an agent's time goes: one thing at a time, cut where an interval ends."""

import msgspec

from cordpair.acd import State
from cordpair.acd.model import AgentRow, AgentStatus, SlotState
from cordpair.ids import AgentId
from cordpair.reports.raw import INTERVAL_MS, Place, Sums, interval_of


class Presence(msgspec.Struct, frozen=True):
    doing: str  # one of TIMES
    reason: str
    since: int


def presence(state: State, row: AgentRow, at: int) -> Presence | None:
    """What the agent does now; None when signed out. Who talks in one slot and wraps up in another talks."""
    if row.status is AgentStatus.SIGNED_OUT:
        return None
    slots = {slot.state for slot in row.slots}
    if SlotState.CONNECTED in slots:
        return Presence("talk" if _talks(state, row) else "hold", "", at)
    if SlotState.WRAP_UP in slots:
        return Presence("wrap_up", "", at)
    if SlotState.OFFERED in slots:
        return Presence("alerted", "", at)
    if row.status is AgentStatus.READY:
        return Presence("idle", "", at)
    return Presence("not_ready", row.reason, at)


def _talks(state: State, row: AgentRow) -> bool:
    """To one at least who is not on hold."""
    for slot in row.slots:
        if slot.state is SlotState.CONNECTED and slot.contact is not None:
            connection = state.contacts[slot.contact].connection
            if connection is not None and not connection.held:
                return True
    return False


class Attendance:
    """What every agent does, and since when."""

    def __init__(self, now: dict[AgentId, Presence] | None = None) -> None:
        self.now: dict[AgentId, Presence] = now if now is not None else {}

    def look(self, state: State, agent: AgentId, at: int, sums: Sums) -> None:
        """After something happened to the agent."""
        row = state.agents.get(agent)
        before, now = self.now.get(agent), presence(state, row, at) if row is not None else None
        if before is not None and now is not None and (before.doing, before.reason) == (now.doing, now.reason):
            return
        if before is not None:
            spend(agent, before, at, sums)
        if now is not None:
            self.now[agent] = now
        else:
            self.now.pop(agent, None)

    def look_at_all(self, state: State, at: int, sums: Sums) -> None:
        for agent in {**state.agents, **self.now}:
            self.look(state, agent, at, sums)

    def cut(self, until: int, sums: Sums) -> None:
        """An interval is over: what was spent in it cannot change any more."""
        for agent, now in self.now.items():
            if now.since < until:
                spend(agent, now, until, sums)
                self.now[agent] = Presence(now.doing, now.reason, until)

    def count(self, until: int, sums: Sums) -> None:
        """What they do still, up to then."""
        for agent, now in self.now.items():
            spend(agent, now, until, sums)


def spend(agent: AgentId, spent: Presence, until: int, sums: Sums) -> None:
    start, at = interval_of(spent.since), spent.since
    while at < until:
        end = min(until, start + INTERVAL_MS)
        place = Place(start, agent=agent)
        sums.add(place, f"time.{spent.doing}", end - at)
        if spent.doing == "not_ready":
            sums.add(place, f"not_ready.{spent.reason}", end - at)
        start, at = start + INTERVAL_MS, end


__all__ = ["Attendance", "Presence", "presence", "spend"]
