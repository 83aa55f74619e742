"""The suite's rig on any PBX that speaks SIP: callers and phones of our own, and a wire that can be cut."""

import asyncio
import secrets
import time
from contextlib import suppress
from urllib.parse import urlsplit, urlunsplit

from cordpair.acd.causes import Cause, SeatStatus
from cordpair.errors import CordpairError
from cordpair.ids import NodeId
from cordpair.pbx import Capability, Driver, PbxError, make_driver
from cordpair.testing.conformance.rig import NotPossible
from cordpair.testing.conformance.sip_pbx import SipPbx
from cordpair.testing.conformance.waiting import RealTime
from cordpair.testing.conformance.wire import Wire
from cordpair.testing.people import VOICES, Caller, Does, NotRegistered, Phone, UserAgent, own_address

SETTLE_S = 10.0
RESTART_S = 60.0


class RigFailed(CordpairError):
    """The PBX is not as the suite needs it; nothing is said about the driver."""


class SipRig:
    """``open`` it once, ``reset`` it after every scenario, ``close`` it.

    What a laboratory can do better than any PBX allows is a method to override: ``new_driver`` (for a driver without an
    entry point), ``clear_up`` (end whatever is left, by force), ``until_seats_are_known`` and ``restart``.
    """

    def __init__(self, pbx: SipPbx) -> None:
        self.pbx = pbx
        self.token = f"t{secrets.token_hex(3)}"
        self.time = RealTime()
        self.cell = pbx.cell
        self.dialled = pbx.dialled
        self.unknown_seat = pbx.unknown_seat
        self.medium, self.missing_medium, self.music = pbx.prompt, pbx.missing_prompt, pbx.music
        self.seats = tuple(seat.name for seat in pbx.seats)
        self._caller_sip = pbx.caller_sip or pbx.phone_sip
        self._caller_address = pbx.caller_address or own_address(self._caller_sip)
        self.target = pbx.target or f"sip:4799@{self._caller_address}"
        self._callers: dict[str, Caller] = {}
        self._phones = {seat: self._phone(place) for place, seat in enumerate(self.seats)}
        self._url = urlsplit(pbx.url)
        self._wire = Wire(str(self._url.hostname), int(self._url.port or 0))

    def _phone(self, place: int) -> Phone:
        pbx, seat = self.pbx, self.pbx.seats[place]
        host = pbx.phone_address or own_address(pbx.phone_sip)
        domain = pbx.domain or f"{pbx.phone_sip[0]}:{pbx.phone_sip[1]}"
        return Phone((seat.user, seat.password), domain, host, pbx.phone_sip, VOICES[place], pbx.music_tones)

    async def open(self) -> None:
        """Raises NotRegistered, RigFailed or a PbxError that says what is wrong with the PBX."""
        await self._wire.open()
        for phone in self._phones.values():
            phone.changed = self.time.changed
            await phone.open()
            await phone.register()
        await self.until_seats_are_known()

    async def close(self) -> None:
        for phone in self._phones.values():
            if phone.socket is not None:
                with suppress(NotRegistered):
                    await phone.register(0)
        await self._wire.close()
        for person in [*self._callers.values(), *self._phones.values()]:
            person.close()

    async def reset(self) -> None:
        """Everybody hangs up; phones answer again."""
        for caller in self._callers.values():
            caller.hang_up()
        for phone in self._phones.values():
            phone.hang_up()
            phone.reset()
        await self.clear_up()
        for caller in self._callers.values():
            caller.close()
        self._callers.clear()
        for phone in self._phones.values():
            await phone.register()
        await self.until_seats_are_known()

    # ------------------------------------------------------------ the driver

    def driver(self, cell: str | None = None) -> Driver:
        login, at, _ = self._url.netloc.rpartition("@")
        url = urlunsplit(self._url._replace(netloc=f"{login}{at}127.0.0.1:{self._wire.port}"))
        return self.new_driver(url, cell or self.cell)

    def new_driver(self, url: str, cell: str) -> Driver:
        return make_driver(NodeId(self.pbx.node), url, cell, (*self.seats, self.unknown_seat))

    # ------------------------------------------------------------ what a laboratory may do better

    async def clear_up(self) -> None:
        """End what is left of our cell's on the PBX: here, by the driver itself."""
        driver = self.driver()
        try:
            async with asyncio.timeout(SETTLE_S):
                await driver.open(lambda _: self.time.changed())
                while (snapshot := await driver.snapshot()).legs or snapshot.bridges:
                    for leg in snapshot.legs:
                        with suppress(PbxError):
                            await driver.hang_up(leg.leg, Cause.NORMAL)
                    for bridge in snapshot.bridges:
                        with suppress(PbxError):
                            await driver.release(bridge.bridge)
                    await asyncio.sleep(0.1)  # sleep: the end of a call takes a moment
        except TimeoutError:
            raise RigFailed(f"calls of the scenario before are left on the PBX after {SETTLE_S:.0f} s") from None
        finally:
            await driver.close()

    async def until_seats_are_known(self) -> None:
        """Return when the PBX takes every phone as reachable: here, as the driver tells it."""
        driver = self.driver()
        waiting = set(self.seats)
        try:
            async with asyncio.timeout(SETTLE_S):
                await driver.open(lambda _: self.time.changed())
                while Capability.SEAT_STATUS in driver.capabilities() and waiting:
                    known = (await driver.snapshot()).seats
                    waiting = {seat for seat in self.seats if known.get(seat) is not SeatStatus.REACHABLE}
                    await asyncio.sleep(0.05 if waiting else 0)  # sleep: some PBXs look at phones from time to time
        except TimeoutError:
            raise RigFailed(
                f"not reachable {SETTLE_S:.0f} s after its phone registered: {', '.join(sorted(waiting))}"
            ) from None
        finally:
            await driver.close()

    async def restart(self) -> None:
        """End the PBX as a power cut would, and return when calls can come again."""
        if not self.pbx.restart:
            raise NotPossible("no command was given that restarts the PBX")
        process = await asyncio.create_subprocess_shell(self.pbx.restart, stdin=asyncio.subprocess.DEVNULL)
        if status := await process.wait():
            raise RigFailed(f"the command that restarts the PBX ended with status {status}")
        await self._until_the_pbx_answers()

    async def _until_the_pbx_answers(self) -> None:
        ends = time.monotonic() + RESTART_S
        while True:
            driver = self.driver()
            try:
                await driver.open(lambda _: None)
                await self._phones[self.seats[0]].register()
                return
            except (PbxError, NotRegistered) as why:
                if time.monotonic() > ends:
                    raise RigFailed(f"the PBX is not back {RESTART_S:.0f} s after its restart: {why}") from why
                await asyncio.sleep(0.2)  # sleep: a starting PBX tells nothing
            finally:
                await driver.close()

    # ------------------------------------------------------------ callers

    async def call(self, dialled: str, number: str) -> str:
        voice = VOICES[len(self._phones) + len(self._callers)]
        caller = Caller(number, self._caller_address, self._caller_sip, voice, self.pbx.music_tones)
        self._callers[number] = caller
        caller.changed = self.time.changed
        await caller.dial(dialled)
        return number

    async def caller_hangs_up(self, caller: str) -> None:
        self._callers[caller].hang_up()

    async def caller_presses(self, caller: str, digits: str) -> None:
        self._callers[caller].press(digits)

    def caller_status(self, caller: str) -> int | None:
        return self._callers[caller].status

    def caller_was_sent_to(self, caller: str) -> str:
        return self._callers[caller].sent_to

    # ------------------------------------------------------------ phones

    async def phone(self, seat: str, does: Does) -> None:
        self._phones[seat].does = does

    async def phone_hangs_up(self, seat: str) -> None:
        self._phones[seat].hang_up()

    async def phone_unregisters(self, seat: str) -> None:
        await self._phones[seat].register(0)

    async def phone_registers(self, seat: str) -> None:
        await self._phones[seat].register()

    def phone_rung(self, seat: str) -> int:
        return self._phones[seat].rung

    def phone_shows(self, seat: str) -> tuple[str, str]:
        return self._phones[seat].shows

    def phone_told_elsewhere(self, seat: str) -> bool:
        return self._phones[seat].told_elsewhere

    def phone_heard(self, seat: str) -> str:
        return self._phones[seat].digits

    # ------------------------------------------------------------ ears

    def heard_by(self, person: str) -> frozenset[str]:
        people: dict[str, UserAgent] = {**self._callers, **self._phones}
        names = {str(one.voice): key for key, one in people.items()}
        return frozenset(names.get(voice, voice) for voice in people[person].heard())

    # ------------------------------------------------------------ bad luck

    async def cut_link(self, driver: Driver) -> None:
        self._wire.cut()

    async def restart_pbx(self) -> None:
        await self.restart()
        for phone in self._phones.values():
            await phone.register()


__all__ = ["RigFailed", "SipRig"]
