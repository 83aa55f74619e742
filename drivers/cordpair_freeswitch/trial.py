"""What the doctor tries on a FreeSWITCH: a call to its own telephone, which is played to, recorded and moved about.

The leg bears the stamp of a cell that there is not, so no running engine takes it for its own, wherever it is parked;
and the shipped fallback lets it be.
"""

import asyncio
import logging
import secrets
from collections import deque
from collections.abc import Callable
from enum import Enum

from cordpair.ids import LegId
from cordpair.pbx import LegGone, PbxError, Refused
from cordpair_freeswitch.api import Api, word
from cordpair_freeswitch.bridging import PARK, PROFILE
from cordpair_freeswitch.esl import Event, commands
from cordpair_freeswitch.inventory import channels
from cordpair_freeswitch.legs import CallLegs
from cordpair_freeswitch.listening import FORMAT
from cordpair_freeswitch.pulse import Pulse
from cordpair_freeswitch.stamps import VARIABLES
from cordpair_freeswitch.telephone import Telephone
from cordpair_freeswitch.translate import NOT_PLAYED

TONE = "tone_stream://%(60000,0,440)"
CALL_S = 6.0
DONE_S = 3.0
LISTEN_S = 1.2
# A file with silence at its start is listened to once more, for longer.
LISTEN_AGAIN_S = 4.0
PAUSE_S = 0.15  # what is on its way here when FreeSWITCH has stopped playing
RECORD_S = 1.0
LISTED_S = 4.0
# FreeSWITCH deletes a recording shorter than this many seconds when it ends.
DISCARD = {"RECORD_MIN_SEC": "86400"}
LEG = {
    "originate_timeout": "5",
    "ignore_early_media": "true",
    # Should we be gone before the end: the leg does not outlive us by much.
    "execute_on_answer": "sched_hangup +120 normal_clearing",
}

log = logging.getLogger(__name__)


class Played(Enum):
    HEARD = "heard"
    SILENT = "silent"
    MISSING = "missing"


