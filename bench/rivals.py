"""How others decide, emulated on the same centre: a plain scan, app_queue's and mod_callcenter's way.

The emulations do what the originals do, in Python and in SQLite's memory, without their locks, threads and channels.
"""

import sqlite3
import time
from collections import defaultdict
from collections.abc import Sequence

from cordpair.acd.model import State, VisitRow
from cordpair.ids import AgentId, QueueId


def scan(state: State, agents: Sequence[AgentId]) -> list[float]:
    """Microseconds for each agent: through the line in its order, to the first whom the agent may serve."""
    book = {agent.agent: agent for agent in state.configuration.agents}
    line: list[VisitRow] = sorted(state.visits.values(), key=lambda visit: visit.key)
    took = []
    for name in agents:
        agent = book[name]
        works = {each.queue for each in agent.assignments}
        began = time.thread_time()
        for visit in line:
            if visit.queue in works and all(agent.skills.get(s, 0) >= n for s, n in visit.levels.items()):
                break
        took.append((time.thread_time() - began) * 1e6)
    return took


def best_of_all(state: State, agents: Sequence[AgentId]) -> list[float]:
    """The same over an unordered table, where the whole of it has to be looked at."""
    book = {agent.agent: agent for agent in state.configuration.agents}
    table = list(state.visits.values())
    took = []
    for name in agents:
        agent = book[name]
        works = {each.queue for each in agent.assignments}
        began = time.thread_time()
        fit = (v for v in table if v.queue in works and all(agent.skills.get(s, 0) >= n for s, n in v.levels.items()))
        min((visit.key for visit in fit), default=None)
        took.append((time.thread_time() - began) * 1e6)
    return took


def app_queue_tick(state: State) -> float:
    """Seconds: once a second each caller counts the available members of the queue, then looks for their own place."""
    members: dict[QueueId, list[tuple[str, bool, int]]] = defaultdict(list)
    for agent in state.configuration.agents:
        for each in agent.assignments:
            members[each.queue].append(("INUSE", False, 0))
    lines: dict[QueueId, list[str]] = defaultdict(list)
    for visit in sorted(state.visits.values(), key=lambda visit: visit.key):
        lines[visit.queue].append(visit.visit)
    began = time.thread_time()
    for queue, line in lines.items():
        for caller in line:
            available = 0
            for status, paused, wrap_up in members[queue]:
                if status in {"NOT_INUSE", "UNKNOWN"} and not paused and not wrap_up:
                    available += 1
            for place, other in enumerate(line):
                if place >= available or other == caller:
                    break
    return time.thread_time() - began


def callcenter_poll(state: State) -> float:
    """Seconds: every 100 ms all waiting are selected in order, and for each the agents of the queue's tiers."""
    database = sqlite3.connect(":memory:")
    database.executescript(
        """CREATE TABLE members (queue TEXT, uuid TEXT, joined INTEGER, state TEXT);
        CREATE TABLE agents (name TEXT PRIMARY KEY, status TEXT, state TEXT, ready INTEGER);
        CREATE TABLE tiers (queue TEXT, agent TEXT, state TEXT, level INTEGER, position INTEGER);
        CREATE INDEX by_queue ON tiers (queue);"""
    )
    for visit in state.visits.values():
        database.execute("INSERT INTO members VALUES (?,?,?,'Waiting')", (visit.queue, visit.visit, visit.enqueued_at))
    for agent in state.configuration.agents:
        database.execute("INSERT INTO agents VALUES (?,'Available','In a queue call',0)", (agent.agent,))
        for each in agent.assignments:
            database.execute("INSERT INTO tiers VALUES (?,?,'Ready',1,1)", (each.queue, agent.agent))
    began = time.thread_time()
    waiting = database.execute(
        "SELECT queue, uuid FROM members WHERE state IN ('Waiting', 'Trying') ORDER BY joined"
    ).fetchall()
    for queue, _ in waiting:
        database.execute(
            "SELECT agents.name FROM agents JOIN tiers ON agents.name = tiers.agent WHERE tiers.queue = ? "
            "AND agents.status = 'Available' AND agents.state = 'Waiting' AND tiers.state = 'Ready' "
            "ORDER BY tiers.level, tiers.position LIMIT 1",
            (queue,),
        ).fetchall()
    took = time.thread_time() - began
    database.close()
    return took


__all__ = ["app_queue_tick", "best_of_all", "callcenter_poll", "scan"]
