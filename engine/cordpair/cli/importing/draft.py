"""A configuration that is put together from another system's, and the list of what did not fit."""

import re
from collections.abc import Mapping
from typing import NamedTuple

import msgspec

from cordpair.config import Config, write
from cordpair.config.model import Action, Agent, Assignment, Misses, Pbx, Queue, Seat, Service, Step
from cordpair.config.problems import escape, quote

UNFIT = re.compile(r"[^A-Za-z0-9_.@+-]+")
LONGEST_NAME = 48
BEST, WORST = 10, 1  # levels of a skill

GONE = Action(hang_up="normal")


class Note(NamedTuple):
    """Something that is not, or not quite, in the result. ``line``: of the other system's file."""

    line: int
    text: str


class Draft:
    """``queues`` and ``agents`` by their names there; what is written gets names that fit here."""

    def __init__(self) -> None:
        self.notes: list[Note] = []
        self.pbx: dict[str, Pbx] = {}
        self.queues: dict[str, Queue] = {}
        self.agents: dict[str, Agent] = {}
        self.seats: dict[str, Seat] = {}
        self.skills: dict[str, str] = {}
        self.misses = Misses()
        self._names: dict[tuple[str, str], str] = {}
        self._taken: set[tuple[str, str]] = set()

    def note(self, line: int, text: str) -> None:
        self.notes.append(Note(line, escape(text)))

    def name(self, kind: str, theirs: str, line: int) -> str:
        """A name for what they call so; always the same, and never one of another."""
        known = self._names.get((kind, theirs))
        if known is not None:
            return known
        stem = UNFIT.sub("-", theirs).lstrip("_.@+-")[:LONGEST_NAME] or kind
        name, number = stem, 2
        while (kind, name) in self._taken:
            name, number = f"{stem}-{number}", number + 1
        self._names[kind, theirs] = name
        self._taken.add((kind, name))
        if name != theirs:
            self.note(line, f"{kind} {quote(theirs)} is called {name} here")
        return name

    def assign(self, agent: str, queue: str, assignment: Assignment, level: tuple[str, int] | None = None) -> None:
        """``level``: of the skill in which the queue's agents differ."""
        before = self.agents[agent]
        skills = before.skills | ({level[0]: level[1]} if level is not None else {})
        queues = before.queues | {queue: assignment}
        self.agents[agent] = msgspec.structs.replace(before, skills=skills, queues=queues)

    def text(self) -> str:
        """TOML that passes the check. Each queue gets a service of its name, for the number it is dialled by."""
        services = {name: Service(queue=name, dialled=(name,)) for name in self.queues}
        return write(
            Config(
                pbx=self.pbx,
                skills=self.skills,
                queues=self.queues,
                services=services,
                seats=self.seats,
                agents=self.agents,
                misses=self.misses,
            )
        )


def levels_of(ranks: Mapping[str, int]) -> dict[int, int]:
    """Penalty or tier → level: the lowest is 10, each one more is one less. Where that does not do, by their order."""
    each = sorted(set(ranks.values()))
    if each and each[-1] - each[0] > BEST - WORST:
        return {rank: max(WORST, BEST - place) for place, rank in enumerate(each)}
    return {rank: BEST - (rank - each[0]) for rank in each}


def steps_for(skill: str, due: list[tuple[int, int]], lowest: int) -> tuple[Step, ...]:
    """``due``: (ms, level) in any order. From the lowest level that anybody has on, everybody will do."""
    steps: list[Step] = []
    for after, level in sorted(dict(due).items()):
        wanted = {} if level <= lowest and after else {skill: max(level, WORST)}
        if not steps or steps[-1].levels != wanted:
            steps.append(Step(after=after, levels=wanted))
    return tuple(steps)


def number(value: str, most: int, least: int = 0) -> int | None:
    """What the value begins with, between the two; None when that is no number."""
    found = re.match(r"\s*(\d{1,9})", value, re.ASCII)
    return min(max(int(found[1]), least), most) if found is not None else None


def seconds(value: str, most: int, least: int = 0) -> int | None:
    """Milliseconds; None when it is no number."""
    found = number(value, most, least)
    return found * 1_000 if found is not None else None


__all__ = ["BEST", "GONE", "WORST", "Draft", "Note", "levels_of", "number", "seconds", "steps_for"]
