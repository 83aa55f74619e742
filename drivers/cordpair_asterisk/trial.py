"""What the doctor tries on an Asterisk: play into a bridge of its own, record it, listen to the recording."""

import array
import asyncio
import logging
import sys

import msgspec

from cordpair.pbx import LinkLost, PbxError
from cordpair_asterisk.client import BAD_REQUEST, CONFLICT, NOT_FOUND, OK, SERVER_ERROR, UNPROCESSABLE, AriClient, Reply
from cordpair_asterisk.wire import Event

LISTEN_S = 1.2
# A file with silence at its start is listened to once more, for longer.
LISTEN_AGAIN_S = 4.0
PLAY_S = 3.0  # what Asterisk cannot play it says at once
WRITTEN_S = 5.0
HEADER = 44  # bytes of a WAV file before its samples
GONE = (NOT_FOUND, CONFLICT, BAD_REQUEST, UNPROCESSABLE, SERVER_ERROR)

log = logging.getLogger(__name__)


class Heard(msgspec.Struct, frozen=True):
    """A recording: how it ended, whether the file is whole, the loudest sample."""

    ended: str
    whole: bool
    peak: int


class Trial:
    """Everything it makes is named after the doctor's own application."""

    def __init__(self, client: AriClient, app: str) -> None:
        self._client, self._app = client, app
        self._bridges: list[str] = []
        self._recordings: list[str] = []
        self._waiting: dict[str, asyncio.Future[str]] = {}
        self._count = 0

    def receive(self, event: Event) -> None:
        """From the event WebSocket."""
        if event.type == "PlaybackFinished" and event.playback is not None:
            self._heard(event.playback.id, event.playback.state)
        elif event.type in {"RecordingFinished", "RecordingFailed"} and event.recording is not None:
            self._heard(event.recording.name, event.recording.state)

    def _heard(self, name: str, state: str) -> None:
        waiting = self._waiting.get(name)
        if waiting is not None and not waiting.done():
            waiting.set_result(state)

    async def make_bridge(self) -> Reply:
        """Also the trial whether the user may make and subscribe to anything."""
        self._count += 1
        bridge = f"{self._app}-{self._count}"
        query = {"type": "mixing", "name": bridge}
        reply = await self._client.request("POST", f"bridges/{bridge}", "make a bridge", query=query)
        self._bridges.append(bridge)
        source = {"eventSource": f"bridge:{bridge}"}
        await self._client.request("POST", f"applications/{self._app}/subscription", "subscribe", query=source)
        return reply

    async def record_tone(self) -> Heard:
        """A tone needs no file: what is heard then is the recording's doing."""
        return await self._record("play", {"media": "tone:dial"}, LISTEN_S)

    async def record_music(self, name: str) -> Heard:
        heard = await self._record("moh", {"mohClass": name}, LISTEN_S)
        return heard if heard.peak else await self._record("moh", {"mohClass": name}, LISTEN_AGAIN_S)

    async def _record(self, sound: str, query: dict[str, str], seconds: float) -> Heard:
        await self.make_bridge()
        bridge = self._bridges[-1]
        await self._client.request("POST", f"bridges/{bridge}/{sound}", f"sound in {bridge}", query=query)
        name = f"{bridge}-recording"
        finished = self._waiting[name] = asyncio.get_running_loop().create_future()
        options = {"name": name, "format": "wav", "maxDurationSeconds": "30"}
        await self._client.request("POST", f"bridges/{bridge}/record", f"record {bridge}", query=options)
        self._recordings.append(name)
        await asyncio.sleep(seconds)
        await self._client.request("POST", f"recordings/live/{name}/stop", "stop the recording", accept=GONE)
        try:
            async with asyncio.timeout(WRITTEN_S):
                ended = await finished
        except TimeoutError:
            ended = "unknown"
        stored = await self._client.get(f"recordings/stored/{name}/file", "read the recording", accept=GONE)
        body = stored.body if stored.status == OK else b""
        return Heard(ended, body[:4] == b"RIFF", _peak(body[HEADER:]))

    async def plays(self, media: str) -> bool:
        """Whether Asterisk can play it; it is not played to its end."""
        bridge = self._bridges[0]
        self._count += 1
        play = f"{self._app}-{self._count}"
        finished = self._waiting[play] = asyncio.get_running_loop().create_future()
        query = {"media": media}
        try:
            await self._client.request("POST", f"bridges/{bridge}/play/{play}", "play", query=query)
        except LinkLost:
            raise
        except PbxError:
            return False
        try:
            async with asyncio.timeout(PLAY_S):
                state: str = await finished
            return state == "done"
        except TimeoutError:
            await self._client.request("DELETE", f"playbacks/{play}", "stop playing", accept=GONE)
            return True

    async def tidy_up(self) -> None:
        """Take everything away, as far as there is still a link."""
        steps: list[tuple[str, dict[str, str]]] = [(f"recordings/stored/{name}", {}) for name in self._recordings]
        for bridge in self._bridges:
            # Asterisk keeps an application whose socket closes while it is subscribed to anything.
            steps.append((f"applications/{self._app}/subscription", {"eventSource": f"bridge:{bridge}"}))
            steps.append((f"bridges/{bridge}", {}))
        for path, query in steps:
            try:
                await self._client.request("DELETE", path, "tidy up", query=query, accept=GONE)
            except LinkLost:
                return
            except PbxError as refused:  # what cannot be taken away does not keep the rest
                log.info("%s", refused)


def _peak(data: bytes) -> int:
    samples = array.array("h")
    samples.frombytes(data[: len(data) // 2 * 2])
    if sys.byteorder == "big":
        samples.byteswap()
    return max(map(abs, samples), default=0)


__all__ = ["Heard", "Trial"]
