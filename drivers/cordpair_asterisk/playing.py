"""Prompts to a leg outside of bridges."""

from cordpair.ids import LegId, PlayId
from cordpair_asterisk.client import NOT_FOUND, AriClient
from cordpair_asterisk.translate import Translator

SCHEMES = ("sound:", "recording:", "number:", "digits:", "characters:", "tone:", "http:", "https:")


class Playing:
    """The plays of one link."""

    def __init__(self, client: AriClient, translator: Translator) -> None:
        self._client, self._translator = client, translator

    async def play(self, leg: LegId, play: PlayId, media: str) -> None:
        """Asterisk plays an id that it plays already a second time, so it is asked first."""
        what = f"play {play}"
        if await self._client.exists(f"playbacks/{play}"):
            return
        uri = media if media.startswith(SCHEMES) else f"sound:{media}"
        self._translator.plays[play] = leg
        try:
            await self._client.request("POST", f"channels/{leg}/play/{play}", what, body={"media": uri})
        except BaseException:
            self._translator.plays.pop(play, None)
            raise

    async def stop(self, play: PlayId) -> None:
        """One that has ended already is done."""
        await self._client.request("DELETE", f"playbacks/{play}", f"stop {play}", accept=(NOT_FOUND,))

    async def silence(self, leg: LegId) -> None:
        """Stop everything on this leg: a play holds up whatever else is asked of it."""
        for play in [play for play, target in self._translator.plays.items() if target == leg]:
            await self.stop(play)


__all__ = ["Playing"]
