"""The PBX's tables: legs, bridges, recordings. Only the switch changes them."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

from cordpair.acd.inputs import Stamp
from cordpair.pbx import Capability, Direction, Hears, SpeaksTo
from cordpair_loopback.pbx.signals import Arrival, Signal
from cordpair_loopback.pbx.timing import Handle

# Gives a signal to an application; "" is none: the leg is still in the dialplan.
Say = Callable[[str, Signal], None]

SIMULATED_LEG = frozenset(Capability) - {Capability.PHONES}  # nobody registers with it over a network


class Party(Protocol):
    """Who is at the far end of a leg: a caller, an agent's phone. Acts by timers, never from inside these calls."""

    def ringing(self, leg: "Leg") -> None:
        """The PBX says that it is ringing somewhere."""

    def answered(self, leg: "Leg") -> None: ...
    def talking(self, leg: "Leg", partners: int) -> None:
        """The number of answered partners in the leg's bridge changed."""

    def digits(self, leg: "Leg", digits: str) -> None: ...
    def transferred(self, leg: "Leg", target: str) -> None:
        """The PBX asks the far end to call ``target`` instead."""

    def ended(self, leg: "Leg", status: int, *, elsewhere: bool) -> None: ...


class Watcher(Protocol):
    """Who is told what becomes of a leg that no application controls: the other end of a trunk."""

    def saw_ringing(self) -> None: ...
    def saw_answer(self) -> None: ...
    def saw_digit(self, digit: str) -> None: ...
    def saw_end(self, status: int) -> None:
        """``status`` 0: this PBX died, and tells nobody."""


class SwitchError(Exception):
    """A command that the switch does not take, with the status it would answer over HTTP."""

    def __init__(self, status: int, text: str) -> None:
        super().__init__(text)
        self.status = status


@dataclass(slots=True)
class Spying:
    target: str
    hears: Hears
    speaks_to: SpeaksTo


@dataclass(slots=True, eq=False)
class Leg:
    id: str
    app: str
    party: Party
    endpoint: str
    arrival: Arrival | None = None  # of an incoming leg
    answered: bool = False
    ringing: bool = False
    ended: bool = False
    talking: int = 0
    stamp: Stamp | None = None
    caller: tuple[str, str] = ("", "")  # number and name shown on an outgoing leg
    originator: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    variables: dict[str, str] = field(default_factory=dict)
    bridge: str | None = None
    music: str | None = None
    ring_tone: bool = False  # answered, and hears that another phone is rung
    plays: dict[str, tuple[str, Handle]] = field(default_factory=dict)
    muted: set[Direction] = field(default_factory=set)
    spying: Spying | None = None
    digits_sent: str = ""
    timers: list[Handle] = field(default_factory=list)
    capabilities: frozenset[Capability] = SIMULATED_LEG
    watcher: Watcher | None = None


@dataclass(slots=True, eq=False)
class Bridge:
    id: str
    app: str
    stamp: Stamp | None
    legs: list[str] = field(default_factory=list)


@dataclass(slots=True, eq=False)
class Recording:
    id: str
    app: str
    target: str
    started_at: int
    masked_since: int | None = None
    masked_ms: int = 0


__all__ = ["SIMULATED_LEG", "Bridge", "Leg", "Party", "Recording", "Say", "Spying", "SwitchError", "Watcher"]
