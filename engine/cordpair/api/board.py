"""The board: what there is to see of every agent, queue and contact, encoded once for all who look.

It is brought up to date from committed entries, row by row, so that no look at it costs more than what changed. A row
is read from the tables as they are now, which may be a few entries ahead of the journal: whoever shows the board
awaits ``Engine.flushed()`` between reading it and showing it.
"""

import heapq
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import Any

import msgspec

from cordpair.acd.configuration import Configuration
from cordpair.acd.events import ConfigurationApplied, VisitBegan
from cordpair.acd.inputs import Caller
from cordpair.acd.model import AgentStatus, SlotState, State
from cordpair.api.around import Around
from cordpair.api.expected import Turns, expected_wait
from cordpair.api.touched import Kind, Row, Touch
from cordpair.api.views import (
    AgentView,
    CallerView,
    ContactView,
    QueueView,
    agent_view,
    contact_view,
    queue_view,
)
from cordpair.ids import AgentId, ContactId, QueueId, VisitId
from cordpair.journal import Entry

View = AgentView | QueueView | ContactView
NO_TURNS = Turns()

_encode = msgspec.json.Encoder().encode


class Piece:
    """One row: as a value, and as JSON."""

    __slots__ = ("_caller", "_personal", "json", "view")

    def __init__(self, view: Any, caller: Caller | None = None) -> None:
        self.view = view
        self.json = _encode(view)
        self._caller = caller
        self._personal: bytes | None = None

    @property
    def personal(self) -> bytes:
        """With the caller, for those who may see them."""
        if self._caller is None:
            return self.json
        if self._personal is None:
            caller = CallerView(number=self._caller.number, name=self._caller.name)
            self._personal = self.json[:-1] + b',"caller":' + _encode(caller) + b"}"
        return self._personal


class Board:
    def __init__(
        self, state: Callable[[], State], caller: Callable[[ContactId], Caller], around: Around | None = None
    ) -> None:
        self.pieces: dict[Kind, dict[str, Piece]] = {kind: {} for kind in Kind}
        self.changed: dict[Row, None] = {}  # in their order; whoever tells of them empties it
        self.seq = 0
        self._state = state
        self._caller = caller
        self._around = around or Around()
        self._touch = Touch(state())
        self._dirty: dict[Kind, dict[str, None]] = {kind: {} for kind in Kind}
        self.begin()

    # ------------------------------------------------------------ what comes in

    def begin(self, seq: int = 0) -> None:
        """Look at everything anew: at the start, with a new configuration, and when entries were missed."""
        state = self._state()
        self.seq = max(self.seq, seq)
        self._touch.begin(state)
        self._configure(state.configuration)
        for kind, names in (
            (Kind.CONTACT, state.contacts),
            (Kind.AGENT, state.agents),
            (Kind.QUEUE, state.queues),
        ):
            self._dirty[kind].update(dict.fromkeys(names))
            self._dirty[kind].update(dict.fromkeys(self.pieces[kind]))

    def _configure(self, configuration: Configuration) -> None:
        state = self._state()
        self._works: dict[AgentId, tuple[QueueId, ...]] = {
            agent.agent: tuple(each.queue for each in agent.assignments if each.active)
            for agent in configuration.agents
        }
        self._media = {queue.queue: queue.medium for queue in configuration.queues}
        self._busy: dict[QueueId, set[AgentId]] = {queue: set() for queue in self._media}
        self._lines: dict[QueueId, list[tuple[int, VisitId]]] = {queue: [] for queue in self._media}
        for visit in state.visits.values():
            self._lines.setdefault(visit.queue, []).append((visit.enqueued_at, visit.visit))
        for line in self._lines.values():
            heapq.heapify(line)

    def take(self, entries: Iterable[Entry]) -> None:
        """Note what committed entries touched."""
        for entry in entries:
            for event in entry.events:
                for kind, name in self._touch.rows(event, entry.at):
                    self._dirty[kind][name] = None
                if type(event) is VisitBegan:
                    self._line_up(event)
                elif type(event) is ConfigurationApplied:
                    self.begin()
            self.seq = entry.seq

    def _line_up(self, began: VisitBegan) -> None:
        line = self._lines.setdefault(began.queue, [])
        heapq.heappush(line, (began.enqueued_at, began.visit))
        row = self._state().queues.get(began.queue)
        if row is not None and len(line) > 2 * row.waiting + 1_000:  # behind one who waits on, all others went
            visits = self._state().visits
            line[:] = [each for each in line if each[1] in visits]
            heapq.heapify(line)

    def look_around(self) -> None:
        """Note what changed of which no entry tells."""
        if self._around.turned():
            state = self._state()
            self._dirty[Kind.AGENT].update(dict.fromkeys(state.agents))
            self._dirty[Kind.QUEUE].update(dict.fromkeys(state.queues))

    def refresh(self, most: int) -> bool:
        """Look at up to so many of the rows that were touched. Whether some are left."""
        left = most
        for kind, look in ((Kind.CONTACT, self._contact), (Kind.AGENT, self._agent), (Kind.QUEUE, self._queue)):
            dirty = self._dirty[kind]
            for name in list(islice(dirty, left)):
                del dirty[name]
                self._put(kind, name, look(name))
                left -= 1
        return not left and any(self._dirty.values())

    def _put(self, kind: Kind, name: str, piece: Piece | None) -> None:
        pieces = self.pieces[kind]
        before = pieces.get(name)
        if piece is None:
            if before is None:
                return
            del pieces[name]
        elif before is not None and before.json == piece.json:
            return
        else:
            pieces[name] = piece
        self.changed[(kind, name)] = None

    # ------------------------------------------------------------ one row

    def _contact(self, name: str) -> Piece | None:
        state = self._state()
        row = state.contacts.get(ContactId(name))
        return Piece(contact_view(state, row), self._caller(row.contact)) if row is not None else None

    def _agent(self, name: str) -> Piece | None:
        agent = AgentId(name)
        row = self._state().agents.get(agent)
        works = self._works.get(agent, ())
        busy = (
            row is not None
            and row.status is AgentStatus.READY
            and any(s.state is not SlotState.FREE for s in row.slots)
        )
        for queue in works:
            if queue in self._busy:
                (self._busy[queue].add if busy else self._busy[queue].discard)(agent)
            self._dirty[Kind.QUEUE][queue] = None  # its figures count this agent
        return Piece(agent_view(row, self._around.name_of(agent), works)) if row is not None else None

    def _queue(self, name: str) -> Piece | None:
        queue = QueueId(name)
        row = self._state().queues.get(queue)
        if row is None or queue not in self._media:
            return None
        busy = len(self._busy[queue])
        turns = self._touch.turns.get(queue, NO_TURNS).lengths()
        expected = expected_wait(row.waiting, row.ready, row.ready - busy, turns)
        today, alarms = self._around.today(queue), self._around.thresholds_of(queue)
        return Piece(queue_view(row, self._media[queue], self._oldest(queue), busy, expected, today, alarms))

    def _oldest(self, queue: QueueId) -> int | None:
        line, visits = self._lines.get(queue, []), self._state().visits
        while line and line[0][1] not in visits:
            heapq.heappop(line)
        return line[0][0] if line else None

    # ------------------------------------------------------------ looking

    def find(self, kind: Kind, name: str) -> Piece | None:
        return self.pieces[kind].get(name)

    def all(self, kind: Kind) -> Iterator[Piece]:
        yield from self.pieces[kind].values()


__all__ = ["Board", "Piece"]
