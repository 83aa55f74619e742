"""The driver port: what the engine asks of a PBX. Small, async, PBX-neutral.

Rules that every driver keeps (the conformance suite in ``cordpair.testing`` checks them):

- A method that returns means *accepted*, never *done*: what happened comes as inputs.
- A method raises only ``PbxError``s. It need not bound its own time: the executor does, but a driver never leaves a
  request open after it was cancelled.
- Ids of legs, bridges, plays and recordings are ours. Where one exists already, the command is taken as done.
- A leg or bridge that does not carry our cell's stamp (and did not arrive in our application) is never touched.
- Causes are normalised from the final event of the leg, never from a dial status.
- Inputs are emitted in the order in which the PBX reported them, each exactly once per link.
"""

from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Protocol

import msgspec

from cordpair.acd.causes import Cause
from cordpair.acd.inputs import DriverInput, Snapshot, Stamp
from cordpair.ids import BridgeId, LegId, NodeId, PlayId, RecordingId

Emit = Callable[[DriverInput], None]


class Capability(StrEnum):
    """What a driver, or one of its legs, can do beyond calling, answering, joining and hanging up."""

    MUSIC = "music"
    PROMPTS = "prompts"
    DIGITS = "digits"
    SEND_DIGITS = "send_digits"
    RECORD = "record"
    MASK = "mask"
    SPY = "spy"
    CONFERENCE = "conference"
    REDIRECT = "redirect"
    REFER = "refer"
    MUTE = "mute"
    ACCOUNTS = "accounts"
    PHONES = "phones"
    SEAT_STATUS = "seat_status"


# A driver that declares these is *full*; the conformance suite runs everything against it.
FULL: frozenset[Capability] = frozenset(Capability) - {Capability.ACCOUNTS, Capability.PHONES}


class Hears(StrEnum):
    """Whom a spying supervisor hears."""

    TARGET = "target"
    BOTH = "both"


class SpeaksTo(StrEnum):
    """Who hears the spying supervisor."""

    NONE = "none"
    TARGET = "target"  # whisper
    OTHER = "other"
    BOTH = "both"  # barge in


class Direction(StrEnum):
    IN = "in"  # what the PBX receives from the leg
    OUT = "out"
    BOTH = "both"


class LinkEnd(msgspec.Struct, frozen=True):
    """Why a link ended. ``fenced``: another engine took the application; do not come back."""

    reason: str
    fenced: bool = False


class OriginateRequest(msgspec.Struct, frozen=True, kw_only=True):
    """Ring ``endpoint``; ringing, answered and ended follow as inputs of ``leg``.

    ``seat@peer`` rings the seat of another PBX over the trunk that this one calls ``peer``: ringing, refusals, caller
    id and ``X-Context-Id`` pass through as if the phone were here, and so does ANSWERED_ELSEWHERE. ``number@trunk``
    rings a number of the public network in the same way. Early media (183) is ringing, and no answer.
    """

    leg: LegId
    endpoint: str
    timeout_ms: int
    stamp: Stamp
    caller_number: str = ""
    caller_name: str = ""
    originator: LegId | None = None
    headers: Mapping[str, str] = {}  # SIP headers of the INVITE, e.g. X-Context-Id
    variables: Mapping[str, str] = {}


