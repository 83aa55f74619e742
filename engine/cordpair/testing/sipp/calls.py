"""What callers are to do, and what became of each call: read from the log that the scenarios write."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

REQUEST_TERMINATED = 487
ENDINGS = ("far-bye", "near-bye", "refused", "cancelled")


@dataclass(frozen=True)
class Account:
    """Of a phone on the PBX."""

    number: str
    password: str = field(repr=False)


@dataclass(frozen=True)
class Plan:
    """What one caller does."""

    dialled: str
    caller: str = "03012345678"
    cancel_after: float | None = None
    """Seconds after the INVITE at which a caller who was not answered gives up."""
    hang_up_after: float | None = None
    """Seconds after the answer at which the caller hangs up; None waits for the far side."""
    agent: Account | None = None
    """Call from this agent's phone, with its credentials, instead of from the trunk."""
    digits: str = ""
    """Pressed some time after the answer."""


@dataclass(frozen=True)
class Call:
    """What became of one call, seen from this end. Times are Unix seconds."""

    key: str
    """The plan's number for a caller, the agent's number for a phone."""
    call_id: str
    dialled: str = ""
    caller: str = ""
    started: float = 0.0
    ringing: float | None = None
    early: float | None = None
    answered: float | None = None
    ended: float | None = None
    ending: str = "open"
    """far-bye, near-bye, refused, cancelled, or open: SIPp saw no end (or an end it did not understand)."""
    status: int | None = None
    """The SIP status of a refusal."""
    stopped: float | None = None
    """We told the caller to end the call."""
    more: str = ""
    """A Reason header, or what a phone saw in the INVITE: `context=... from=...`."""


@dataclass(frozen=True)
class Report:
    calls: tuple[Call, ...]
    exit_status: int | None
    errors: str
    lines: Mapping[str, int] = field(default_factory=dict)
    """How often each thing was logged: more often than there are calls, where a message is repeated or two cross."""

    def count(self, ending: str) -> int:
        return self.endings[ending]

    @property
    def endings(self) -> Counter[str]:
        return Counter(call.ending for call in self.calls)

    @property
    def answered(self) -> int:
        return sum(call.answered is not None for call in self.calls)


def read(log: str, plans: Sequence[Plan]) -> tuple[Call, ...]:
    """The log's lines, folded into one call each."""
    calls: dict[str, Call] = {}
    for key, what, call_id, at, more in _lines(log):
        calls[call_id] = _fold(calls.get(call_id) or Call(key, call_id), what, at, more)
    if not plans:
        return tuple(calls.values())
    return tuple(replace(c, dialled=plans[int(c.key)].dialled, caller=plans[int(c.key)].caller) for c in calls.values())


def count_lines(log: str) -> Counter[str]:
    """Of each kind."""
    return Counter(what for _, what, _, _, _ in _lines(log))


def _lines(log: str) -> Iterator[tuple[str, str, str, float, str]]:
    """Whole lines ``CP key what call-id date time epoch [more]``; SIPp may be writing the last."""
    for line in log.splitlines(keepends=True):
        parts = line.split(maxsplit=7)
        if len(parts) >= 7 and parts[0] == "CP" and line.endswith("\n"):
            yield parts[1], parts[2], parts[3], float(parts[6]), parts[7].rstrip() if len(parts) > 7 else ""


def _fold(call: Call, what: str, at: float, more: str) -> Call:
    match what:
        case "start" | "invite":
            return replace(call, started=at, more=more)
        case "ringing":
            return call if call.ringing else replace(call, ringing=at)
        case "early":
            return call if call.early else replace(call, early=at)
        case "answered":
            return call if call.answered else replace(call, answered=at)
        case "stopped":
            return call if call.stopped or call.ended else replace(call, stopped=at)
        case _ if call.ended:
            return call
        case "refused" if int(more) == REQUEST_TERMINATED:
            return replace(call, ended=at, ending="cancelled")
        case "refused":
            return replace(call, ended=at, ending=what, status=int(more))
        case _ if what in ENDINGS:
            return replace(call, ended=at, ending=what, more=f"{call.more} {more}".strip())
        case _:
            return call


__all__ = ["ENDINGS", "Account", "Call", "Plan", "Report", "count_lines", "read"]
