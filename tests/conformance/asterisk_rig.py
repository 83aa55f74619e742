"""The suite's rig on a real Asterisk: SIP callers and phones, and a wire between driver and PBX that can be cut."""

import asyncio
import secrets
from contextlib import suppress
from urllib.parse import urlsplit, urlunsplit

from conformance.sip import Agent
from conformance.sip_people import Caller, Phone
from conformance.voices import VOICES
from cordpair.ids import NodeId
from cordpair.pbx import Driver
from cordpair.testing.conformance import Does, RealTime
from cordpair_asterisk import factory
from lab.asterisk import AsteriskLab
from lab.render import TRUNK_ADDRESS

SETTLE_S = 10.0


class Wire:
    """A TCP relay: what goes through it ends when it is cut."""

    def __init__(self, host: str, port: int) -> None:
        self._far = host, port
        self._server: asyncio.Server | None = None
        self._writers: set[asyncio.StreamWriter] = set()
        self.port = 0

    async def open(self) -> None:
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]

    def cut(self) -> None:
        for writer in list(self._writers):
            writer.transport.abort()

    async def close(self) -> None:
        self.cut()
        if self._server is not None:
            self._server.close()
            await self._server.wait_closed()

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            far_reader, far_writer = await asyncio.open_connection(*self._far)
        except OSError:
            writer.transport.abort()
            return
        self._writers |= {writer, far_writer}
        try:
            await asyncio.gather(self._pump(reader, far_writer), self._pump(far_reader, writer))
        finally:
            self._writers -= {writer, far_writer}

    @staticmethod
    async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            while data := await reader.read(65536):
                writer.write(data)
                await writer.drain()
        writer.close()


class AsteriskRig:
    cell = "main"
    unknown_seat = "nobody"
    medium = "cordpair/welcome"
    missing_medium = "no-such-prompt"

    def __init__(self, lab: AsteriskLab) -> None:
        self.lab = lab
        self.token = f"t{secrets.token_hex(3)}"
        self.time = RealTime()
        self.seats = tuple(agent.number for agent in lab.agents)
        self._pbx = "127.0.0.1", lab.sip_port
        self.target = f"sip:4799@{TRUNK_ADDRESS}"
        self._callers: dict[str, Caller] = {}
        self._phones = {
            agent.number: Phone(agent.number, agent.password, self._pbx, voice)
            for agent, voice in zip(lab.agents, VOICES, strict=False)
        }
        url = urlsplit(lab.ari_url)
        assert url.hostname and url.port
        self._wire = Wire(url.hostname, url.port)
        self._url = url

    async def open(self) -> None:
        await self._wire.open()
        for phone in self._phones.values():
            phone.changed = self.time.changed
            await phone.open()
            await phone.register()
        await self._until_reachable()

    async def close(self) -> None:
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
        for channel in await self.lab.channels():
            with suppress(Exception):
                await self.lab.ari("DELETE", f"channels/{channel['id']}")
        for bridge in await self.lab.bridges():
            with suppress(Exception):
                await self.lab.ari("DELETE", f"bridges/{bridge['id']}")
        left = await self.lab.until_empty()
        assert left == (0, 0), left
        for caller in self._callers.values():
            caller.close()
        self._callers.clear()
        for phone in self._phones.values():
            await phone.register()
        await self._until_reachable()

    def driver(self, cell: str | None = None) -> Driver:
        user, _, _ = self._url.netloc.rpartition("@")
        url = urlunsplit(self._url._replace(netloc=f"{user}@127.0.0.1:{self._wire.port}"))
        return factory(NodeId("asterisk"), url, cell or self.cell, (*self.seats, self.unknown_seat))

    # ------------------------------------------------------------ callers

    async def call(self, dialled: str, number: str) -> str:
        caller = self._callers[number] = Caller(number, TRUNK_ADDRESS, self._pbx, self._free_voice())
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
        people: dict[str, Agent] = {**self._callers, **self._phones}
        names = {str(one.voice): key for key, one in people.items()}
        return frozenset(names.get(voice, voice) for voice in people[person].heard())

    def _free_voice(self) -> int:
        return VOICES[len(self._phones) + len(self._callers)]

    # ------------------------------------------------------------ bad luck

    async def cut_link(self, driver: Driver) -> None:
        self._wire.cut()

    async def restart_pbx(self) -> None:
        await self.lab.restart(hard=True)
        for phone in self._phones.values():
            await phone.register()

    async def _until_reachable(self) -> None:
        async with asyncio.timeout(SETTLE_S):
            for seat in self.seats:
                while await self.lab.seat_state(seat) != "NOT_INUSE":
                    await asyncio.sleep(0.02)  # sleep: Asterisk tells an outside observer nothing


__all__ = ["AsteriskRig"]
