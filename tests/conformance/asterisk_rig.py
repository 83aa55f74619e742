"""The suite's rig on a private Asterisk of the lab's."""

import asyncio
from contextlib import suppress

from cordpair.ids import NodeId
from cordpair.pbx import Driver
from cordpair.testing.conformance import Seat, SipPbx, SipRig
from cordpair.testing.people import MUSIC
from cordpair_asterisk import factory
from lab.asterisk import AsteriskLab
from lab.render import PHONE_ADDRESS, TRUNK_ADDRESS

SETTLE_S = 10.0


class AsteriskRig(SipRig):
    """What a lab may do, and an integrator's PBX does not allow: end by force, look at seats from aside, restart."""

    def __init__(self, lab: AsteriskLab, transport: str = "") -> None:
        self.lab = lab
        super().__init__(
            SipPbx(
                url=lab.ari_url + (f"?transport={transport}" if transport else ""),
                phone_sip=("127.0.0.1", lab.sip_port),
                seats=[Seat(agent.number, agent.password) for agent in lab.agents],
                caller_address=TRUNK_ADDRESS,
                phone_address=PHONE_ADDRESS,
                node="asterisk",
                music_tones=MUSIC,
            )
        )

    def new_driver(self, url: str, cell: str) -> Driver:
        return factory(NodeId("asterisk"), url, cell, (*self.seats, self.unknown_seat))

    async def clear_up(self) -> None:
        for channel in await self.lab.channels():
            with suppress(Exception):
                await self.lab.ari("DELETE", f"channels/{channel['id']}")
        for bridge in await self.lab.bridges():
            with suppress(Exception):
                await self.lab.ari("DELETE", f"bridges/{bridge['id']}")
        left = await self.lab.until_empty()
        assert left == (0, 0), left

    async def until_seats_are_known(self) -> None:
        async with asyncio.timeout(SETTLE_S):
            for seat in self.seats:
                while await self.lab.seat_state(seat) != "NOT_INUSE":
                    await asyncio.sleep(0.02)  # sleep: Asterisk tells an outside observer nothing

    async def restart(self) -> None:
        await self.lab.restart(hard=True)


__all__ = ["AsteriskRig"]
