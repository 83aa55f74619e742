"""Interfaces that programs made for other call centres know already. A table that is left out is an interface that is
off."""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from cordpair.config.kinds import NETWORK, Origin, SeatName, Text, Word

URL_PATH = r"^/[A-Za-z0-9_./-]{1,128}$"

MAC = r"^([0-9A-Fa-f]{2}:){5}[0-9A-Fa-f]{2}$"


class Callcenter(msgspec.Struct, frozen=True):
    """The dashboard's WebSocket ``/callcenter`` of the PHP call-centre platform, and its report file.

    ``origins``: of pages with such a dashboard. ``unbound_keys``: whether a key that is bound to no agent may act for
    every agent. ``pause_reason``: of agents who are paused; none: the first. ``callers``: with their numbers; without,
    the contact's id stands in their place."""

    origins: tuple[Origin, ...] = ()
    unbound_keys: Literal["watch", "act"] = "watch"
    pause_reason: Text = ""
    callers: bool = False
    report: Text | None = None
    clients: Annotated[int, Meta(ge=1, le=10_000)] = 200


class Cti(msgspec.Struct, frozen=True):
    """AsteriskCTI's line protocol. Where others than this machine are to reach it, it needs ``certificate`` and
    ``certificate_key``.

    ``pause_reason``: of agents who say ``PAUSE IN``. ``contexts``: in which ``ORIG`` may dial; none: it may not.
    ``macs``: the seat of each machine, by its network card's address."""

    listen: Word = "127.0.0.1:5050"
    certificate: Text | None = None
    certificate_key: Text | None = None
    idle: Annotated[int, Meta(ge=5_000, le=3_600_000, extra={"kind": "duration"})] = 60_000
    clients: Annotated[int, Meta(ge=1, le=10_000)] = 500
    begin_in_pause: bool = False
    pause_reason: Text = ""
    contexts: tuple[Word, ...] = ()
    macs: dict[Annotated[str, Meta(pattern=MAC)], SeatName] = {}


class CallUrl(msgspec.Struct, frozen=True):
    """A call by a URL. ``networks``: from where; none named: those of ``[calls]``. ``origins``: of pages with our
    script. ``foreign_pages``: whether links on pages of any other site may lead here."""

    path: Annotated[str, Meta(pattern=URL_PATH)] = "/remote/call.php"
    networks: tuple[Annotated[str, Meta(pattern=NETWORK)], ...] = ()
    origins: tuple[Origin, ...] = ()
    foreign_pages: bool = False
    once_within: Annotated[int, Meta(ge=0, le=60_000, extra={"kind": "duration"})] = 5_000


class Adapters(msgspec.Struct, frozen=True):
    """Each None: off."""

    callcenter: Callcenter | None = None
    cti: Cti | None = None
    call_url: CallUrl | None = None


__all__ = ["URL_PATH", "Adapters", "CallUrl", "Callcenter", "Cti"]
