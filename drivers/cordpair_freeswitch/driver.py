"""The driver: the port's operations on the Event Socket. Decides nothing."""

import asyncio
import re
from collections.abc import Callable, Mapping

from cordpair.acd.causes import Cause
from cordpair.acd.inputs import Snapshot, Stamp
from cordpair.ids import BridgeId, LegId, NodeId, PlayId, RecordingId
from cordpair.pbx import (
    FULL,
    Capability,
    Direction,
    Emit,
    Finding,
    Hears,
    LinkEnd,
    LinkLost,
    OriginateRequest,
    Refused,
    SpeaksTo,
    Wanted,
)
from cordpair.pbx.trunks import TrunkSeen
from cordpair_freeswitch.config import Settings
from cordpair_freeswitch.diagnosis import Diagnosis
from cordpair_freeswitch.link import Link
from cordpair_freeswitch.stamps import variables_of
from cordpair_freeswitch.translate import Translator
from cordpair_freeswitch.trunks import observe
from cordpair_freeswitch.variables import harmless

CAPABILITIES = FULL | {Capability.ACCOUNTS, Capability.PHONES}
_DIGITS = re.compile(r"[0-9A-Da-d*#]+\Z")
_TARGET = re.compile(r"[!-~]+\Z")


class FreeSwitchDriver:
    """One FreeSWITCH, over inbound Event Socket."""

    def __init__(self, node: NodeId, settings: Settings, cell: str, endpoints: tuple[str, ...]) -> None:
        self.node = node
        self._settings, self._cell, self._endpoints = settings, cell, endpoints
        self._link: Link | None = None

    def __repr__(self) -> str:
        return f"FreeSwitchDriver({self.node}, {self._settings.shown})"

    def capabilities(self, leg: LegId | None = None) -> frozenset[Capability]:
        return CAPABILITIES

    # ------------------------------------------------------------ link

    async def open(self, emit: Emit) -> None:
        await self.close()
        link = Link(self._settings, Translator(self.node, self._cell, self._endpoints), emit)
        try:
            await link.open()
        except BaseException:
            await link.close()
            raise
        self._link = link

    async def snapshot(self) -> Snapshot:
        return await self._up().snapshot()

    async def watch(self, endpoints: tuple[str, ...]) -> None:
        self._endpoints = endpoints
        if self._link is not None and not self._link.client.ended.done():
            await self._link.watch(endpoints)

    async def ended(self) -> LinkEnd:
        if self._link is None:
            return LinkEnd("not open")
        return await asyncio.shield(self._link.client.ended)

    async def close(self) -> None:
        if self._link is not None:
            await self._link.close()

    async def diagnose(self, wanted: Wanted, now_ms: Callable[[], int]) -> tuple[Finding, ...]:
        """Examine this FreeSWITCH over connections of its own; a link that is open is not touched."""
        return await Diagnosis(self._settings, self._cell, self._endpoints, wanted, now_ms).run()

    async def observe_trunks(self, trunks: tuple[str, ...], tell: Callable[[TrunkSeen], None]) -> None:
        await observe(self._settings, trunks, tell)

    def _up(self) -> Link:
        """The link, where it works: an engine that was fenced commands no more."""
        if self._link is None:
            raise LinkLost(f"{self._settings.shown}: not open")
        ended = self._link.client.ended
        if ended.done():
            raise LinkLost(f"{self._settings.shown}: {ended.result().reason}")
        return self._link

    # ------------------------------------------------------------ one leg

    async def answer(self, leg: LegId) -> None:
        await self._up().bridging.answer(leg)

    async def ring(self, leg: LegId) -> None:
        await self._up().playing.ring(leg)

    async def hang_up(self, leg: LegId, cause: Cause) -> None:
        link = self._up()
        known = link.translator.legs.get(leg)
        if known is not None:
            known.asked = cause
        await link.kill(leg)

    async def originate(self, request: OriginateRequest) -> None:
        await self._up().originating.originate(request)

    async def stamp(self, leg: LegId, stamp: Stamp) -> None:
        await self._up().variables.set(leg, variables_of(stamp))

    async def set_variables(self, leg: LegId, variables: Mapping[str, str]) -> None:
        await self._up().variables.set(leg, harmless(variables, f"set variables of {leg}"))

    async def music(self, leg: LegId, name: str) -> None:
        await self._up().playing.music(leg, name)

    async def stop_music(self, leg: LegId) -> None:
        await self._up().playing.stop_music(leg)

    async def play(self, leg: LegId, play: PlayId, media: str) -> None:
        await self._up().playing.play(leg, play, media)

    async def stop_play(self, leg: LegId, play: PlayId) -> None:
        await self._up().playing.stop(leg, play)

    async def send_digits(self, leg: LegId, digits: str) -> None:
        if not _DIGITS.fullmatch(digits):
            raise Refused(f"digits to {leg}: only 0-9, A-D, * and # can be sent")
        await self._up().api.leg("digits to", "uuid_send_dtmf", leg, digits)

    async def mute(self, leg: LegId, direction: Direction, on: bool) -> None:
        await self._up().listening.mute(leg, direction, on)

    async def redirect(self, leg: LegId, target: str) -> None:
        await self._up().api.execute("redirect", leg, "redirect", _target(leg, target))

    async def refer(self, leg: LegId, target: str) -> None:
        """Without the variable FreeSWITCH ends a call whose far end does not follow."""
        api, where = self._up().api, _target(leg, target)
        await api.set("refer", leg, {"sip_refer_continue_after_reply": "true"})
        await api.execute("refer", leg, "deflect", where)

    # ------------------------------------------------------------ bridges

    async def join(self, bridge: BridgeId, legs: tuple[LegId, ...], stamp: Stamp) -> None:
        await self._up().bridging.join(bridge, legs, stamp)

    async def leave(self, bridge: BridgeId, legs: tuple[LegId, ...]) -> None:
        await self._up().bridging.leave(bridge, legs)

    async def release(self, bridge: BridgeId) -> None:
        await self._up().bridging.release(bridge)

    async def conference(self, bridge: BridgeId, legs: tuple[LegId, ...], stamp: Stamp) -> None:
        await self._up().bridging.join(bridge, legs, stamp, confer=True)

    # ------------------------------------------------------------ recording and listening

    async def record(self, recording: RecordingId, target: LegId | BridgeId) -> None:
        await self._up().listening.record(recording, target)

    async def mask(self, recording: RecordingId) -> None:
        await self._up().listening.control(recording, "mask")

    async def unmask(self, recording: RecordingId) -> None:
        await self._up().listening.control(recording, "unmask")

    async def stop_record(self, recording: RecordingId) -> None:
        await self._up().listening.control(recording, "stop")

    async def spy(self, supervisor: LegId, target: LegId, hears: Hears, speaks_to: SpeaksTo) -> None:
        await self._up().listening.spy(supervisor, target, hears, speaks_to)

    # ------------------------------------------------------------ accounts

    async def put_account(self, endpoint: str, secret: str, options: Mapping[str, str]) -> None:
        await self._up().accounts.put(endpoint, secret, options)

    async def put_phone(self, endpoint: str, digest: str) -> None:
        await self._up().accounts.put_phone(endpoint, digest)

    async def remove_account(self, endpoint: str) -> None:
        await self._up().accounts.remove(endpoint)


def _target(leg: LegId, target: str) -> str:
    if not _TARGET.fullmatch(target):
        raise Refused(f"transfer {leg}: the target is no address")
    return target


__all__ = ["FreeSwitchDriver"]
