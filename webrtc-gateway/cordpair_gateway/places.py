"""Tells waiting customers their places: in rounds, of the queues in which something changed, in slices.

Nothing here holds the engine's loop.
"""

import asyncio
from collections.abc import Callable

from msgspec.structs import replace

from cordpair.acd.model import State
from cordpair.api.board import Board
from cordpair.api.expected import ExpectedWait, NotEnoughData
from cordpair.api.hub import Hub
from cordpair.api.touched import Kind, Row
from cordpair.api.views import QueueView
from cordpair.ids import ContactId, QueueId
from cordpair.runtime import Engine
from cordpair_gateway.fanout import Slot
from cordpair_gateway.slices import DONE, Turn
from cordpair_gateway.waiting import look

ROUND_S = 0.5  # places are told so often at most, and a round of many is spread over it
REST_S = 0.1  # after a round that took longer
PAUSE_S = 0.005  # between two slices of a round at most
NO_DATA = NotEnoughData(because="few_turns")


class Places:
    """``slot_of``: where a contact's customer is told, if it has one."""

    def __init__(self, engine: Engine, hub: Hub, slot_of: Callable[[ContactId], Slot | None]) -> None:
        self._engine, self._hub, self._slot_of = engine, hub, slot_of
        self._queues: set[QueueId] = set()
        self._changed = asyncio.Event()

    def again(self, contact: ContactId) -> None:
        """The contact waits, and was not told where."""
        row = self._engine.state.contacts.get(contact)
        visit = self._engine.state.visits.get(row.visit) if row is not None and row.visit is not None else None
        if visit is not None:
            self._queues.add(visit.queue)
            self._changed.set()

    # ------------------------------------------------------------ the hub's listener

    def tell(self, rows: list[Row]) -> None:
        queues = {QueueId(name) for kind, name in rows if kind is Kind.QUEUE}
        if queues:
            self._queues |= queues
            self._changed.set()

    def close(self) -> None:
        """The engine has stopped: browsers lose their connection, and may come back to the next one."""

    # ------------------------------------------------------------ telling

    async def run(self) -> None:
        """Until cancelled."""
        loop = asyncio.get_running_loop()
        self._hub.listeners.add(self)
        try:
            while True:
                await self._changed.wait()
                self._changed.clear()
                queues, self._queues = self._queues, set()
                next_round = loop.time() + ROUND_S
                await self._tell(queues)
                await asyncio.sleep(max(REST_S, next_round - loop.time()))
        finally:
            self._hub.listeners.discard(self)

    async def _tell(self, queues: set[QueueId]) -> None:
        board = await self._hub.current()
        lines = await lines_of(self._engine.state, queues)
        await self._engine.flushed()
        turn = Turn(min(PAUSE_S, ROUND_S * DONE / max(1, sum(map(len, lines.values())))))
        for queue, line in lines.items():
            known = expected_in(board, queue)
            for place, contact in enumerate(line, 1):
                await turn.after(self._tell_one(contact, str(queue), place, known))

    def _tell_one(self, contact: ContactId, queue: str, place: int, known: ExpectedWait | NotEnoughData) -> bool:
        """Whether there was anything to say."""
        slot = self._slot_of(contact)
        view = slot.latest if slot is not None else None
        if slot is None or view is None or view.phase != "waiting":
            return False
        waiting = look(view.waiting, queue, place, known)
        if waiting == view.waiting:
            return False
        slot.put(replace(view, waiting=waiting))
        return True


def expected_in(board: Board, queue: QueueId) -> ExpectedWait | NotEnoughData:
    """What one who came now would be told of the queue."""
    piece = board.find(Kind.QUEUE, queue)
    view = piece.view if piece is not None else None
    return view.expected_wait if isinstance(view, QueueView) else NO_DATA


async def lines_of(state: State, queues: set[QueueId]) -> dict[QueueId, list[ContactId]]:
    """Who waits in the queues, in the order of their places."""
    found: dict[QueueId, list[tuple[int, ContactId]]] = {queue: [] for queue in queues}
    turn = Turn()
    for visit in list(state.visits.values()):
        if visit.queue in found and visit.accepted is None:
            found[visit.queue].append((visit.key, visit.contact))
        await turn.after(False)
    return {queue: [contact for _, contact in sorted(line)] for queue, line in found.items()}


__all__ = ["ROUND_S", "Places", "expected_in", "lines_of"]