class Driver(Protocol):
    """One PBX node."""

    node: NodeId

    def capabilities(self, leg: LegId | None = None) -> frozenset[Capability]:
        """What the driver can do, or can do to this leg."""

    # ------------------------------------------------------------ link

    async def open(self, emit: Emit) -> None:
        """Connect, set filters, subscribe. From its return on inputs flow to ``emit``. Raises LinkLost and below."""

    async def snapshot(self) -> Snapshot:
        """Everything alive that arrived in our application or bears our cell's stamp, and every seat's status.

        A caller of a gap in the link is in the first snapshot with its ``arrival``, or arrives: whom a snapshot has
        shown does not arrive once more.
        """

    async def watch(self, endpoints: tuple[str, ...]) -> None:
        """From now on the status of these seats matters, and of no others; the present link stays, if there is one.

        SeatChanged follows for each seat that was not watched before.
        """

    async def ended(self) -> LinkEnd:
        """Return when the link that ``open`` made has ended. Nothing is emitted after."""

    async def close(self) -> None:
        """Close the link; calls on the PBX go on. Safe to call twice."""

    # ------------------------------------------------------------ one leg

    async def answer(self, leg: LegId) -> None: ...
    async def ring(self, leg: LegId) -> None:
        """Let the far end know that a phone is rung: before its answer by signalling, after it by a tone, until the leg
        is joined or hears something else."""

    async def hang_up(self, leg: LegId, cause: Cause) -> None:
        """End the leg; before its answer this rejects it with ``cause``. ANSWERED_ELSEWHERE tells the phone so."""

    async def originate(self, request: OriginateRequest) -> None: ...
    async def stamp(self, leg: LegId, stamp: Stamp) -> None: ...
    async def set_variables(self, leg: LegId, variables: Mapping[str, str]) -> None: ...
    async def music(self, leg: LegId, name: str) -> None: ...
    async def stop_music(self, leg: LegId) -> None: ...
    async def play(self, leg: LegId, play: PlayId, media: str) -> None:
        """``media`` is a name the PBX knows. PlayEnded follows, also when it could not be played."""

    async def stop_play(self, leg: LegId, play: PlayId) -> None: ...
    async def send_digits(self, leg: LegId, digits: str) -> None: ...
    async def mute(self, leg: LegId, direction: Direction, on: bool) -> None: ...
    async def redirect(self, leg: LegId, target: str) -> None:
        """Before the answer: tell the caller to call ``target``, a SIP URI (302). The leg ends, NORMAL."""

    async def refer(self, leg: LegId, target: str) -> None:
        """After the answer: transfer the far end to ``target``, a SIP URI (REFER). The far end ends the leg when it is
        there; one that does not follow stays, and nothing is said of it."""

    # ------------------------------------------------------------ bridges

    async def join(self, bridge: BridgeId, legs: tuple[LegId, ...], stamp: Stamp) -> None:
        """Make the bridge if need be, stop music on the legs, put them in. ``Joined`` follows for each."""

    async def leave(self, bridge: BridgeId, legs: tuple[LegId, ...]) -> None: ...
    async def release(self, bridge: BridgeId) -> None: ...
    async def conference(self, bridge: BridgeId, legs: tuple[LegId, ...], stamp: Stamp) -> None:
        """As ``join``, for three legs and more."""

    # ------------------------------------------------------------ recording and listening

    async def record(self, recording: RecordingId, target: LegId | BridgeId) -> None:
        """Record the leg's or the bridge's audio. RecordingEnded follows when it ends."""

    async def mask(self, recording: RecordingId) -> None:
        """Write silence from now on; the timeline is kept."""

    async def unmask(self, recording: RecordingId) -> None: ...
    async def stop_record(self, recording: RecordingId) -> None: ...
    async def spy(self, supervisor: LegId, target: LegId, hears: Hears, speaks_to: SpeaksTo) -> None:
        """Let an answered leg of ours listen to ``target``. Called again, it changes ``hears`` and ``speaks_to``."""

    # ------------------------------------------------------------ accounts (optional)

    async def put_account(self, endpoint: str, secret: str, options: Mapping[str, str]) -> None:
        """A phone in a browser can register as ``endpoint``, with this secret only. Put again, the secret is another,
        and who is registered stays. Nothing but the engine can be called from it. It may be gone when the PBX restarts.

        Raises Refused where the PBX is not set up for it, or has no such options; never with the secret in it."""

    async def put_phone(self, endpoint: str, digest: str) -> None:
        """The same for a phone of its own, on a desk or in a program: it registers over the network, with the password
        of which ``digest`` is the ``ha1``. Needs PHONES.

        Raises Refused where the PBX is not set up for it, or has such a phone by itself."""

    async def remove_account(self, endpoint: str) -> None:
        """Of either kind: nobody can register with it, and nobody is rung there; a call that is up goes on. One that is
        not there is removed."""


# Entry point: (node, url, cell, endpoints whose status matters) → driver. Opens nothing.
DriverFactory = Callable[[NodeId, str, str, tuple[str, ...]], Driver]

__all__ = [
    "FULL",
    "Capability",
    "Direction",
    "Driver",
    "DriverFactory",
    "Emit",
    "Hears",
    "LinkEnd",
    "OriginateRequest",
    "SpeaksTo",
]
