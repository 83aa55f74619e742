"""The decider: inputs in, events and commands out.

``receive`` first lets everything happen that is due, then decides the input, then matches: afterwards no eligible
pair of contact and agent is left. Each event is in the tables before the next is decided, and commands are made from
the tables as they were at their event.
"""

from collections.abc import Iterable
from typing import NamedTuple

from cordpair.acd import events as ev
from cordpair.acd.commands import Command
from cordpair.acd.configuration import Configuration
from cordpair.acd.deadlines import Deadlines
from cordpair.acd.decide import decide
from cordpair.acd.decide_due import decide_due
from cordpair.acd.eligibility import excludes_everybody
from cordpair.acd.evolve import evolve
from cordpair.acd.index import Index
from cordpair.acd.inputs import Input
from cordpair.acd.matching import Pair, next_pair
from cordpair.acd.model import Cell, State
from cordpair.acd.offering import made
from cordpair.acd.proposals import Events
from cordpair.acd.react import react
from cordpair.acd.refusal import Refusal
from cordpair.acd.touched import Kind
from cordpair.ids import NodeId, QueueId, VisitId


class Decision(NamedTuple):
    """What one input led to. ``refusal`` says why a request was not granted; it changed nothing."""

    events: list[ev.Event]
    commands: list[Command]
    refusal: str | None = None


class Acd:
    """One cell's queueing and routing. Give it a snapshot's state, or nothing for a fresh one."""

    def __init__(self, state: State | None = None) -> None:
        self._cell = Cell(state if state is not None else State())
        self._events: list[ev.Event] = []
        self._commands: list[Command] = []
        self._stale = True  # indexes and deadlines are made when they are first needed: not while folding

    @property
    def state(self) -> State:
        return self._cell.state

    @property
    def cell(self) -> Cell:
        return self._cell

    def next_deadline(self) -> int | None:
        """When (ms) ``receive`` must be called at the latest, with TimerDue if nothing else happens."""
        if self._stale:
            self.rebuild()
        return self._deadlines.next()

    def start(self, run: str, seed: int, configuration: Configuration, now_ms: int) -> Decision:
        """The first entry of a fresh journal. ``run`` marks all ids of this journal, ``seed`` all its draws."""
        self._begin()
        self._run(iter((ev.JournalStarted(run, seed), ev.ConfigurationApplied(configuration))), now_ms)
        return Decision(self._events, self._commands)

    def receive(self, given: Input, now_ms: int) -> Decision:
        """Decide what follows from ``given`` at ``now_ms``. Never raises for what comes from outside."""
        self._begin()
        refusal = None
        self._settle(now_ms)
        try:
            self._run(decide(self._cell, given, now_ms), now_ms)
        except Refusal as refused:
            refusal = str(refused)
        self._settle(now_ms)
        return Decision(self._events, self._commands, refusal)

    def fold(self, events: Iterable[ev.Event], at_ms: int) -> None:
        """Replay: tables only."""
        self._stale = True
        for event in events:
            evolve(self._cell, event, at_ms)

    def rebuild(self) -> None:
        """Make indexes and deadlines anew from the tables (else done when they are next needed)."""
        self._stale = False
        self._index = Index(self._cell)
        self._deadlines = Deadlines(self._cell)
        state = self._cell.state
        for kind, names in (
            (Kind.VISIT, state.visits),
            (Kind.OFFER, state.offers),
            (Kind.AGENT, state.agents),
            (Kind.CONTACT, state.contacts),
            (Kind.LEG, state.legs),
            (Kind.NODE, state.nodes),
            (Kind.MOVE, state.moves),
        ):
            for name in names:
                self._deadlines.refresh((kind, name))

    # ------------------------------------------------------------ the loop

    def _begin(self) -> None:
        if self._stale:
            self.rebuild()
        self._events, self._commands = [], []

    def _settle(self, now: int) -> None:
        """Everything that is due, earliest first, and the match. Agents who become free in one moment pick one after
        the other; but who has waited too long leaves before the match, and is not offered once more.

        Ends because each consequence moves or removes its deadline, and no offer is due when it is made.
        """
        while True:
            row = self._deadlines.due(now)
            if row is None or row[0] is not Kind.VISIT:
                self._match(now)
                row = self._deadlines.due(now)
            if row is None:
                return
            self._run(decide_due(self._cell, row, now), now)
            self._deadlines.refresh(row)

    def _run(self, proposed: Events, now: int) -> None:
        for event in proposed:
            self._apply(event, now)

    def _apply(self, event: ev.Event, now: int) -> None:
        self._events.append(event)
        for row in evolve(self._cell, event, now):
            if row[0] is Kind.EVERYTHING:
                self.rebuild()
            elif row[0] is Kind.QUEUE:
                self._arm_empty(QueueId(row[1]))
            else:
                self._index.refresh(row)
                self._deadlines.refresh(row)
                if row[0] is Kind.NODE:
                    self._refresh_node(NodeId(row[1]))
        self._commands.extend(react(self._cell, event))

    def _refresh_node(self, node: NodeId) -> None:
        """What is on the node falls due again, or not any more; and those who wait to be moved may go there."""
        self._deadlines.refresh_node(node)
        for row in self._cell.state.nodes.values():
            if row.draining and row.node != node:
                self._deadlines.refresh_node(row.node)

    def _arm_empty(self, queue_id: QueueId) -> None:
        """The queue lost its last agent: those who wait in it are due by its rules, if it has any."""
        queue = self._cell.book.queues[queue_id]
        if queue.on_no_agent_signed_in is not None or queue.on_no_agent_ready is not None:
            for visit in self._index.waiting_in(queue_id):
                self._deadlines.refresh((Kind.VISIT, visit))

    def _match(self, now: int) -> None:
        self._clear_exclusions(now)
        while (pair := next_pair(self._index)) is not None:
            self._apply(self._offer(pair, now), now)
            self._clear_exclusions(now)

    def _clear_exclusions(self, now: int) -> None:
        """A contact that would be excluded from everybody is excluded from nobody."""
        index = self._index
        while index.suspects:  # in the order of those who wait: a class's number depends on history
            number = min(index.suspects, key=lambda each: (index.classes.heads[each], each))
            index.suspects.discard(number)
            found = index.classes.all[number]
            if found is not None and found.key.excluded and excludes_everybody(index, found):
                for visit in list(found.line.in_order()):
                    self._apply(ev.ExclusionsCleared(VisitId(visit)), now)

    def _offer(self, pair: Pair, now: int) -> ev.OfferMade:
        visit, line = self._cell.state.visits[pair.visit], pair.line
        free = self._index.profiles.available.get(visit.medium, 0)
        return made(self._cell, visit, pair.agent, now, pair.strategy.value, str(line.key), len(line.line), free)


__all__ = ["Acd", "Decision"]
