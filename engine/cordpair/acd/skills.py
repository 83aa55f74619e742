"""Who fits whom: bitsets over profiles, one bit a profile.

Agents with equal skills, equal assignments and seats reachable from the same nodes form one profile. A class of
contacts (a queue and a requirement) fits the profiles in the intersection of a few integers.
"""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from cordpair.acd.configuration import Agent, Assignment
from cordpair.ids import NodeId, QueueId

ANYWHERE = NodeId("")  # the node of contacts that need no phone
TOP = 10  # levels are 1 to 10


class ProfileKey(NamedTuple):
    skills: tuple[tuple[str, int], ...]
    assignments: tuple[Assignment, ...]
    nodes: tuple[NodeId, ...]


def profile_key(agent: Agent, nodes: tuple[NodeId, ...]) -> ProfileKey:
    active = tuple(assignment for assignment in agent.assignments if assignment.active)
    return ProfileKey(tuple(sorted(agent.skills.items())), active, nodes)


class Fits:
    """The bitsets. Adding a profile is rare; asking is a few ``and``s."""

    def __init__(self) -> None:
        self._at_least: dict[str, list[int]] = {}
        self._in_queue: dict[QueueId, int] = {}
        self._at_node: dict[NodeId, int] = {}

    def add(self, number: int, key: ProfileKey) -> None:
        bit = 1 << number
        for skill, level in key.skills:
            levels = self._at_least.setdefault(skill, [0] * (TOP + 1))
            for reached in range(level + 1):
                levels[reached] |= bit
        for assignment in key.assignments:
            self._in_queue[assignment.queue] = self._in_queue.get(assignment.queue, 0) | bit
        for node in (ANYWHERE, *key.nodes):
            self._at_node[node] = self._at_node.get(node, 0) | bit

    def of(self, queue: QueueId, node: NodeId, levels: Mapping[str, int]) -> int:
        """The profiles that serve ``queue``, can be rung from ``node`` and reach every level."""
        bits = self._in_queue.get(queue, 0) & self._at_node.get(node, 0)
        for skill, level in levels.items():
            bits &= self._at_least[skill][level] if skill in self._at_least else 0
        return bits


def numbers(bits: int) -> Iterator[int]:
    """The set bits, ascending."""
    while bits:
        low = bits & -bits
        yield low.bit_length() - 1
        bits ^= low


def meets(skills: Mapping[str, int], levels: Mapping[str, int]) -> bool:
    return all(skills.get(skill, 0) >= level for skill, level in levels.items())


__all__ = ["ANYWHERE", "TOP", "Fits", "ProfileKey", "meets", "numbers", "profile_key"]
