"""One client of the stream: a snapshot, then deltas, each with the journal's number up to which it is complete.

Between two messages only the names of changed rows are kept, never their values: what is sent is the latest. A client
who reads slowly gets fewer messages; one for whom too many names have gathered gets a fresh snapshot; one who does
not read at all is dropped. The engine never waits for any of them.

A client that applies every message (a snapshot replaces everything; in a delta, rows replace those of the same id,
and ``gone`` takes rows away) holds what the engine shows, whenever it connected.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from datetime import datetime

import msgspec

from cordpair.api.board import Board, Piece
from cordpair.api.roles import SEES_CALLERS, Scope
from cordpair.api.touched import Kind, Row
from cordpair.api.views import AgentView, ContactView, QueueView
from cordpair.ids import AgentId, ContactId, QueueId
from cordpair.reports.days import moment

# Names of changed rows that wait for a client: with more, a snapshot is shorter.
MOST = 5_000

SLICE = 500  # rows: about 2 ms
BEAT_S = 5.0  # after such a silence something is said

Send = Callable[[bytes], Awaitable[None]]


class Gone(msgspec.Struct, frozen=True, kw_only=True):
    agents: tuple[AgentId, ...] = ()
    queues: tuple[QueueId, ...] = ()
    contacts: tuple[ContactId, ...] = ()


class Snapshot(msgspec.Struct, frozen=True, kw_only=True, tag_field="type", tag="snapshot"):
    """Everything there is to see. ``seq``: the journal's number up to which it is complete. ``now``: by our clock."""

    seq: int
    now: datetime
    agents: tuple[AgentView, ...]
    queues: tuple[QueueView, ...]
    contacts: tuple[ContactView, ...]


class Delta(msgspec.Struct, frozen=True, kw_only=True, tag_field="type", tag="delta"):
    """What changed since the message before: from time to time nothing, so that silence means that the line is broken.
    Rows replace those of the same id."""

    seq: int
    now: datetime
    agents: tuple[AgentView, ...]
    queues: tuple[QueueView, ...]
    contacts: tuple[ContactView, ...]
    gone: Gone


Message = Snapshot | Delta


class Sight:
    """What a scope shows of the board, the same in answers and on the stream."""

    def __init__(self, scope: Scope, board: Board) -> None:
        self.scope = scope
        self._board = board

    def sees(self, kind: Kind, name: str, piece: Piece) -> bool:
        scope = self.scope
        if kind is Kind.QUEUE:
            return scope.covers(QueueId(name)) and (not scope.own_only or name in self._own_queues())
        if not scope.own_only:
            return kind is Kind.AGENT or piece.view.queue is None or scope.covers(piece.view.queue)
        if kind is Kind.AGENT:
            return name == scope.agent
        concerned: bool = piece.view.concerns(scope.agent)
        return concerned

    def _own_queues(self) -> tuple[QueueId, ...]:
        mine = self._board.find(Kind.AGENT, self.scope.agent or "")
        return mine.view.queues if mine is not None else ()

    def json(self, kind: Kind, piece: Piece) -> bytes:
        """Callers' data only for those who may see it; an agent sees no other contacts than their own."""
        if kind is Kind.CONTACT and (self.scope.role in SEES_CALLERS or self.scope.own_only):
            return piece.personal
        return piece.json

    def find(self, kind: Kind, name: str) -> Piece | None:
        piece = self._board.find(kind, name)
        return piece if piece is not None and self.sees(kind, name, piece) else None

    async def all(self, kind: Kind) -> AsyncIterator[Piece]:
        """As it is now, whatever changes while it is read: in slices, because 10,000 contacts take 30 ms."""
        for number, (name, piece) in enumerate(self._candidates(kind), 1):
            if self.sees(kind, name, piece):
                yield piece
            if number % SLICE == 0:
                await asyncio.sleep(0)

    def _candidates(self, kind: Kind) -> list[tuple[str, Piece]]:
        pieces = self._board.pieces[kind]
        if kind is not Kind.CONTACT or not self.scope.own_only:
            return list(pieces.items())
        mine = self._board.find(Kind.AGENT, self.scope.agent or "")
        names = [slot.contact for slot in mine.view.slots] if mine is not None else []
        return [(name, pieces[name]) for name in names if name in pieces]


