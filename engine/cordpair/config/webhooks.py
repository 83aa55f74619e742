"""Programs of the operator's that are told what happens."""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from cordpair.config.kinds import DAY_MS, Secret
from cordpair.config.reports import Hook

Told = Literal[
    "contact.arrived",
    "contact.queued",
    "contact.left_queue",
    "contact.connected",
    "contact.held",
    "contact.resumed",
    "contact.transferred",
    "contact.disposed",
    "contact.disconnected",
    "contact.ended",
    "offer.made",
    "offer.ended",
    "agent.state",
    "alarm.raised",
    "alarm.cleared",
    "trunk.alarm_raised",
    "trunk.alarm_cleared",
]


class Webhook(msgspec.Struct, frozen=True):
    """``secret``: of the signatures. ``events``: none named: all. ``with_caller``: the caller's number and name too;
    ``with_context``: what the web site or the PBX said of them."""

    url: Hook
    secret: Secret
    events: tuple[Told, ...] = ()
    with_caller: bool = False
    with_context: bool = False


class Webhooks(msgspec.Struct, frozen=True):
    """``give_up``: what could not be delivered so long after it happened is not tried any more."""

    to: dict[Annotated[str, Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$")], Webhook] = {}
    give_up: Annotated[int, Meta(ge=60_000, le=30 * DAY_MS, extra={"kind": "duration"})] = DAY_MS


__all__ = ["Told", "Webhook", "Webhooks"]
