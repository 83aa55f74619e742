"""PBX nodes: whether they work, what is on them, and how one is emptied."""

import msgspec

from cordpair.acd.inputs import DrainNode
from cordpair.acd.model import NodeRow, State
from cordpair.acd.trunks import left_on
from cordpair.api.call import Call
from cordpair.api.errors import NotFound
from cordpair.ids import NodeId


class NodeView(msgspec.Struct, frozen=True, kw_only=True):
    """``draining``: it is given nothing new, and who waits there is moved. ``drained``: nothing of ours is left."""

    id: NodeId
    status: str  # down, settling, open, fenced
    draining: bool
    drained: bool
    contacts: int
    legs: int  # of ours, those to its phones over a trunk too
    moving: int  # callers on their way to another node


class NodeList(msgspec.Struct, frozen=True):
    nodes: tuple[NodeView, ...]


async def list_nodes(call: Call) -> bytes:
    state = call.engine.state
    nodes = NodeList(tuple(_view(state, node) for node in state.configuration.nodes))
    return await call.shown(msgspec.json.encode(nodes))


async def drain(call: Call) -> bytes:
    return await _ask(call, on=True)


async def stop_draining(call: Call) -> bytes:
    return await _ask(call, on=False)


async def _ask(call: Call, *, on: bool) -> bytes:
    node = NodeId(call.id)
    if node not in call.engine.state.configuration.nodes:
        raise NotFound(f"There is no node {node!r}.")
    await call.ask(DrainNode(node, on))
    return await call.shown(msgspec.json.encode(_view(call.engine.state, node)))


def _view(state: State, node: NodeId) -> NodeView:
    row = state.nodes.get(node) or NodeRow(node)
    contacts, legs = left_on(state, node)
    return NodeView(
        id=node,
        status=row.status.value,
        draining=row.draining,
        drained=row.draining and not contacts and not legs,
        contacts=contacts,
        legs=legs,
        moving=row.moving,
    )


__all__ = ["NodeList", "NodeView", "drain", "list_nodes", "stop_draining"]
