"""Calls that agents place: in which queue they count, how long phones ring, and over which trunk they go out."""

from typing import Annotated

import msgspec
from msgspec import Meta

from cordpair.config.dialling import CallerId, CallerIds, Numbering, Rates
from cordpair.config.kinds import NETWORK, PbxName, QueueName

DIAL = r"^[A-Za-z0-9+._~-]{0,32}\{number\}(@[A-Za-z0-9][A-Za-z0-9_.-]{0,63})?$"

Ring = Annotated[int, Meta(ge=1_000, le=300_000, extra={"kind": "duration"})]


class Trunk(msgspec.Struct, frozen=True):
    """The way out of a PBX. ``dial``: what it is asked to ring, as an endpoint of a seat is written: ``{number}`` is
    the number, and what follows an ``@`` is what the PBX calls the trunk. ``caller_id``: shown to the customer."""

    dial: Annotated[str, Meta(pattern=DIAL)]
    caller_id: CallerId = ""


class Calls(msgspec.Struct, frozen=True):
    """``queue``: where placed calls count; None: none can be placed. ``trunks``: by the name of the PBX.
    ``networks``: from where programs may ask for a call; none named: from everywhere that reaches us."""

    queue: QueueName | None = None
    ring_agent: Ring = 30_000
    ring_customer: Ring = 30_000
    trunks: dict[PbxName, Trunk] = {}
    numbers: Numbering = Numbering()
    caller_ids: CallerIds = CallerIds()
    rates: Rates = Rates()
    networks: tuple[Annotated[str, Meta(pattern=NETWORK)], ...] = ()


__all__ = ["Calls", "Trunk"]
