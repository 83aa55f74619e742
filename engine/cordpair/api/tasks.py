"""Contacts without a call (chats, mails, call-backs), and the agents' answers to offers of them."""

from datetime import datetime
from typing import Annotated, Literal

import msgspec
from aiohttp import web
from msgspec import Meta

from cordpair.acd.configuration import VOICE
from cordpair.acd.events import ContactArrived
from cordpair.acd.inputs import AcceptOffer, RejectOffer, TaskArrived
from cordpair.acd.model import OfferRow
from cordpair.api.call import Call
from cordpair.api.errors import Invalid, NotFound
from cordpair.api.touched import Kind
from cordpair.api.views import ContactState
from cordpair.ids import ContactId, OfferId, QueueId

Key = Annotated[str, Meta(min_length=1, max_length=128, pattern=r"^[!-~]+$")]


class TaskBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``key`` is your own id for it, and must not be personal data: it is journaled. The same key twice is the same
    task, as long as it is live. ``arrived_at`` (with a time zone) is for one that has waited elsewhere."""

    key: Key
    queue: Annotated[str, Meta(max_length=64)]
    arrived_at: Annotated[datetime, Meta(tz=True)] | None = None


class TaskReply(msgspec.Struct, frozen=True):
    contact: ContactId
    state: ContactState | Literal["ended"]  # ended: the queue turned it away, or it is over


async def send_task(call: Call) -> web.Response:
    """201 for a new one, 200 for one that is known."""
    task: TaskBody = call.body
    queue = QueueId(task.queue)
    row = next((each for each in call.engine.state.configuration.queues if each.queue == queue), None)
    if row is None or not call.scope.covers(queue):
        raise Invalid(f"There is no queue {queue!r}.", "queue")
    if row.medium == VOICE:
        raise Invalid(f"Queue {queue!r} takes calls: they arrive by the PBX.", "queue")
    if not task.key.isprintable():  # the pattern's end allows a line feed
        raise Invalid("A key has printable characters only.", "key")
    now = call.engine.clock.now_ms()
    arrived_at = round(task.arrived_at.timestamp() * 1_000) if task.arrived_at is not None else now
    decided = await call.ask(TaskArrived(task.key, queue, row.medium, arrived_at))
    arrived = next((event for event in decided.events if type(event) is ContactArrived and event.key == task.key), None)
    contact = arrived.contact if arrived is not None else call.engine.state.tasks.get(task.key)
    if contact is None:  # it was known when this was decided, and has ended since
        raise NotFound(f"There is no task {task.key!r} any more.")
    piece = (await call.board()).find(Kind.CONTACT, contact)
    await call.engine.flushed()
    reply = TaskReply(contact, piece.view.state if piece is not None else "ended")
    return web.Response(
        status=201 if arrived is not None else 200, body=msgspec.json.encode(reply), content_type="application/json"
    )


async def accept_offer(call: Call) -> None:
    await call.ask(AcceptOffer(_offer(call).offer))


async def reject_offer(call: Call) -> None:
    await call.ask(RejectOffer(_offer(call).offer))


def _offer(call: Call) -> OfferRow:
    row = call.engine.state.offers.get(OfferId(call.id))
    if row is None or not call.scope.is_about(row.agent):
        raise NotFound(f"There is no open offer {call.id!r}.")
    return row


__all__ = ["TaskBody", "TaskReply", "accept_offer", "reject_offer", "send_task"]
