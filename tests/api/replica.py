"""What a client of the stream holds: every message applied as the API's description says."""

from typing import Any

import msgspec

from cordpair.api.board import Board
from cordpair.api.roles import Scope
from cordpair.api.stream import Message, Sight
from cordpair.api.touched import Kind

KINDS = [kind.value for kind in Kind]
Rows = dict[str, dict[str, Any]]


class Replica:
    def __init__(self) -> None:
        self.rows: Rows = {}
        self.seq = -1
        self.messages = 0
        self.snapshots = 0

    async def take(self, message: bytes | str) -> None:
        msgspec.json.decode(message, type=Message)  # it is what the description says
        self.apply(msgspec.json.decode(message))

    def apply(self, message: dict[str, Any]) -> None:
        self.messages += 1
        assert message["seq"] >= self.seq
        self.seq = message["seq"]
        if message["type"] == "snapshot":
            self.snapshots += 1
            self.rows = {kind: {row["id"]: row for row in message[kind]} for kind in KINDS}
            return
        assert self.snapshots, "a delta came before any snapshot"
        for kind in KINDS:
            self.rows[kind].update({row["id"]: row for row in message[kind]})
            for name in message["gone"][kind]:
                del self.rows[kind][name]


async def expected(board: Board, scope: Scope) -> Rows:
    """What the engine shows now, looked at anew."""
    state, caller = board._state, board._caller
    fresh = Board(state, caller)
    fresh._touch.turns = board._touch.turns
    while fresh.refresh(1_000):
        pass
    sight = Sight(scope, fresh)
    return {
        kind.value: {piece.view.id: msgspec.json.decode(sight.json(kind, piece)) async for piece in sight.all(kind)}
        for kind in Kind
    }
