"""The index: who waits and who is free, kept so that no input ever scans them. Derived; rebuilt once after replay.

``refresh`` looks at one changed row and puts it where it belongs; what became possible by that is remembered as
*fresh*, and ``matching`` looks at nothing else: before the input no eligible pair was left.
"""

from cordpair.acd.classes import Class, Classes
from cordpair.acd.model import Cell, VisitRow
from cordpair.acd.profiles import Profiles
from cordpair.acd.strategies import GROUPS
from cordpair.acd.touched import Kind, Row
from cordpair.acd.web import is_absent, is_taken
from cordpair.ids import AgentId, NodeId, QueueId, VisitId


class Index:
    def __init__(self, cell: Cell) -> None:
        self.cell = cell
        self.profiles = Profiles(cell)
        self.classes = Classes(cell, self.profiles)
        self._waiting: dict[VisitId, tuple[Class, int]] = {}
        self.groups: dict[VisitId, Class] = {}  # visits whose open group may be extended
        self.absent: set[VisitId] = set()  # who wait in no line: their browser is gone, or has not called yet
        self.fresh_agents: set[AgentId] = set()
        self.fresh_classes: set[int] = set()
        self.fresh_groups: set[VisitId] = set()
        self.suspects: set[int] = set()  # classes that may exclude everybody
        for agent in cell.state.agents:
            self._refresh_agent(agent)
        for visit in cell.state.visits:
            self._refresh_visit(visit)

    def refresh(self, row: Row) -> None:
        kind, name = row
        if kind is Kind.VISIT:
            self._refresh_visit(VisitId(name))
        elif kind is Kind.AGENT:
            self._refresh_agent(AgentId(name))
        elif kind is Kind.NODE:
            self._refresh_node(NodeId(name))

    # ------------------------------------------------------------ agents

    def _refresh_agent(self, agent: AgentId) -> None:
        left, made, fresh = self.profiles.refresh(agent)
        if made is not None:
            self.classes.add_profile(made)
        if left is not None:
            self._suspect(left.number)
        if fresh:
            self.fresh_agents.add(agent)
            place = self.profiles.place_of(agent)
            if place is not None:
                self._suspect(place.profile)

    def _suspect(self, profile: int) -> None:
        if not self.classes.narrow:
            return
        for queue in self.profiles.all[profile].by_queue:
            self.suspects.update(self.classes.narrow.get(queue, ()))

    # ------------------------------------------------------------ visits

    def _refresh_visit(self, visit: VisitId) -> None:
        row = self.cell.state.visits.get(visit)
        wanted = self.classes.of(row) if row is not None and self._waits(row) else None
        if row is not None and is_absent(self.cell, row):
            self.absent.add(visit)
        elif self.absent:
            self.absent.discard(visit)
        at = self._waiting.get(visit)
        if at is not None and (wanted is None or row is None or at != (wanted, row.key)):
            del self._waiting[visit]
            self.classes.remove(at[0], at[1])
            if at[0] is not wanted:
                self._retire(at[0])
            at = None
        if wanted is not None and row is not None and at is None:
            self._waiting[visit] = (wanted, row.key)
            self.classes.add(wanted, row.key, visit)
            self.fresh_classes.add(wanted.number)
            if wanted.key.excluded and wanted.key.sticky is None:  # who is kept for one agent is looked at after that
                self.suspects.add(wanted.number)
        self._refresh_group(visit, row)

    def _waits(self, row: VisitRow) -> bool:
        if row.offers or row.accepted is not None or row.moving or is_absent(self.cell, row):
            return False
        return self.cell.state.contacts[row.contact].placed_by is None

    def _refresh_group(self, visit: VisitId, row: VisitRow | None) -> None:
        queue = self.cell.book.queues.get(row.queue) if row is not None else None
        if (
            row is None
            or queue is None
            or queue.strategy not in GROUPS
            or not row.offers
            or row.accepted is not None
            or row.progress_at is not None
            or is_absent(self.cell, row)
            or is_taken(self.cell, row)
            or len(row.offers) >= queue.group_size
        ):
            old = self.groups.pop(visit, None)
            self.fresh_groups.discard(visit)
            if old is not None:
                self._retire(old)
            return
        old = self.groups.get(visit)
        found = self.groups[visit] = self.classes.of(row)
        self.fresh_groups.add(visit)
        if old is not None and old is not found:
            self._retire(old)

    def _retire(self, found: Class) -> None:
        if all(found is not used for used in self.groups.values()):
            self.classes.retire(found)

    # ------------------------------------------------------------ nodes and queues

    def _refresh_node(self, node: NodeId) -> None:
        if node in self.cell.book.reached_from:  # who has a phone there comes into the reach of others, or leaves it
            for agent in self.cell.state.agents.values():
                seat = self.cell.state.seats.get(agent.seat) if agent.seat is not None else None
                if seat is not None and node in seat.status:
                    self._refresh_agent(agent.agent)
        for found in self.classes.at_node(node):
            self.classes.refresh_head(found)
            if len(found.line):
                self.fresh_classes.add(found.number)
        self.fresh_groups.update(visit for visit, found in self.groups.items() if found.key.node == node)

    def waiting_in(self, queue: QueueId) -> list[VisitId]:
        """Everybody in the queue: in line, class by class, and beside it."""
        found = [VisitId(visit) for found in self.classes.in_queue(queue) for visit in found.line.in_order()]
        return [*found, *(visit for visit in sorted(self.absent) if self.cell.state.visits[visit].queue == queue)]


__all__ = ["Index"]