class Trial:
    """One leg at a time, on one SIP profile. Everything it makes is named after it."""

    def __init__(self, api: Api, legs: CallLegs) -> None:
        self._api, self._legs = api, legs
        self.name = f"cordpair-doctor-{secrets.token_hex(6)}"
        self.leg: LegId | None = None
        self._telephone: Telephone | None = None
        self._profile = ""
        self._pulse = Pulse()
        self._seen: deque[Event] = deque(maxlen=500)
        self._count = 0
        self._recordings: list[str] = []

    def receive(self, event: Event) -> None:
        self._seen.append(event)
        if event.name == "CHANNEL_HANGUP":
            self._legs.end(LegId(event.uuid))
        self._pulse.beat()

    async def until(self, true: Callable[[Event], bool], seconds: float = DONE_S) -> Event | None:
        """The first such event since the last step began."""
        try:
            async with asyncio.timeout(seconds):
                while (found := next(filter(true, self._seen), None)) is None:
                    await self._pulse.next()
                return found
        except TimeoutError:
            return None

    # ------------------------------------------------------------ the call

    async def call(self, profile: str, towards: tuple[str, int]) -> None:
        """Be called. Raises OSError where this machine has no way there, and Refused."""
        if self._telephone is not None:  # of a profile that could not call
            self._telephone.close()
        self._telephone, self._profile = Telephone(towards), profile
        await self._telephone.open()
        await self.again()

    async def again(self) -> LegId:
        """The leg; a new one if the last has ended. Raises Refused when FreeSWITCH cannot call us."""
        if self.leg is not None and self.leg in self._legs:
            if await self._api.exists(self.leg):
                return self.leg
            self._legs.end(self.leg)  # its end was not told
        if self._telephone is None:
            raise LegGone("there is no leg to try it with")
        leg = self.leg = self._named()
        self._legs.begin(leg, originated=True)
        self._seen.clear()
        variables = commands.braces({"origination_uuid": leg, VARIABLES["cell"]: self.name, **LEG})
        target = f"{variables}sofia/{self._profile}/{self._telephone.address}"
        await self._api.background("call the doctor", leg, "originate", target, "&park()")
        event = await self.until(lambda e: e.name == "CHANNEL_PARK" or e.body.startswith("-ERR"), CALL_S)
        if event is None or event.name != "CHANNEL_PARK":
            self._legs.end(leg)
            why = "it does not arrive here" if event is None else event.body.removeprefix("-ERR").strip()
            raise Refused(f"{self._profile} cannot call {self._telephone.address.partition('@')[2]}: {why}")
        return leg

    def _named(self) -> LegId:
        self._count += 1
        return LegId(f"{self.name}-{self._count}")

    async def listed_after(self) -> float | None:
        """How long after its making the leg is in the list of channels: seconds, or None when it never is."""
        leg, loop = await self.again(), asyncio.get_running_loop()
        began = loop.time()
        while loop.time() - began < LISTED_S:
            rows = channels(await self._api.ask("list channels", "show", "channels", "as", "json"))
            if any(row.uuid == leg for row in rows):
                return loop.time() - began
            await asyncio.sleep(0.02)
        return None

    async def moved(self, *where: str) -> Event | None:
        """Send the leg there; how that went on: parked, in the conference, ended, or None."""
        leg = await self.again()
        self._seen.clear()
        await self._api.leg("move", "uuid_transfer", leg, *where)
        ends = ("CHANNEL_PARK", "CHANNEL_HANGUP")
        return await self.until(lambda e: e.uuid == leg and (e.name in ends or e.action == "add-member"))

    async def confers(self) -> str | None:
        """Put the leg into a conference and out again; the profile that FreeSWITCH has found for it, None for neither.

        Where there is no such profile it makes one up, with settings that nobody has chosen.
        """
        event = await self.moved(f"conference:{word(self.name)}@{PROFILE}", "inline")
        if event is None or event.action != "add-member":
            return None
        profile = await self._api.ask("look at a conference", "conference", self.name, "get", "profile_name")
        await self.moved(PARK, "inline")
        return profile.strip()

    async def dump(self) -> str:
        return await self._api.leg("look at", "uuid_dump", await self.again(), "json")

    # ------------------------------------------------------------ sound

    async def play(self, media: str, *seconds: float) -> Played:
        """Play it and listen; with several times, once more when nothing was heard."""
        played = Played.SILENT
        for patience in seconds or (LISTEN_S,):
            played = await self._play(media, patience)
            if played is not Played.SILENT:
                break
        return played

    async def _play(self, media: str, patience: float) -> Played:
        leg, run = await self.again(), self._named()
        telephone = self._telephone
        assert telephone is not None
        self._seen.clear()
        await self._api.execute("play to", leg, "playback", media, run=run)
        ended = asyncio.ensure_future(self.until(lambda e: e.application_uuid == run, patience))
        listening = asyncio.ensure_future(telephone.listen(patience))
        try:
            await asyncio.wait({ended, listening}, return_when=asyncio.FIRST_COMPLETED)
            event = ended.result() if ended.done() else None
            if event is not None and any(failed in event.response for failed in NOT_PLAYED):
                return Played.MISSING
            # It may have ended while its last sound was on the way.
            heard = listening.result() if listening.done() else await telephone.listen(PAUSE_S)
            return Played.HEARD if heard else Played.SILENT
        finally:
            ended.cancel()
            listening.cancel()
            await self._hush(run)

    async def _hush(self, run: str) -> None:
        """A playback that was begun has ended, and its sound is gone."""
        if self.leg is not None and self.leg in self._legs:
            await self._api.leg("silence", "uuid_break", self.leg, "all")
            await self.until(lambda e: e.application_uuid == run)
        await asyncio.sleep(PAUSE_S)

    async def record_tone(self, directory: str) -> Played:
        """Record a tone, and play the recording. Raises Refused when it cannot be begun."""
        leg, run = await self.again(), self._named()
        path = f"{directory}/{run}.{FORMAT}"
        self._seen.clear()
        await self._api.execute("play to", leg, "playback", TONE, run=run)
        try:
            await self._api.leg("record", "uuid_record", leg, "start", path)
            self._recordings.append(path)
            await asyncio.sleep(RECORD_S)
            await self._stop(leg, path)
        finally:
            await self._hush(run)
        return await self.play(path)

    async def _stop(self, leg: LegId, path: str) -> None:
        await self._api.leg("stop recording", "uuid_record", leg, "stop", path)
        await self.until(lambda e: e.name == "RECORD_STOP" and e.record_path == path)

    async def delete_recordings(self) -> list[str]:
        """FreeSWITCH deletes what it is told to find too short. What could not be deleted."""
        left = []
        while self._recordings:
            path = self._recordings.pop()
            leg = await self.again()
            await self._api.set("delete", leg, DISCARD)
            self._seen.clear()
            await self._api.leg("delete", "uuid_record", leg, "start", path)
            await asyncio.sleep(PAUSE_S)
            await self._stop(leg, path)
            if await self.play(path) is not Played.MISSING:
                left.append(path)
        return left

    async def tidy_up(self) -> None:
        """Take everything away, as far as there is still a link; the telephone hangs up in any case."""
        try:
            if self._recordings:
                await self.delete_recordings()
            for number in range(1, self._count + 1):
                leg = LegId(f"{self.name}-{number}")
                if leg in self._legs:
                    await self._api.ask("hang up", "uuid_kill", leg)
                    await self.until(lambda e: e.name == "CHANNEL_HANGUP")
                await self._api.ask("tidy up", "sched_del", leg)
        except PbxError as refused:
            log.info("tidying up: %s", refused)
        finally:
            if self._telephone is not None:
                self._telephone.close()


__all__ = ["Played", "Trial"]
