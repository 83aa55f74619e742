"""A run as a partial order: what each role saw, in order, and which of it came before which.

PBXs report the two legs of a bridge in either order, so a total order would differ from run to run. What a driver
promises is the sequence of each leg, and the edges that a scenario's golden trace declares.
"""

import msgspec

from cordpair.acd.inputs import (
    Digit,
    DriverInput,
    Joined,
    Left,
    LegAnswered,
    LegArrived,
    LegEnded,
    LegRinging,
    PlayEnded,
    RecordingEnded,
    SeatChanged,
)

Step = tuple[str, str]  # role, what it saw


class Golden(msgspec.Struct, frozen=True):
    lanes: dict[str, tuple[str, ...]]
    edges: tuple[tuple[Step, Step], ...] = ()


class Trace:
    """Steps in the order in which they were seen; ids are renamed to the roles a scenario gave them."""

    def __init__(self) -> None:
        self.steps: list[Step] = []
        self.roles: dict[str, str] = {}
        self.ignored: set[str] = {"seat"}

    def name(self, identifier: str, role: str) -> None:
        self.roles[identifier] = role

    def note(self, role: str, word: str) -> None:
        self.steps.append((role, word))

    def record(self, seen: DriverInput) -> None:
        step = self._step(seen)
        if step is not None and step[1].partition(" ")[0] not in self.ignored:
            self.steps.append(step)

    def lanes(self) -> dict[str, tuple[str, ...]]:
        lanes: dict[str, list[str]] = {}
        for role, word in self.steps:
            lanes.setdefault(role, []).append(word)
        return {role: tuple(words) for role, words in lanes.items()}

    def differences(self, golden: Golden) -> list[str]:
        """Nothing when the run is equal to the golden trace."""
        lanes, found = self.lanes(), []
        for role in sorted(lanes.keys() | golden.lanes.keys()):
            seen, wanted = lanes.get(role, ()), golden.lanes.get(role, ())
            if seen != wanted:
                found.append(f"{role}: saw [{', '.join(seen)}], golden is [{', '.join(wanted)}]")
        for before, after in golden.edges:
            if before in self.steps and after in self.steps and self.steps.index(before) > self.steps.index(after):
                found.append(f"{' '.join(after)} came before {' '.join(before)}")
        return found

    def _role(self, identifier: str) -> str:
        return self.roles.get(identifier, f"unknown {identifier}")

    def _step(self, seen: DriverInput) -> Step | None:
        match seen:
            case LegArrived():
                return self._role(seen.leg), "arrived"
            case LegRinging():
                return self._role(seen.leg), "ringing"
            case LegAnswered():
                return self._role(seen.leg), "answered"
            case LegEnded():
                return self._role(seen.leg), f"ended {seen.cause}"
            case Digit():
                return self._role(seen.leg), f"digit {seen.digit}"
            case Joined():
                return self._role(seen.leg), f"joined {self._role(seen.bridge)}"
            case Left():
                return self._role(seen.leg), f"left {self._role(seen.bridge)}"
            case PlayEnded():
                return self._role(seen.leg), f"{self._role(seen.play)} {'ended' if seen.ok else 'failed'}"
            case RecordingEnded():
                return self._role(seen.recording), "ended" if seen.ok else "failed"
            case SeatChanged():
                return self._role(seen.endpoint), f"seat {seen.status}"
            case _:
                return "driver", f"unexpected {type(seen).__name__}"


def parse(text: str) -> dict[str, Golden]:
    """Golden traces as people write them: a name, then indented ``role: word, word`` and ``role word < role word``."""
    found: dict[str, Golden] = {}
    name, lanes, edges = "", dict[str, tuple[str, ...]](), list[tuple[Step, Step]]()
    for line in [*filter(str.strip, text.splitlines()), "."]:
        if not line[0].isspace():
            if name:
                found[name] = Golden(lanes, tuple(edges))
            name, lanes, edges = line.strip(), {}, []
        elif " < " in line:
            before, _, after = line.strip().partition(" < ")
            edges.append((_split(before), _split(after)))
        else:
            role, _, words = line.strip().partition(": ")
            lanes[role] = tuple(words.split(", "))
    return found


def _split(step: str) -> Step:
    role, _, word = step.partition(" ")
    return role, word


__all__ = ["Golden", "Step", "Trace", "parse"]
