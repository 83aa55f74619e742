"""Recording and spying: both listen through *snoop* channels, which live in our application but are nobody's leg.

A channel inside a bridge cannot be recorded itself (ARI answers 409), and a snoop goes with its leg from bridge to
bridge.
"""

import asyncio
import contextlib
from collections.abc import Mapping

from cordpair.ids import BridgeId, LegId, RecordingId
from cordpair.pbx import Hears, LegGone, PbxError, SpeaksTo
from cordpair_asterisk.client import CONFLICT, NOT_FOUND, SERVER_ERROR, AriClient, refusal
from cordpair_asterisk.stamps import recorder_id, spy_bridge_id, spy_bridge_name
from cordpair_asterisk.translate import Translator
from cordpair_asterisk.wire import Event, decode_bridge

FORMAT = "wav"
# Seen from the spied-on channel: `in` is what its party says, `out` what its party hears. Whispering `in` would
# be heard by everybody the party talks to.
HEARS = {Hears.TARGET: "in", Hears.BOTH: "both"}
WHISPERS = {SpeaksTo.NONE: "none", SpeaksTo.TARGET: "out", SpeaksTo.OTHER: "in", SpeaksTo.BOTH: "both"}
ENTER_TIMEOUT = 3.0


class Listening:
    """The snoop channels of one link."""

    def __init__(self, client: AriClient, translator: Translator) -> None:
        self._client, self._translator = client, translator
        self._entering: dict[str, asyncio.Future[None]] = {}
        self._spies: dict[LegId, tuple[str, ...]] = {}  # supervisor → snoop channels: one, unless taken over
        self._count = 0

    def entered(self, event: Event) -> None:
        """A StasisStart: a snoop channel can be used once it is in Stasis."""
        channel = event.channel
        waiting = self._entering.get(channel.id) if channel is not None else None
        if waiting is not None and not waiting.done():
            waiting.set_result(None)

    # ------------------------------------------------------------ recording

    async def record(self, recording: RecordingId, target: LegId | BridgeId) -> None:
        known = self._translator.recordings
        begun = recording in known
        known.setdefault(recording, None)
        try:
            if LegId(target) in self._translator.legs:
                await self._record_leg(recording, LegId(target))
            else:
                await self._record_at(f"bridges/{target}", recording)
                self._translator.bridges.add(target)
        except PbxError:
            if not begun:
                known.pop(recording, None)
            raise

    async def _record_leg(self, recording: RecordingId, leg: LegId) -> None:
        snoop = recorder_id(recording)
        if not await self._snoop(leg, snoop, {"spy": "both", "whisper": "none"}):
            return  # it exists: the command was given before
        try:
            begun = await self._record_at(f"channels/{snoop}", recording)
        except BaseException:
            await self._give_up(snoop)
            raise
        if not begun:
            await self._drop(snoop)

    async def _record_at(self, where: str, recording: RecordingId) -> bool:
        """Begin. False if there is a recording of this name, running or finished: the command was given before."""
        body, what = {"name": recording, "format": FORMAT, "ifExists": "fail"}, f"record {recording}"
        reply = await self._client.request("POST", f"{where}/record", what, body=body, accept=(CONFLICT,))
        if reply.status == CONFLICT and "xist" not in reply.message:
            raise refusal(what, reply)
        return reply.status != CONFLICT

    async def control(self, recording: RecordingId, method: str, operation: str) -> None:
        what = f"{operation} {recording}"
        await self._client.request(method, f"recordings/live/{recording}/{operation}", what)

    async def recording_ended(self, recording: RecordingId) -> None:
        await self._drop(recorder_id(recording))

    # ------------------------------------------------------------ spying

    async def spy(self, supervisor: LegId, target: LegId, hears: Hears, speaks_to: SpeaksTo) -> None:
        """The old ear goes first: at no moment does a new whisper go through an old, wider one."""
        bridge = spy_bridge_id(supervisor)
        await self._end_ears(supervisor, bridge)
        self._count += 1
        snoop = f"snoop-{supervisor}-{self._count}"
        self._spies[supervisor] = (snoop,)
        try:
            await self._snoop(target, snoop, {"spy": HEARS[hears], "whisper": WHISPERS[speaks_to]})
            inside = [snoop] if self._translator.spying.get(supervisor) == bridge else [snoop, supervisor]
            body = {"channel": inside}
            await self._client.request("POST", f"bridges/{bridge}/addChannel", f"spy {supervisor}", body=body)
        except BaseException:
            await self._give_up(snoop)
            raise

    async def _end_ears(self, supervisor: LegId, bridge: str) -> None:
        """Make the supervisor's bridge, or empty it of snoop channels, an earlier engine's among them."""
        if supervisor in self._spies:
            for ear in self._spies[supervisor]:
                await self._drop(ear)
            return
        body = {"type": "mixing", "name": spy_bridge_name(self._translator.cell, supervisor)}
        what = f"spy {supervisor}"
        made = await self._client.request("POST", f"bridges/{bridge}", what, body=body, accept=(CONFLICT,))
        if made.status == CONFLICT:
            inside = decode_bridge((await self._client.get(f"bridges/{bridge}", what)).body).channels
            for channel in inside:
                if channel != supervisor:
                    await self._drop(channel)

    def adopt(self, supervisor: LegId, ears: tuple[str, ...]) -> None:
        """An earlier link's spying goes on; it is changed and ended like ours."""
        self._spies[supervisor] = ears

    def spies(self, leg: LegId) -> bool:
        return leg in self._spies

    async def ended(self, leg: LegId) -> None:
        """A leg has ended: if it spied, its ear and its bridge go too."""
        if leg in self._spies:
            await self.end_bridge(spy_bridge_id(leg), self._spies.pop(leg))

    async def end_bridge(self, bridge: str, ears: tuple[str, ...]) -> None:
        for ear in ears:
            await self._drop(ear)
        await self._client.request("DELETE", f"bridges/{bridge}", f"release {bridge}", accept=(NOT_FOUND,))

    # ------------------------------------------------------------ snoop channels

    async def _snoop(self, target: LegId, snoop: str, how: Mapping[str, str]) -> bool:
        """Make the channel and wait until it is in Stasis. False if it exists."""
        entering = self._entering[snoop] = asyncio.get_running_loop().create_future()
        path, what = f"channels/{target}/snoop/{snoop}", f"listen to {target}"
        body = {**how, "app": self._translator.app}
        try:
            made = await self._client.request("POST", path, what, body=body, accept=(SERVER_ERROR,))
            if made.status == SERVER_ERROR:  # also where the id exists already
                if await self._client.exists(f"channels/{snoop}"):
                    return False
                raise refusal(what, made)
            async with asyncio.timeout(ENTER_TIMEOUT):
                await entering
        except TimeoutError:
            raise LegGone(f"{what}: it ended") from None
        finally:
            self._entering.pop(snoop, None)
        return True

    async def _give_up(self, snoop: str) -> None:
        """After a failure that is to be told, not this one's."""
        with contextlib.suppress(PbxError):
            await self._drop(snoop)

    async def _drop(self, channel: str) -> None:
        await self._client.request("DELETE", f"channels/{channel}", f"end {channel}", accept=(NOT_FOUND,))


__all__ = ["Listening"]
