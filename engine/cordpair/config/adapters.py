"""Interfaces that programs made for other call centres know already. A table that is left out is an interface that is
off."""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from cordpair.config.kinds import Name, Origin, Text


class Callcenter(msgspec.Struct, frozen=True):
    """The dashboard's WebSocket ``/callcenter`` of the PHP call-centre platform, and its report file.

    ``queues``: that it shows; none named: all. ``origins``: of pages with such a dashboard. ``unbound_keys``: whether
    a key that is bound to no agent may act for every agent. ``callers``: with their numbers; without, the contact's id
    stands in their place."""

    queues: tuple[Name, ...] = ()
    origins: tuple[Origin, ...] = ()
    unbound_keys: Literal["watch", "act"] = "watch"
    callers: bool = False
    report: Text | None = None
    clients: Annotated[int, Meta(ge=1, le=10_000)] = 200


class Adapters(msgspec.Struct, frozen=True):
    """Each None: off."""

    callcenter: Callcenter | None = None


__all__ = ["Adapters", "Callcenter"]