class Client:
    def __init__(
        self,
        scope: Scope,
        board: Board,
        send: Send,
        flushed: Callable[[], Awaitable[None]],
        now_ms: Callable[[], int],
    ) -> None:
        self.sight = Sight(scope, board)
        self.snapshots = 0
        self._board = board
        self._send = send
        self._flushed = flushed
        self._now_ms = now_ms
        self._rows: dict[Row, None] = {}
        self._fresh = True  # the next message is a snapshot
        self._shown: dict[Kind, set[str]] = {kind: set() for kind in Kind}
        self._wake = asyncio.Event()
        self._wake.set()
        self._closed = False

    def tell(self, rows: list[Row]) -> None:
        if not self._fresh:
            self._rows.update(dict.fromkeys(rows))
            if len(self._rows) > MOST:
                self._rows.clear()
                self._fresh = True
        self._wake.set()

    def close(self) -> None:
        self._closed = True
        self._wake.set()

    async def run(self) -> None:
        """Until it is closed, or ``send`` raises."""
        loop = asyncio.get_running_loop()
        beat = loop.time() + BEAT_S
        while True:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout_at(beat):
                    await self._wake.wait()
            self._wake.clear()
            message = await self._snapshot() if self._fresh else self._delta(beats=loop.time() >= beat)
            if message is not None:
                await self._flushed()
                await self._send(message)
                beat = loop.time() + BEAT_S
            if self._closed and not self._rows and not self._fresh:
                return

    async def _snapshot(self) -> bytes:
        """What changes while it is written is told afterwards."""
        self._fresh = False
        self._rows.clear()
        self.snapshots += 1
        parts = [self._head(b"snapshot")]
        for kind in Kind:
            rows, shown = [], set()
            async for piece in self.sight.all(kind):
                rows.append(self.sight.json(kind, piece))
                shown.add(piece.view.id)
            self._shown[kind] = shown
            parts.append(b',"%s":[%s]' % (kind.encode(), b",".join(rows)))
        return b"".join(parts) + b"}"

    def _head(self, kind: bytes) -> bytes:
        now = msgspec.json.encode(moment(self._now_ms()))
        return b'{"type":"%s","seq":%d,"now":%s' % (kind, self._board.seq, now)

    def _delta(self, *, beats: bool) -> bytes | None:
        """None when nothing of it is for this client, unless it ``beats``."""
        rows, self._rows = self._rows, {}
        there: dict[Kind, list[bytes]] = {kind: [] for kind in Kind}
        gone: dict[Kind, list[str]] = {kind: [] for kind in Kind}
        for kind, name in self._with_what_follows(rows):
            shown = self._shown[kind]
            piece = self.sight.find(kind, name)
            if piece is not None:
                shown.add(name)
                there[kind].append(self.sight.json(kind, piece))
            elif name in shown:
                shown.discard(name)
                gone[kind].append(name)
        if not beats and not any(there.values()) and not any(gone.values()):
            return None
        parts = [self._head(b"delta")]
        parts += [b',"%s":[%s]' % (kind.encode(), b",".join(there[kind])) for kind in Kind]
        return b"".join(parts) + b',"gone":' + msgspec.json.encode(gone) + b"}"

    def _with_what_follows(self, rows: dict[Row, None]) -> Iterator[Row]:
        """An agent whose assignments changed sees other queues from then on."""
        mine = (Kind.AGENT, self.sight.scope.agent)
        yield from rows
        if self.sight.scope.own_only and mine in rows:
            yield from ((Kind.QUEUE, name) for name in self._board.pieces[Kind.QUEUE] if (Kind.QUEUE, name) not in rows)


__all__ = ["BEAT_S", "MOST", "Client", "Delta", "Gone", "Message", "Sight", "Snapshot"]
