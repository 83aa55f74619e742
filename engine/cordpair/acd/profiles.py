"""Agents grouped by what they can do, and the lines of those who are available. Derived from the tables."""

from cordpair.acd.configuration import VOICE
from cordpair.acd.lines import NOBODY, Line
from cordpair.acd.model import AgentRow, AgentStatus, Cell, Pending
from cordpair.acd.skills import Fits, ProfileKey, profile_key
from cordpair.acd.slots import free_slot
from cordpair.acd.strategies import IDLE, ORDER, order_key
from cordpair.acd.trunks import reachable_nodes
from cordpair.ids import AgentId, NodeId


class Profile:
    """Agents with equal skills, assignments and reachability. Classes of contacts that fit are listed by tier."""

    __slots__ = ("by_queue", "key", "number", "skills", "staff", "wide")

    def __init__(self, number: int, key: ProfileKey) -> None:
        self.number = number
        self.key = key
        self.skills = dict(key.skills)
        self.by_queue = {each.queue: each for each in key.assignments}
        self.staff: set[AgentId] = set()  # ready agents, busy or not
        # medium → [(tier, [(offset, class numbers)])]: classes open to the whole profile
        self.wide: dict[str, list[tuple[int, list[tuple[int, list[int]]]]]] = {}


class Place:
    """Where an agent stands in the index: the profile, and per medium the key in each order."""

    __slots__ = ("keys", "profile")

    def __init__(self, profile: int, keys: dict[str, tuple[int, ...]]) -> None:
        self.profile = profile
        self.keys = keys


def phone_in_use(cell: Cell, row: AgentRow) -> bool:
    """Whether a leg of ours to or from the agent's phone has not ended yet: another ring would find it busy."""
    return row.seat is not None and row.seat in cell.state.seats and bool(cell.state.seats[row.seat].legs)


def is_staff(row: AgentRow) -> bool:
    return row.status is AgentStatus.READY and row.pending is Pending.NOTHING


class Profiles:
    """All profiles, and who of them is available. ``heads`` is what strategies search at C speed."""

    def __init__(self, cell: Cell) -> None:
        self._cell = cell
        self._numbers: dict[ProfileKey, int] = {}
        self._of_agent: dict[tuple[AgentId, tuple[NodeId, ...]], int] = {}
        self._places: dict[AgentId, Place] = {}
        self.fits = Fits()
        self.all: list[Profile] = []
        self.orders: dict[str, tuple[str, ...]] = {}
        self.lines: dict[tuple[str, str], list[Line]] = {}
        self.heads: dict[tuple[str, str], list[int]] = {}
        self.available: dict[str, int] = {}
        for queue in cell.book.queues.values():
            known = self.orders.get(queue.medium, (IDLE,))
            order = ORDER[queue.strategy]
            self.orders[queue.medium] = known if order in known else (*known, order)
        for medium, orders in self.orders.items():
            for order in orders:
                self.lines[medium, order], self.heads[medium, order] = [], []

    def _profile(self, row: AgentRow, nodes: tuple[NodeId, ...]) -> tuple[int, bool]:
        """The number of the agent's profile, and whether it is a new one."""
        known = self._of_agent.get((row.agent, nodes))
        if known is not None:
            return known, False
        key = profile_key(self._cell.book.agents[row.agent], nodes)
        number = self._numbers.get(key)
        new = number is None
        if number is None:
            number = self._numbers[key] = len(self.all)
            self.all.append(Profile(number, key))
            self.fits.add(number, key)
            for where, lines in self.lines.items():
                lines.append(Line())
                self.heads[where].append(NOBODY)
        self._of_agent[row.agent, nodes] = number
        return number, new

    def place_of(self, agent: AgentId) -> Place | None:
        return self._places.get(agent)

    def _keys(self, row: AgentRow) -> dict[str, tuple[int, ...]]:
        if row.not_before is not None or row.desk_gone_until is not None:
            return {}
        return {
            medium: tuple(order_key(row, order) for order in orders)
            for medium, orders in self.orders.items()
            if free_slot(row, medium) is not None and not (medium == VOICE and phone_in_use(self._cell, row))
        }

    def refresh(self, agent: AgentId) -> tuple[Profile | None, Profile | None, bool]:
        """Put the agent where the tables say. Returns (profile left, profile newly made, newly available)."""
        row = self._cell.state.agents.get(agent)
        old = self._places.get(agent)
        new_profile = None
        if row is None or not is_staff(row) or agent not in self._cell.book.agents:
            if old is None:
                return None, None, False
            self._remove(agent, old)
            self.all[old.profile].staff.discard(agent)
            del self._places[agent]
            return self.all[old.profile], None, False
        number, new = self._profile(row, reachable_nodes(self._cell, row))
        if new:
            new_profile = self.all[number]
        keys = self._keys(row)
        if old is not None and old.profile == number and old.keys == keys:
            return None, None, False
        left = None
        if old is not None:
            self._remove(agent, old)
            if old.profile != number:
                left = self.all[old.profile]
                left.staff.discard(agent)
        self.all[number].staff.add(agent)
        self._places[agent] = Place(number, keys)
        self._add(agent, number, keys)
        fresh = old is None or old.profile != number or any(medium not in old.keys for medium in keys)
        return left, new_profile, fresh

    def _add(self, agent: AgentId, profile: int, keys: dict[str, tuple[int, ...]]) -> None:
        for medium, by_order in keys.items():
            self.available[medium] = self.available.get(medium, 0) + 1
            for order, key in zip(self.orders[medium], by_order, strict=True):
                line = self.lines[medium, order][profile]
                line.add(key, agent)
                self.heads[medium, order][profile] = line.head()

    def _remove(self, agent: AgentId, place: Place) -> None:
        for medium, by_order in place.keys.items():
            self.available[medium] -= 1
            for order, key in zip(self.orders[medium], by_order, strict=True):
                line = self.lines[medium, order][place.profile]
                line.remove(key)
                self.heads[medium, order][place.profile] = line.head()


__all__ = ["Profile", "Profiles", "is_staff", "phone_in_use"]
