"""The driver: the port's operations on ARI. Decides nothing."""

import asyncio
from collections.abc import Callable, Mapping

from cordpair.acd.causes import Cause
from cordpair.acd.inputs import Snapshot, Stamp
from cordpair.ids import BridgeId, LegId, NodeId, PlayId, RecordingId
from cordpair.pbx import (
    Capability,
    CommandTimedOut,
    Direction,
    Emit,
    Finding,
    Hears,
    LegGone,
    LinkEnd,
    LinkLost,
    OriginateRequest,
    PbxError,
    SpeaksTo,
    Unsupported,
    Wanted,
)
from cordpair.pbx.trunks import TrunkSeen
from cordpair_asterisk.causes import REASON_CODES
from cordpair_asterisk.config import Settings
from cordpair_asterisk.diagnosis import Diagnosis
from cordpair_asterisk.link import ABLE, Link
from cordpair_asterisk.originating import originate
from cordpair_asterisk.stamps import TECHNOLOGY, variables_of
from cordpair_asterisk.translate import Translator
from cordpair_asterisk.trunks import observe


class AsteriskDriver:
    """One Asterisk, over ARI."""

    def __init__(self, node: NodeId, settings: Settings, cell: str, endpoints: tuple[str, ...]) -> None:
        self.node = node
        self._settings, self._cell, self._endpoints = settings, cell, endpoints
        self._link: Link | None = None

    def __repr__(self) -> str:
        return f"AsteriskDriver({self.node}, {self._settings.shown})"

    def capabilities(self, leg: LegId | None = None) -> frozenset[Capability]:
        return self._link.capabilities if self._link is not None else ABLE

    # ------------------------------------------------------------ link

    async def open(self, emit: Emit) -> None:
        before = self._link
        await self.close()
        translator = Translator(self.node, self._cell, self._endpoints)
        if before is not None:  # live recordings cannot be listed: keep their names
            translator.recordings.update(dict.fromkeys(before.translator.recordings))
        link = Link(self._settings, translator, emit)
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
        return await Diagnosis(self._settings, self._cell, self._endpoints, wanted, now_ms).run()

    async def observe_trunks(self, trunks: tuple[str, ...], tell: Callable[[TrunkSeen], None]) -> None:
        await observe(self._settings, self._cell, trunks, tell)

    def _up(self) -> Link:
        if self._link is None:
            raise LinkLost(f"{self._settings.shown}: not open")
        return self._link

    # ------------------------------------------------------------ one leg

    async def answer(self, leg: LegId) -> None:
        await self._up().bridging.answer(leg)

    async def ring(self, leg: LegId) -> None:
        await self._up().bridging.ring(leg)

    async def hang_up(self, leg: LegId, cause: Cause) -> None:
        link = self._up()
        if not link.translator.hanging_up(leg, cause):
            raise LegGone(f"hang up {leg}: it is gone")
        code = {"reason_code": str(REASON_CODES[cause])}
        await link.client.request("DELETE", f"channels/{leg}", f"hang up {leg}", query=code)

    async def originate(self, request: OriginateRequest) -> None:
        link = self._up()
        link.bridging.originated(request.leg)
        try:
            await originate(link.client, link.translator, request)
        except (CommandTimedOut, asyncio.CancelledError):
            link.unsure_of(request.leg)
            raise
        except PbxError:
            link.vacated()
            raise

    async def stamp(self, leg: LegId, stamp: Stamp) -> None:
        await self._up().variables.set(leg, variables_of(stamp))

    async def set_variables(self, leg: LegId, variables: Mapping[str, str]) -> None:
        await self._up().variables.set(leg, variables)

    async def music(self, leg: LegId, name: str) -> None:
        await self._up().bridging.music(leg, name)

    async def stop_music(self, leg: LegId) -> None:
        await self._up().bridging.stop_music(leg)

    async def play(self, leg: LegId, play: PlayId, media: str) -> None:
        await self._up().playing.play(leg, play, media)

    async def stop_play(self, leg: LegId, play: PlayId) -> None:
        await self._up().playing.stop(play)

    async def send_digits(self, leg: LegId, digits: str) -> None:
        await self._up().client.request("POST", f"channels/{leg}/dtmf", f"digits to {leg}", body={"dtmf": digits})

    async def mute(self, leg: LegId, direction: Direction, on: bool) -> None:
        method, where = "POST" if on else "DELETE", {"direction": direction.value}
        await self._up().client.request(method, f"channels/{leg}/mute", f"mute {leg}", query=where)

    async def redirect(self, leg: LegId, target: str) -> None:
        await self._transfer(leg, target)

    async def refer(self, leg: LegId, target: str) -> None:
        if Capability.REFER not in self.capabilities():
            raise Unsupported(f"refer {leg}: this Asterisk has not loaded res_pjsip_refer")
        await self._transfer(leg, target)

    async def _transfer(self, leg: LegId, target: str) -> None:
        """ARI has one operation: an un-answered channel gets a 302, an answered one a REFER."""
        body = {"endpoint": f"{TECHNOLOGY}{target}"}
        await self._up().client.request("POST", f"channels/{leg}/redirect", f"transfer {leg}", body=body)

    # ------------------------------------------------------------ bridges

    async def join(self, bridge: BridgeId, legs: tuple[LegId, ...], stamp: Stamp) -> None:
        await self._up().bridging.join(bridge, legs, stamp)

    async def leave(self, bridge: BridgeId, legs: tuple[LegId, ...]) -> None:
        await self._up().bridging.leave(bridge, legs)

    async def release(self, bridge: BridgeId) -> None:
        await self._up().bridging.release(bridge)

    async def conference(self, bridge: BridgeId, legs: tuple[LegId, ...], stamp: Stamp) -> None:
        await self._up().bridging.join(bridge, legs, stamp)

    # ------------------------------------------------------------ recording and listening

    async def record(self, recording: RecordingId, target: LegId | BridgeId) -> None:
        await self._up().listening.record(recording, target)

    async def mask(self, recording: RecordingId) -> None:
        await self._up().listening.control(recording, "POST", "mute")

    async def unmask(self, recording: RecordingId) -> None:
        await self._up().listening.control(recording, "DELETE", "mute")

    async def stop_record(self, recording: RecordingId) -> None:
        await self._up().listening.control(recording, "POST", "stop")

    async def spy(self, supervisor: LegId, target: LegId, hears: Hears, speaks_to: SpeaksTo) -> None:
        await self._up().listening.spy(supervisor, target, hears, speaks_to)

    # ------------------------------------------------------------ accounts

    async def put_account(self, endpoint: str, secret: str, options: Mapping[str, str]) -> None:
        await self._up().accounts.put(endpoint, secret, options)

    async def put_phone(self, endpoint: str, digest: str) -> None:
        await self._up().accounts.put_phone(endpoint, digest)

    async def remove_account(self, endpoint: str) -> None:
        await self._up().accounts.remove(endpoint)


__all__ = ["AsteriskDriver"]
