"""What an administrator is working on: kept as it is, right or wrong, until it is applied or thrown away."""

import msgspec

from cordpair.api.call import Call
from cordpair.api.configuration.bodies import Edited, Order
from cordpair.api.configuration.parts import in_thread, parts_of, store_errors
from cordpair.api.configuration.tables import in_order, order_of
from cordpair.api.errors import Invalid, NotFound
from cordpair.reports.days import moment
from cordpair.store import Draft


class Content(msgspec.Struct, frozen=True):
    """Of a draft in the store; its tables are not looked at."""

    order: Order
    config: msgspec.Raw


class View(Content, frozen=True, kw_only=True):
    """Said in the description as ``DraftView``."""

    base: int
    at: str


async def get_draft(call: Call) -> bytes:
    with store_errors():
        draft = await parts_of(call).store.drafts.of(call.scope.author)
    if draft is None:
        raise NotFound("There is no draft of yours.")
    return _shown(draft)


async def put_draft(call: Call) -> bytes:
    body: Edited = call.body
    try:
        content = await in_thread(call, lambda: _content(body))
    except RecursionError:
        raise Invalid("The body is nested too deeply.", "config") from None
    draft = Draft(call.scope.author, call.engine.clock.now_ms(), body.base, content)
    with store_errors():
        await parts_of(call).store.drafts.put(draft)
    return _shown(draft)


async def drop_draft(call: Call) -> None:
    with store_errors():
        await parts_of(call).store.drafts.drop(call.scope.author)


def _content(body: Edited) -> bytes:
    config = in_order(body.config, body.order)
    return msgspec.json.encode({"order": order_of(config), "config": config})


def _shown(draft: Draft) -> bytes:
    content = msgspec.json.decode(draft.content, type=Content)
    at = moment(draft.at).isoformat().replace("+00:00", "Z")
    return msgspec.json.encode(View(content.order, content.config, base=draft.base, at=at))


__all__ = ["drop_draft", "get_draft", "put_draft"]
