"""Waiting contacts grouped by what they need: one class, one line. Derived from the tables.

A class is a queue, a node, a requirement, and (where there are any) the agents it excludes or is reserved for.
Equal needs share a line, so the head of each class stands for all behind it.
"""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from cordpair.acd.configuration import Strategy
from cordpair.acd.lines import NOBODY, Line
from cordpair.acd.model import Cell, NodeStatus, VisitRow
from cordpair.acd.profiles import Profile, Profiles
from cordpair.acd.skills import ANYWHERE, numbers
from cordpair.ids import AgentId, NodeId, QueueId, VisitId


class ClassKey(NamedTuple):
    queue: QueueId
    medium: str
    node: NodeId
    levels: tuple[tuple[str, int], ...]
    prefers: tuple[str, ...]  # best skill: what the sum of levels is taken over
    excluded: tuple[AgentId, ...]
    sticky: AgentId | None

    def __str__(self) -> str:
        needs = ",".join(f"{skill}>={level}" for skill, level in self.levels) or "anyone"
        extra = (f" not {'+'.join(self.excluded)}" if self.excluded else "") + (
            f" only {self.sticky}" if self.sticky is not None else ""
        )
        return f"{self.queue}: {needs}{extra}"


class Class:
    __slots__ = ("bits", "by_score", "key", "line", "narrow", "number", "profiles")

    def __init__(self, number: int, key: ClassKey) -> None:
        self.number = number
        self.key = key
        self.line = Line()
        self.bits = 0
        self.profiles: list[int] = []
        self.by_score: list[tuple[int, list[int]]] = []  # best skill: profiles of equal sums, best first
        self.narrow = bool(key.excluded) or key.sticky is not None


def score(skills: Mapping[str, int], prefers: tuple[str, ...]) -> int:
    return sum(skills.get(skill, 0) for skill in prefers)


def class_key(cell: Cell, row: VisitRow) -> ClassKey:
    prefers: tuple[str, ...] = ()
    if cell.book.queues[row.queue].strategy is Strategy.BEST_SKILL and row.steps:
        prefers = tuple(sorted(row.steps[0].levels))
    levels = tuple(sorted(row.levels.items())) if row.levels else ()
    return ClassKey(row.queue, row.medium, row.node, levels, prefers, row.excluded, row.sticky)


