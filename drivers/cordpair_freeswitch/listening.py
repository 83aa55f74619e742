"""Recording, spying and muting."""

from cordpair.ids import BridgeId, LegId, RecordingId
from cordpair.pbx import Direction, Hears, LegGone, PbxError, SpeaksTo
from cordpair_freeswitch.api import Api, word
from cordpair_freeswitch.bridging import PARK
from cordpair_freeswitch.stamps import RECORDINGS
from cordpair_freeswitch.translate import Translator

FORMAT = "wav"
MUTE = {Direction.IN: ("read",), Direction.OUT: ("write",), Direction.BOTH: ("read", "write")}


class Listening:
    """What is heard of a leg by others than its partner."""

    def __init__(self, api: Api, translator: Translator) -> None:
        self._api, self._translator = api, translator
        self.directory = ""
        self._of: dict[RecordingId, LegId] = {}
        self._muted: dict[LegId, set[str]] = {}

    # ------------------------------------------------------------ recording

    async def record(self, recording: RecordingId, target: LegId | BridgeId) -> None:
        """Of a bridge, one leg is recorded: it hears and says what is said there."""
        if recording in self._translator.recordings:
            return
        leg = self._leg(target)
        self._translator.recordings[recording] = self._of[recording] = leg
        try:
            await self._api.leg("record", "uuid_record", leg, "start", self._path(recording))
            await self._note(leg)
        except PbxError:
            self._translator.recordings.pop(recording, None)
            self._of.pop(recording, None)
            raise

    async def control(self, recording: RecordingId, operation: str) -> None:
        leg = self._translator.recordings.get(recording)
        if leg is None:
            raise LegGone(f"{operation} {recording}: there is no such recording")
        await self._api.leg(f"{operation} recording of", "uuid_record", leg, operation, self._path(recording))

    async def ended(self, recording: RecordingId) -> None:
        """Its name goes from the leg that was recorded, if that lives."""
        leg = self._of.pop(recording, None)
        if leg is not None and leg in self._translator.legs:
            await self._note(leg)

    def _leg(self, target: LegId | BridgeId) -> LegId:
        inside = self._translator.legs.inside(BridgeId(target))
        if not inside and LegId(target) not in self._translator.legs:
            raise LegGone(f"record {target}: neither a leg nor a bridge")
        return inside[0] if inside else LegId(target)

    def _path(self, recording: RecordingId) -> str:
        return f"{self.directory}/{word(recording)}.{FORMAT}"

    async def _note(self, leg: LegId) -> None:
        """On the leg itself, so that a later engine knows what is recorded."""
        running = [name for name, of in self._translator.recordings.items() if of == leg]
        await self._api.set("note recordings of", leg, {RECORDINGS: ",".join(running)})

    # ------------------------------------------------------------ spying

    async def spy(self, supervisor: LegId, target: LegId, hears: Hears, speaks_to: SpeaksTo) -> None:
        """A new ear ends the old one first: at no moment does a whisper go where the last one went.

        Seen from the spied-on leg, *aleg* is what its party says, *bleg* what its party hears: a whisper into *aleg*
        would be heard by the party's partner, the customer. Who whispers to the target hears both.
        """
        known = self._translator.legs.get(supervisor)
        if known is None or target not in self._translator.legs:
            raise LegGone(f"spy {supervisor}: it, or {target}, is gone")
        only_target = hears is Hears.TARGET and speaks_to in {SpeaksTo.NONE, SpeaksTo.OTHER}
        switches = {
            "eavesdrop_enable_dtmf": False,
            "eavesdrop_bridge_aleg": True,
            "eavesdrop_bridge_bleg": not only_target,
            "eavesdrop_whisper_aleg": speaks_to in {SpeaksTo.OTHER, SpeaksTo.BOTH},
            "eavesdrop_whisper_bleg": speaks_to in {SpeaksTo.TARGET, SpeaksTo.BOTH},
        }
        steps = [f"set:{name}={str(on).lower()}" for name, on in switches.items()]
        await self._api.leg(
            "spy", "uuid_transfer", supervisor, ",".join([*steps, f"eavesdrop:{word(target)}", PARK]), "inline"
        )

    # ------------------------------------------------------------ muting

    async def mute(self, leg: LegId, direction: Direction, on: bool) -> None:
        """One thing on the leg mutes both directions and is taken off as a whole."""
        muted = self._muted.get(leg, set())
        wanted = muted | set(MUTE[direction]) if on else muted - set(MUTE[direction])
        if not on:
            await self._api.leg("unmute", "uuid_audio", leg, "stop")
        for way in sorted(wanted if not on else wanted - muted):
            await self._api.leg("mute", "uuid_audio", leg, "start", way, "mute", "1")
        if leg in self._translator.legs:  # it may have ended meanwhile, and be forgotten
            self._muted[leg] = wanted

    def forget(self, leg: LegId) -> None:
        self._muted.pop(leg, None)


__all__ = ["Listening"]
