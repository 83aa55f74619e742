"""Joining legs, so that a repeated or racing command does no harm."""

from cordpair.acd.inputs import Stamp
from cordpair.ids import BridgeId, LegId
from cordpair.pbx.chores import together
from cordpair_asterisk.client import CONFLICT, NOT_FOUND, UNPROCESSABLE, AriClient
from cordpair_asterisk.playing import Playing
from cordpair_asterisk.stamps import bridge_name
from cordpair_asterisk.translate import Translator
from cordpair_asterisk.wire import decode_bridge


class Bridging:
    """The bridges of one link, and the music that must stop before one is entered."""

    def __init__(self, client: AriClient, translator: Translator, playing: Playing) -> None:
        self._client, self._translator, self._playing = client, translator, playing
        self._quiet: set[LegId] = set()  # legs on which, as far as we know, neither music nor a ring tone plays

    async def join(self, bridge: BridgeId, legs: tuple[LegId, ...], stamp: Stamp) -> None:
        """Make the bridge, make the legs ready, put in those that are not in.

        Asterisk takes a channel that is in the bridge already out and in again, which is heard, so a bridge that
        exists is asked first.
        """
        inside, *_ = await together(self._make(bridge, stamp), *(self._prepare(leg) for leg in legs))
        missing = [leg for leg in legs if leg not in (inside or ())]
        if missing:
            body = {"channel": missing}  # in JSON a list: ARI splits at commas in a query string only
            await self._client.request("POST", f"bridges/{bridge}/addChannel", f"join {bridge}", body=body)

    async def leave(self, bridge: BridgeId, legs: tuple[LegId, ...]) -> None:
        await together(*(self._remove(bridge, leg) for leg in legs))

    async def release(self, bridge: BridgeId) -> None:
        await self._client.request("DELETE", f"bridges/{bridge}", f"release {bridge}", accept=(NOT_FOUND,))
        self._translator.bridges.discard(bridge)

    async def music(self, leg: LegId, name: str) -> None:
        self._quiet.discard(leg)
        await self._client.request("POST", f"channels/{leg}/moh", f"music {leg}", body={"mohClass": name})

    async def stop_music(self, leg: LegId) -> None:
        await self._client.request("DELETE", f"channels/{leg}/moh", f"stop music {leg}")
        self._quiet.add(leg)

    async def answer(self, leg: LegId) -> None:
        await self._client.request("POST", f"channels/{leg}/answer", f"answer {leg}")

    async def ring(self, leg: LegId) -> None:
        """On an answered channel Asterisk plays the tone of its country (indications.conf)."""
        known = self._translator.legs.get(leg)
        if known is not None and known.up:
            self._quiet.discard(leg)
        await self._client.request("POST", f"channels/{leg}/ring", f"ring {leg}")

    def originated(self, leg: LegId) -> None:
        """A leg that we make begins without music; one that was there before us may have some."""
        self._quiet.add(leg)

    def ended(self, leg: LegId) -> None:
        self._quiet.discard(leg)

    async def _make(self, bridge: BridgeId, stamp: Stamp) -> tuple[str, ...]:
        """Make the bridge; who is in it."""
        self._translator.bridges.add(bridge)
        body, what = {"type": "mixing", "name": bridge_name(stamp)}, f"bridge {bridge}"
        made = await self._client.request("POST", f"bridges/{bridge}", what, body=body, accept=(CONFLICT,))
        if made.status != CONFLICT:
            return ()
        return decode_bridge((await self._client.get(f"bridges/{bridge}", what)).body).channels

    async def _prepare(self, leg: LegId) -> None:
        """Music and ring tone off (in a bridge they would be a second stream), prompts off (they hold up the joining),
        answered."""
        known = self._translator.legs.get(leg)
        if leg not in self._quiet:
            if known is not None and known.originated and known.up:  # only such a leg hears one
                await self._client.request("DELETE", f"channels/{leg}/ring", f"stop ringing {leg}")
            await self.stop_music(leg)
        await self._playing.silence(leg)
        known = self._translator.legs.get(leg)
        if known is None or not known.up:
            await self.answer(leg)

    async def _remove(self, bridge: BridgeId, leg: LegId) -> None:
        path, what = f"bridges/{bridge}/removeChannel", f"leave {bridge}"
        accept = (NOT_FOUND, UNPROCESSABLE)  # no such bridge, or the leg is not in it: it has left
        await self._client.request("POST", path, what, body={"channel": leg}, accept=accept)


__all__ = ["Bridging"]
