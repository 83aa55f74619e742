"""For whoever watches over the process: no key is needed, and nothing of a caller is in it."""

import msgspec
from aiohttp import web

from cordpair.acd.model import NodeStatus
from cordpair.api.call import Call
from cordpair.api.metrics import CONTENT_TYPE
from cordpair.ids import NodeId
from cordpair.runtime import Engine


class Health(msgspec.Struct, frozen=True):
    status: str


class Readiness(msgspec.Struct, frozen=True):
    """``nodes``: each configured PBX; ready when offers can be made on all of them. ``broken_laws``: defects of ours
    that the engine found in itself; it goes on."""

    ready: bool
    nodes: dict[NodeId, str]
    broken_laws: tuple[str, ...] = ()


async def healthz(call: Call) -> web.Response:
    """200 while the process lives and its event loop turns; 503 when the API cannot show the engine any more."""
    failed = call.office.hub.failed
    body = msgspec.json.encode(Health("failed" if failed else "ok"))
    return web.Response(status=503 if failed else 200, body=body, content_type="application/json")


async def readyz(call: Call) -> web.Response:
    """200 when the engine decides and every PBX is linked, reconciled and open; 503 before that, and at its end."""
    found = readiness(call.engine)
    return web.Response(
        status=200 if found.ready else 503, body=msgspec.json.encode(found), content_type="application/json"
    )


def readiness(engine: Engine) -> Readiness:
    state = engine.state
    nodes = {}
    for node in state.configuration.nodes:
        row = state.nodes.get(node)
        nodes[node] = (row.status if row is not None else NodeStatus.DOWN).value
    ready = not engine.stopping and all(status == NodeStatus.OPEN for status in nodes.values())
    return Readiness(ready, nodes, engine.broken_laws)


async def metrics(call: Call) -> web.Response:
    await call.board()  # what is committed has been counted
    return web.Response(body=call.office.metrics.text(), headers={"Content-Type": CONTENT_TYPE})


__all__ = ["Health", "Readiness", "healthz", "metrics", "readiness", "readyz"]
