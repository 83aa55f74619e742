"""Queues: live figures."""

import msgspec

from cordpair.api.board import Piece
from cordpair.api.call import Call, found, listed
from cordpair.api.touched import Kind
from cordpair.api.views import QueueNow, queue_now


class QueueList(msgspec.Struct, frozen=True):
    queues: tuple[QueueNow, ...]


async def list_queues(call: Call) -> bytes:
    sight = await call.sight()
    return await call.shown(listed("queues", [_now(call, piece) async for piece in sight.all(Kind.QUEUE)]))


async def get_queue(call: Call) -> bytes:
    sight = await call.sight()
    return await call.shown(_now(call, found(sight.find(Kind.QUEUE, call.id), Kind.QUEUE, call.id)))


def _now(call: Call, piece: Piece) -> bytes:
    return msgspec.json.encode(queue_now(piece.view, call.engine.clock.now_ms()))


__all__ = ["QueueList", "get_queue", "list_queues"]
