"""What ``cordpair doctor`` asks of a driver. Optional: a driver that cannot be examined has no ``diagnose``.

A diagnosis changes nothing that stays: what it makes on the PBX to try something, it takes away again. It never
takes the application of a running engine over.
"""

from collections.abc import Callable, Iterator, Mapping
from enum import StrEnum
from typing import Protocol, runtime_checkable

import msgspec


class Level(StrEnum):
    OK = "ok"
    WARNING = "warning"  # works, but not for long or not for all
    ERROR = "error"  # calls fail, or will


class Finding(msgspec.Struct, frozen=True, omit_defaults=True):
    """One thing that was looked at. Anything but OK says why it matters and how to mend it, in a line each."""

    level: Level
    about: str  # a word or two: link, music, clock …
    what: str
    why: str = ""
    mend: str = ""


def good(about: str, what: str) -> Finding:
    return Finding(Level.OK, about, what)


def warning(about: str, what: str, why: str, mend: str) -> Finding:
    return Finding(Level.WARNING, about, what, why, mend)


def error(about: str, what: str, why: str, mend: str) -> Finding:
    return Finding(Level.ERROR, about, what, why, mend)


def of_trunks(states: Mapping[str, bool]) -> Iterator[Finding]:
    """``states``: of each trunk, whether it answers."""
    silent = sorted(name for name, answers in states.items() if not answers)
    if silent:
        what = f"{len(silent)} of {len(states)} do not answer: {', '.join(silent)}"
        why = "their calls do not come, and ours over them are refused"
        mend = "look at the peer and at what is between (uplink, VPN, firewall); a new one: `cordpair provision`"
        yield error("trunks", what, why, mend)
    elif states:
        yield good("trunks", f"{len(states)} answer")


class Wanted(msgspec.Struct, frozen=True):
    """What the configuration needs of a PBX."""

    music: tuple[str, ...] = ()
    prompts: tuple[str, ...] = ()  # media, as the PBX calls them
    browsers: tuple[str, ...] = ()  # endpoints of seats in browsers: no account before somebody signs in
    phones: tuple[str, ...] = ()  # of seats whose account the engine makes: none before their settings were fetched
    video: bool = False  # customers may want to be seen
    trunks: tuple[str, ...] = ()  # that the PBX asks whether they live


@runtime_checkable
class Diagnosable(Protocol):
    """A driver that can examine its PBX."""

    async def diagnose(self, wanted: Wanted, now_ms: Callable[[], int]) -> tuple[Finding, ...]:
        """Connects by itself, beside an engine that may be running. Raises nothing that a finding can say."""


__all__ = ["Diagnosable", "Finding", "Level", "Wanted", "error", "good", "of_trunks", "warning"]
