"""How trunks are: gateways that FreeSWITCH asks (``ping``), looked at again and again over a connection of its own.

Its event about a gateway comes when one changes and says no time; the look says both.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from xml.etree import ElementTree as ET

from cordpair.pbx import Finding
from cordpair.pbx.diagnosis import of_trunks
from cordpair.pbx.trunks import TrunkSeen, TrunkStatus
from cordpair_freeswitch.api import Api, word
from cordpair_freeswitch.client import Client
from cordpair_freeswitch.config import Settings
from cordpair_freeswitch.legs import CallLegs

EVERY = 2.0  # seconds; FreeSWITCH asks a gateway every five at most
STATUSES = {"UP": TrunkStatus.UP, "DOWN": TrunkStatus.DOWN}


async def observe(settings: Settings, trunks: tuple[str, ...], tell: Callable[[TrunkSeen], None]) -> None:
    client = Client(settings)
    try:
        await client.connect()
        api, told = Api(client, CallLegs()), dict[str, TrunkSeen]()
        while True:
            for trunk in trunks:
                seen = await look(api, trunk)
                if told.get(trunk) != seen:
                    told[trunk] = seen
                    tell(seen)
            await asyncio.sleep(EVERY)
    finally:
        await client.close()


async def look(api: Api, trunk: str) -> TrunkSeen:
    return read(trunk, await api.ask(f"look at {trunk}", "sofia", "xmlstatus", "gateway", word(trunk)))


async def findings(api: Api, trunks: tuple[str, ...]) -> AsyncIterator[Finding]:
    """One that has not been asked yet is taken for alive, as FreeSWITCH does."""
    for finding in of_trunks({trunk: (await look(api, trunk)).status is not TrunkStatus.DOWN for trunk in trunks}):
        yield finding


def read(trunk: str, reply: str) -> TrunkSeen:
    """Until it was asked the first time FreeSWITCH takes a gateway for up; one that it does not know is down."""
    try:
        gateway = ET.fromstring(reply.strip())
    except ET.ParseError:
        return TrunkSeen(trunk, TrunkStatus.DOWN)
    status = STATUSES.get(gateway.findtext("status") or "", TrunkStatus.UNKNOWN)
    took = 0.0
    with contextlib.suppress(ValueError):
        took = float(gateway.findtext("pingtime") or 0)
    if status is TrunkStatus.UP and not took:
        status = TrunkStatus.UNKNOWN  # nobody has answered yet
    return TrunkSeen(trunk, status, took if status is TrunkStatus.UP else None)


__all__ = ["findings", "look", "observe", "read"]
