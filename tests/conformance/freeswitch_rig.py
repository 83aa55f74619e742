"""The suite's rig on a private FreeSWITCH of the lab's."""

import asyncio

from cordpair.testing.conformance import Seat, SipPbx, SipRig
from cordpair.testing.people import MUSIC
from lab.freeswitch import FreeSwitchLab
from lab.render import PHONE_ADDRESS, TRUNK_ADDRESS

SETTLE_S = 10.0


class FreeSwitchRig(SipRig):
    """What a lab may do, and an integrator's PBX does not allow: end by force, look at seats from aside, restart."""

    def __init__(self, lab: FreeSwitchLab, transport: str = "") -> None:
        self.lab = lab
        super().__init__(
            SipPbx(
                url=lab.url + (f"?transport={transport}" if transport else ""),
                phone_sip=("127.0.0.1", lab.sip_port),
                caller_sip=("127.0.0.1", lab.trunk_port),
                seats=[Seat(agent.number, agent.password) for agent in lab.agents],
                caller_address=TRUNK_ADDRESS,
                phone_address=PHONE_ADDRESS,
                node="freeswitch",
                music_tones=MUSIC,
            )
        )

    async def clear_up(self) -> None:
        await self.lab.hang_up_all()
        left = await self.lab.until_empty()
        assert left == (0, 0), left

    async def until_seats_are_known(self) -> None:
        async with asyncio.timeout(SETTLE_S):
            for seat in self.seats:
                while await self.lab.seat_state(seat) != "Reachable":
                    await asyncio.sleep(0.02)  # sleep: FreeSWITCH tells an outside observer nothing

    async def restart(self) -> None:
        await self.lab.restart(hard=True)


__all__ = ["FreeSwitchRig"]
