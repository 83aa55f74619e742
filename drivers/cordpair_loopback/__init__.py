"""The loopback driver: a PBX inside the process, for tests, demos and the first five minutes."""

from cordpair.clock import AsyncioClock
from cordpair.ids import NodeId
from cordpair_loopback.config import Settings, parse
from cordpair_loopback.crowd import Crowd
from cordpair_loopback.driver import LoopbackDriver
from cordpair_loopback.pbx import (
    Behaviour,
    Call,
    CallState,
    Fault,
    FaultKind,
    LoopbackPbx,
    Phone,
    answers,
    busy,
    dead,
    never_answers,
    rejects,
    unavailable,
)

_shared: dict[str, LoopbackPbx] = {}


def share(name: str, pbx: LoopbackPbx) -> None:
    """From now on ``loopback://name`` means this PBX."""
    _shared[name] = pbx


def unshare(name: str) -> None:
    _shared.pop(name, None)


def factory(node: NodeId, url: str, cell: str, endpoints: tuple[str, ...]) -> LoopbackDriver:
    """The entry point. Without ``seats`` in the URL there is a phone for each of ``endpoints``."""
    settings = parse(url)
    pbx = _shared.get(settings.name)
    if pbx is None:
        pbx = LoopbackPbx(AsyncioClock(), phones=settings.seats or endpoints, app=cell, name=settings.name or node)
        return LoopbackDriver(node, pbx, cell, endpoints, Crowd(pbx, settings))
    return LoopbackDriver(node, pbx, cell, endpoints)


__all__ = [
    "Behaviour",
    "Call",
    "CallState",
    "Crowd",
    "Fault",
    "FaultKind",
    "LoopbackDriver",
    "LoopbackPbx",
    "Phone",
    "Settings",
    "answers",
    "busy",
    "dead",
    "factory",
    "never_answers",
    "parse",
    "rejects",
    "share",
    "unavailable",
    "unshare",
]
