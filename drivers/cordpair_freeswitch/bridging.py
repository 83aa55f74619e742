"""Joining legs, so that a repeated or racing command does no harm.

A bridge of ours is two legs that FreeSWITCH bridges, one that is parked and waits for another, or, from the third leg
on, a conference of the bridge's name.
"""

import asyncio
from collections.abc import Callable, Iterable
from contextlib import suppress

from cordpair.acd.inputs import Stamp
from cordpair.ids import BridgeId, LegId
from cordpair.pbx import LegGone
from cordpair.pbx.chores import together
from cordpair_freeswitch.api import Api, word
from cordpair_freeswitch.playing import Playing
from cordpair_freeswitch.pulse import Pulse
from cordpair_freeswitch.stamps import WITHIN, within
from cordpair_freeswitch.translate import Inputs, Translator

PARK = "park"
PROFILE = "cordpair"  # of conference.conf.xml
PAIR = 2
# Who hangs up before the bridge is made leaves the other one alone: FreeSWITCH would hang that one up, too.
LEFT_ALONE = {"uuid_bridge_park_on_cancel": "true"}
LEAVE_END = 1.0


class Bridging:
    """The bridges of one link, and the music that must stop before one is entered."""

    def __init__(
        self, api: Api, translator: Translator, playing: Playing, pulse: Pulse, tell: Callable[[Inputs], None]
    ) -> None:
        self._api, self._translator, self._playing, self._pulse, self._tell = api, translator, playing, pulse, tell

    async def join(self, bridge: BridgeId, legs: tuple[LegId, ...], stamp: Stamp, *, confer: bool = False) -> None:
        """Mark the legs, make them ready, and join those that are not in."""
        word(bridge)
        inside = self._translator.legs.inside(bridge)
        entering = tuple(leg for leg in legs if leg not in inside)
        everybody = (*inside, *entering)
        if not entering and (len(everybody) == 1 or self._together(everybody)):
            return
        for leg in entering:
            self._enter(leg, bridge)
        try:
            await together(*(self._prepare(leg, within(bridge, stamp)) for leg in entering))
            if confer or len(everybody) > PAIR or any(self._conferring(leg) for leg in inside):
                await self._confer(bridge, everybody)
            elif len(everybody) == PAIR:
                # The reply says little: CHANNEL_BRIDGE follows, or never does.
                await self._api.call(f"join {bridge}", "uuid_bridge", *map(word, everybody))
            else:
                self._tell(self._translator.joined_alone(entering[0], bridge))
        except BaseException:
            for leg in entering:
                self._give_up(leg, bridge)
            raise

    async def leave(self, bridge: BridgeId, legs: Iterable[LegId]) -> None:
        await together(*(self._leave(leg, bridge) for leg in legs))

    async def release(self, bridge: BridgeId) -> None:
        """Both of a pair in one command: neither hears the other leave. Who is leaving already leaves first."""
        await self._left_behind(bridge)
        inside = self._translator.legs.inside(bridge)
        for leg in inside:
            known = self._translator.legs.get(leg)
            if known is not None and known.partner in inside and not known.leaving:
                await self._leave(leg, bridge, "-both")
            elif known is not None and not known.leaving:
                await self._leave(leg, bridge)

    async def _left_behind(self, bridge: BridgeId) -> None:
        legs = self._translator.legs
        with suppress(TimeoutError):
            async with asyncio.timeout(LEAVE_END):
                while any(known is not None and known.leaving for known in map(legs.get, legs.inside(bridge))):
                    await self._pulse.next()

    async def answer(self, leg: LegId) -> None:
        await self._api.leg("answer", "uuid_answer", leg)

    # ------------------------------------------------------------ one leg

    def _enter(self, leg: LegId, bridge: BridgeId) -> None:
        known = self._translator.legs.get(leg)
        if known is None:
            raise LegGone(f"join {bridge}: {leg} is gone")
        known.entering = bridge

    def _give_up(self, leg: LegId, bridge: BridgeId) -> None:
        known = self._translator.legs.get(leg)
        if known is not None and known.entering == bridge:
            known.entering = None

    async def _prepare(self, leg: LegId, mark: str) -> None:
        """Its mark, music and prompts off, answered. The mark comes first: it tells whether the leg is there."""
        await self._api.set("join", leg, {WITHIN: mark, **LEFT_ALONE})
        await self._playing.silence(leg)
        known = self._translator.legs.get(leg)
        if known is None or not known.up:
            await self.answer(leg)

    async def _leave(self, leg: LegId, bridge: BridgeId, both: str = "") -> None:
        known = self._translator.legs.get(leg)
        if known is None or known.bridge != bridge or known.leaving or known.asked is not None:
            return  # who is being ended leaves with its end
        partner = self._translator.legs.get(known.partner) if both and known.partner is not None else None
        if partner is not None and partner.asked is not None:
            partner, both = None, ""
        leaving = [(leg, known)]
        if partner is not None and known.partner is not None:
            leaving.append((known.partner, partner))
        for one, _ in leaving:
            await self._api.set("leave", one, {WITHIN: ""})
        if known.partner is None and not known.conferring:
            self._tell(self._translator.left(leg))
            return
        for _, one_known in leaving:
            one_known.leaving = True
        try:
            await self._api.leg("leave", "uuid_transfer", leg, *([both] if both else []), PARK, "inline")
        except BaseException:
            for _, one_known in leaving:
                one_known.leaving = False
            raise

    # ------------------------------------------------------------ pairs and conferences

    async def _confer(self, bridge: BridgeId, legs: tuple[LegId, ...]) -> None:
        """Everybody into the conference; two that are bridged go in together."""
        gone: set[LegId] = set()
        room = f"conference:{word(bridge)}@{PROFILE}"
        for leg in legs:
            known = self._translator.legs.get(leg)
            if known is None or known.conferring or leg in gone:
                continue
            both = ["-both"] if known.partner in legs else []
            gone |= {leg, known.partner} if both and known.partner is not None else {leg}
            await self._api.leg("confer", "uuid_transfer", leg, *both, room, "inline")

    def _together(self, legs: tuple[LegId, ...]) -> bool:
        known = [self._translator.legs.get(leg) for leg in legs]
        return all(leg is not None and (leg.conferring or leg.partner in legs) for leg in known)

    def _conferring(self, leg: LegId) -> bool:
        known = self._translator.legs.get(leg)
        return known is not None and known.conferring


__all__ = ["PARK", "Bridging"]
