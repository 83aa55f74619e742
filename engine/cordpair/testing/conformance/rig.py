"""What the author of a driver provides: a PBX, people on its far side, and the means to break things."""

from collections.abc import Callable, Sequence
from typing import Protocol

from cordpair.pbx import Driver
from cordpair.testing.people import ANSWERS, BUSY, DEAD, NEVER_ANSWERS, REJECTS, UNAVAILABLE, Does


class NotPossible(Exception):
    """This rig has no means for that: the scenario is not run, and nothing is said about the driver."""


class Time(Protocol):
    """How a scenario waits; see ``waiting``."""

    def changed(self) -> None:
        """Something happened: look at the conditions again."""

    async def until(self, condition: Callable[[], bool], timeout_ms: int) -> bool: ...
    async def elapse(self, ms: int) -> None: ...


class Rig(Protocol):
    """One PBX with people. Every scenario gets a rig on which nothing is going on.

    A caller is called by the key that ``call`` returned, a phone by its endpoint.
    """

    token: str  # begins the ids of this run, so that they meet no other run's
    cell: str
    dialled: str  # a number that leads to the application
    unknown_seat: str
    medium: str  # a prompt of at least half a second
    missing_medium: str
    music: str  # a name of music
    target: str  # where a caller may be redirected or transferred to

    @property
    def time(self) -> Time: ...

    @property
    def seats(self) -> Sequence[str]:
        """At least three endpoints, registered, that answer."""

    def driver(self, cell: str | None = None) -> Driver:
        """A new driver for the rig's application, or for another cell's; not opened."""

    # ------------------------------------------------------------ callers

    async def call(self, dialled: str, number: str) -> str:
        """A caller dials. Returns when the call was sent; the caller's number is ``number``."""

    async def caller_hangs_up(self, caller: str) -> None: ...
    async def caller_presses(self, caller: str, digits: str) -> None: ...
    def caller_status(self, caller: str) -> int | None:
        """The final status of a call that was refused or moved, as the caller's phone saw it."""

    def caller_was_sent_to(self, caller: str) -> str:
        """The target of a redirect or transfer, ``""`` without one."""

    # ------------------------------------------------------------ phones

    async def phone(self, seat: str, does: Does) -> None:
        """From now on."""

    async def phone_hangs_up(self, seat: str) -> None: ...
    async def phone_unregisters(self, seat: str) -> None: ...
    async def phone_registers(self, seat: str) -> None: ...
    def phone_rung(self, seat: str) -> int:
        """How many times it was rung in this scenario."""

    def phone_shows(self, seat: str) -> tuple[str, str]:
        """The caller's number and the X-Context-Id of the last call to it."""

    def phone_told_elsewhere(self, seat: str) -> bool:
        """The last call to it ended with "answered elsewhere"."""

    def phone_heard(self, seat: str) -> str:
        """Digits that came from the PBX."""

    # ------------------------------------------------------------ ears

    def heard_by(self, person: str) -> frozenset[str]:
        """Whom a caller or phone hears now: keys of callers, endpoints, ``music``. Everybody speaks all the time."""

    # ------------------------------------------------------------ bad luck

    async def cut_link(self, driver: Driver) -> None:
        """The connection of this driver ends; calls go on. It can be opened again at once."""

    async def restart_pbx(self) -> None:
        """The PBX dies and is there again when this returns, phones registered. May raise NotPossible."""


__all__ = ["ANSWERS", "BUSY", "DEAD", "NEVER_ANSWERS", "REJECTS", "UNAVAILABLE", "Does", "NotPossible", "Rig", "Time"]