class Classes:
    """All classes. ``heads[number]`` is the key of the first who waits, or NOBODY (also while the node is closed)."""

    def __init__(self, cell: Cell, profiles: Profiles) -> None:
        self._cell = cell
        self._profiles = profiles
        self._by_key: dict[ClassKey, Class] = {}
        self._unused: list[int] = []
        self._standing = {
            (queue.queue, tuple(sorted(levels.items())))
            for queue in cell.book.queues.values()
            for levels in ({}, *(step.levels for step in queue.steps))
        } | {
            (service.queue, tuple(sorted(step.levels.items())))
            for service in cell.book.services.values()
            for step in service.steps or ()
        }
        self.narrow: dict[QueueId, list[int]] = {}  # classes that exclude single agents
        self.sticky: dict[AgentId, list[int]] = {}  # classes reserved for one
        self.all: list[Class | None] = []
        self.heads: list[int] = []

    def is_open(self, node: NodeId) -> bool:
        """Whether offers are made to contacts on this node."""
        if node == ANYWHERE:
            return True
        row = self._cell.state.nodes.get(node)
        return row is not None and row.status is NodeStatus.OPEN

    def of(self, row: VisitRow) -> Class:
        """The class of the visit, made if there is none yet."""
        key = class_key(self._cell, row)
        known = self._by_key.get(key)
        if known is not None:
            return known
        if self._unused:
            number = self._unused.pop()
        else:
            number = len(self.all)
            self.all.append(None)
            self.heads.append(NOBODY)
        made = self.all[number] = self._by_key[key] = Class(number, key)
        if made.narrow:
            self._beside(key).append(number)
        for profile in numbers(self._profiles.fits.of(key.queue, key.node, dict(key.levels))):
            self._link(made, self._profiles.all[profile])
        return made

    def _beside(self, key: ClassKey) -> list[int]:
        """Narrow classes are found by their queue or by their agent: there are few, and linking each is dear."""
        if key.sticky is not None:
            return self.sticky.setdefault(key.sticky, [])
        return self.narrow.setdefault(key.queue, [])

    def narrow_for(self, agent: AgentId, profile: Profile) -> Iterator[Class]:
        """The classes beside the profile's own that may admit the agent."""
        if not self.narrow and not self.sticky:
            return
        for where in (self.sticky.get(agent, ()), *(self.narrow.get(queue, ()) for queue in profile.by_queue)):
            for number in where:
                found = self.all[number]
                if found is not None and found.bits >> profile.number & 1:
                    yield found

    def add_profile(self, profile: Profile) -> None:
        """A profile appeared: every class that it fits learns of it."""
        bit = 1 << profile.number
        for known in self._by_key.values():
            if self._profiles.fits.of(known.key.queue, known.key.node, dict(known.key.levels)) & bit:
                self._link(known, profile)

    def _link(self, made: Class, profile: Profile) -> None:
        key = made.key
        made.bits |= 1 << profile.number
        made.profiles.append(profile.number)
        if key.prefers:
            _insert_score(made.by_score, score(profile.skills, key.prefers), profile.number)
        if made.narrow:
            return
        assignment = profile.by_queue[key.queue]
        tiers = profile.wide.setdefault(key.medium, [])
        groups = next((groups for tier, groups in tiers if tier == assignment.tier), None)
        if groups is None:
            groups = []
            tiers.append((assignment.tier, groups))
            tiers.sort(key=lambda pair: pair[0])
        offset = assignment.offset_ms << 32
        numbers_there = next((there for other, there in groups if other == offset), None)
        if numbers_there is None:
            groups.append((offset, [made.number]))
        else:
            numbers_there.append(made.number)

    def _unlink(self, gone: Class) -> None:
        if gone.narrow:
            where: dict[Any, list[int]] = self.narrow if gone.key.sticky is None else self.sticky
            name = gone.key.queue if gone.key.sticky is None else gone.key.sticky
            where[name].remove(gone.number)
            if not where[name]:
                del where[name]  # nearly always there is none, and then nobody looks queue by queue
            return
        for number in gone.profiles:
            for _, groups in self._profiles.all[number].wide[gone.key.medium]:
                for _, there in groups:
                    if gone.number in there:
                        there.remove(gone.number)

    def add(self, found: Class, key: int, visit: VisitId) -> None:
        found.line.add(key, visit)
        self.refresh_head(found)

    def remove(self, found: Class, key: int) -> None:
        found.line.remove(key)
        self.refresh_head(found)

    def retire(self, found: Class) -> None:
        """Forget a class with nobody waiting, unless the configuration names it."""
        if len(found.line) or (not found.narrow and (found.key.queue, found.key.levels) in self._standing):
            return
        self._unlink(found)
        del self._by_key[found.key]
        self.all[found.number] = None
        self.heads[found.number] = NOBODY
        self._unused.append(found.number)

    def refresh_head(self, found: Class) -> None:
        self.heads[found.number] = found.line.head() if self.is_open(found.key.node) else NOBODY

    def at_node(self, node: NodeId) -> Iterator[Class]:
        return (found for found in self._by_key.values() if found.key.node == node)

    def in_queue(self, queue: QueueId) -> Iterator[Class]:
        return (found for found in self._by_key.values() if found.key.queue == queue)


def _insert_score(by_score: list[tuple[int, list[int]]], value: int, profile: int) -> None:
    for known, profiles in by_score:
        if known == value:
            profiles.append(profile)
            return
    by_score.append((value, [profile]))
    by_score.sort(key=lambda pair: -pair[0])


__all__ = ["Class", "Classes", "score"]
