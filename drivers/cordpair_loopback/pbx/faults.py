"""Faults that a test plants into the link: each strikes the next command of its kind, once."""

from collections import defaultdict, deque
from enum import StrEnum

import msgspec


class FaultKind(StrEnum):
    REFUSE = "refuse"  # not done; Refused
    GONE = "gone"  # not done; LegGone
    TIME_OUT = "time_out"  # not done; CommandTimedOut
    LOSE_REPLY = "lose_reply"  # done; CommandTimedOut
    HANG = "hang"  # not done; no answer ever, until the command is cancelled
    DELAY = "delay"  # done after a while, answered then
    DELAY_REPLY = "delay_reply"  # done at once, answered after a while: inputs overtake the answer
    CALLER_GOES = "caller_goes"  # join only: accepted, but the caller had just hung up and is never in


class Fault(msgspec.Struct, frozen=True):
    kind: FaultKind
    delay_ms: int = 0


class Faults:
    def __init__(self) -> None:
        self._planted: defaultdict[str, deque[Fault]] = defaultdict(deque)

    def plant(self, command: str, kind: FaultKind, *, delay_ms: int = 0, times: int = 1) -> None:
        """``command`` is the name of a method of the driver port, such as ``join``."""
        self._planted[command].extend([Fault(kind, delay_ms)] * times)

    def take(self, command: str) -> Fault | None:
        planted = self._planted.get(command)
        return planted.popleft() if planted else None

    def left(self) -> int:
        return sum(map(len, self._planted.values()))


__all__ = ["Fault", "FaultKind", "Faults"]
