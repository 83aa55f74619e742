"""The conformance suite's rig on the PBX inside the process: found by the entry-point group ``cordpair.rigs``.

The suite gives the clock and the means to wait; nothing of it is imported here.
"""

from typing import Generic, Protocol, TypeVar

from cordpair.ids import NodeId
from cordpair.pbx import Driver
from cordpair_loopback.config import parse
from cordpair_loopback.driver import LoopbackDriver
from cordpair_loopback.pbx import Behaviour, Call, LoopbackPbx, Phone
from cordpair_loopback.pbx.timing import Clock

Waits = TypeVar("Waits")


class Does(Protocol):
    """What a phone is to do, as the suite says it."""

    @property
    def rings(self) -> bool: ...
    @property
    def after_ms(self) -> int | None: ...
    @property
    def status(self) -> int: ...


class LoopbackRig(Generic[Waits]):
    token = "run"
    cell = "main"
    seats = ("101", "102", "103")
    dialled = "4711"
    unknown_seat = "199"
    medium = "hello"
    missing_medium = "no-such-prompt"
    music = "default"
    target = "4799"

    def __init__(self, clock: Clock, time: Waits) -> None:
        self.time = time
        self.pbx = LoopbackPbx(clock, phones=self.seats, app=self.cell)
        self.pbx.switch.missing_media.add(self.missing_medium)
        self._calls: dict[str, Call] = {}
        for phone in self.pbx.phones.values():
            phone.behaviour = Behaviour(answer_after_ms=50)

    def driver(self, cell: str | None = None) -> Driver:
        return LoopbackDriver(NodeId("loopback"), self.pbx, cell or self.cell, (*self.seats, self.unknown_seat))

    async def call(self, dialled: str, number: str) -> str:
        self._calls[number] = self.pbx.call(dialled, number=number)
        return number

    async def caller_hangs_up(self, caller: str) -> None:
        self._calls[caller].hang_up()

    async def caller_presses(self, caller: str, digits: str) -> None:
        self._calls[caller].press(digits)

    def caller_status(self, caller: str) -> int | None:
        return self._calls[caller].status

    def caller_was_sent_to(self, caller: str) -> str:
        return self._calls[caller].transferred_to

    async def phone(self, seat: str, does: Does) -> None:
        self._phone(seat).behaviour = Behaviour(
            ring_after_ms=0 if does.rings else None, answer_after_ms=does.after_ms, status=does.status
        )

    async def phone_hangs_up(self, seat: str) -> None:
        self._phone(seat).hang_up()

    async def phone_unregisters(self, seat: str) -> None:
        self._phone(seat).unregister()

    async def phone_registers(self, seat: str) -> None:
        self._phone(seat).register()

    def phone_rung(self, seat: str) -> int:
        return self._phone(seat).rung

    def phone_shows(self, seat: str) -> tuple[str, str]:
        leg = self._phone(seat).legs[-1]
        return leg.caller[0], leg.headers.get("X-Context-Id", "")

    def phone_told_elsewhere(self, seat: str) -> bool:
        last = self._phone(seat).last_end
        return last is not None and last[1]

    def phone_heard(self, seat: str) -> str:
        return self._phone(seat).digits_heard

    def heard_by(self, person: str) -> frozenset[str]:
        people = {call.leg: key for key, call in self._calls.items()}
        people |= {leg.id: seat for seat, phone in self.pbx.phones.items() for leg in phone.legs}
        heard: set[str] = set()
        for leg in [leg for leg, whose in people.items() if whose == person and leg in self.pbx.switch.legs]:
            heard |= self.pbx.switch.taps.heard_by(leg)
        return frozenset(people.get(one, one.partition(":")[0]) for one in heard)

    async def cut_link(self, driver: Driver) -> None:
        self.pbx.cut_link()

    async def restart_pbx(self) -> None:
        self.pbx.restart()

    def _phone(self, seat: str) -> Phone:
        return self.pbx.phones[seat]


def rig(url: str, clock: Clock, time: Waits) -> LoopbackRig[Waits]:
    """The entry point. Raises ConfigurationError for a URL that is none of ours."""
    parse(url)
    return LoopbackRig(clock, time)


__all__ = ["LoopbackRig", "rig"]
