"""The loopback PBX with browsers for people."""

from conformance.web_people import Browser, Caller, Phone
from cordpair.ids import NodeId
from cordpair.testing import ManualClock
from cordpair.testing.conformance import ManualTime
from cordpair_loopback import LoopbackDriver
from cordpair_loopback.rig import Does, LoopbackRig


class WebRig(LoopbackRig[ManualTime]):
    def __init__(self) -> None:
        self.clock = ManualClock()
        super().__init__(self.clock, ManualTime(self.clock))
        self.switch = LoopbackDriver(NodeId("loopback"), self.pbx, self.cell, self.seats).sip_switch()
        self.callers: dict[str, Caller] = {}
        self.browsers = {seat: self._sits(seat) for seat in self.seats}

    def _sits(self, seat: str) -> Phone:
        return Phone(seat, self.switch, self.clock)

    @property
    def people(self) -> dict[str, Browser]:
        return {**self.callers, **self.browsers}

    async def call(self, dialled: str, number: str) -> str:
        self.callers[number] = Caller(number, dialled, self.switch, self.clock)
        return number

    async def caller_hangs_up(self, caller: str) -> None:
        self.callers[caller].leave()

    def caller_status(self, caller: str) -> int | None:
        return self.callers[caller].status

    def caller_was_sent_to(self, caller: str) -> str:
        return self.callers[caller].moved_to

    async def phone(self, seat: str, does: Does) -> None:
        self.browsers[seat].does = does

    async def phone_hangs_up(self, seat: str) -> None:
        self.browsers[seat].hang_up()

    async def phone_unregisters(self, seat: str) -> None:
        self.browsers[seat].register(0)

    async def phone_registers(self, seat: str) -> None:
        self.browsers[seat].register()

    def phone_rung(self, seat: str) -> int:
        return self.browsers[seat].rung

    def phone_shows(self, seat: str) -> tuple[str, str]:
        return self.browsers[seat].shows

    def phone_told_elsewhere(self, seat: str) -> bool:
        return self.browsers[seat].told_elsewhere

    def heard_by(self, person: str) -> frozenset[str]:
        return frozenset(self.people[person].heard())

    async def restart_pbx(self) -> None:
        self.pbx.restart()
        does = {seat: phone.does for seat, phone in self.browsers.items()}
        self.browsers = {seat: self._sits(seat) for seat in self.seats}
        for seat, phone in self.browsers.items():
            phone.does = does[seat]
        await self.time.elapse(0)
