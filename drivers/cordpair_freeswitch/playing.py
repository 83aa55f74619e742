"""Prompts and music to a leg outside of bridges."""

import asyncio

from cordpair.ids import LegId, PlayId
from cordpair_freeswitch.api import Api
from cordpair_freeswitch.pulse import Pulse
from cordpair_freeswitch.translate import MUSIC, Translator

SOUND = "sound:"  # what other PBXs say for a file among the sounds
PLAY_END = 1.0
RING_TONE = "tone_stream://%(1000,4000,425);loops=-1"  # ITU-T E.180


class Playing:
    """The plays of one link."""

    def __init__(self, api: Api, translator: Translator, pulse: Pulse) -> None:
        self._api, self._translator, self._pulse = api, translator, pulse

    async def play(self, leg: LegId, play: PlayId, media: str) -> None:
        """With a lock: otherwise a second prompt would interrupt the first."""
        known = self._translator.legs.get(leg)
        if known is not None:
            if known.play == play:
                return
            known.play = play
        try:
            await self._api.execute("play to", leg, "playback", media.removeprefix(SOUND), run=play, lock=True)
        except BaseException:
            if known is not None and known.play == play:
                known.play = None
            raise

    async def stop(self, leg: LegId, play: PlayId) -> None:
        """One that has ended already is done."""
        known = self._translator.legs.get(leg)
        if known is not None and known.play == play:
            await self._api.leg("stop play", "uuid_break", leg)

    async def music(self, leg: LegId, name: str) -> None:
        """Without a lock: a prompt is played over it, and it goes on afterwards."""
        known = self._translator.legs.get(leg)
        if known is not None and known.music:
            await self.stop_music(leg)
        if known is not None:
            known.music = True
        await self._api.execute("music", leg, "playback", f"local_stream://{name}", run=MUSIC + leg)

    async def ring(self, leg: LegId) -> None:
        """An answered leg hears a tone, in the place of music; any other is told by signalling."""
        known = self._translator.legs.get(leg)
        if known is None or not known.up:
            await self._api.leg("ring", "uuid_ring_ready", leg)
            return
        if known.music:
            return
        known.music = True
        await self._api.execute("ring", leg, "playback", RING_TONE, run=MUSIC + leg)

    async def stop_music(self, leg: LegId) -> None:
        known = self._translator.legs.get(leg)
        if known is None or known.music:
            await self._api.leg("stop music", "uuid_break", leg, "all")

    async def silence(self, leg: LegId) -> None:
        """Stop everything on this leg, and wait until a prompt has ended: it ends before the leg is joined."""
        known = self._translator.legs.get(leg)
        if known is None or not (known.play or known.music):
            return
        await self._api.leg("silence", "uuid_break", leg, "all")
        if known.play:
            try:
                async with asyncio.timeout(PLAY_END):
                    while known.play:
                        await self._pulse.next()
            except TimeoutError:
                known.play = None


__all__ = ["Playing"]
