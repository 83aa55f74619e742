"""The driver port, wired to the PBX inside the process."""

from collections.abc import Callable, Mapping

from cordpair.acd.causes import Cause, SeatStatus
from cordpair.acd.inputs import BridgeSeen, Snapshot, Stamp
from cordpair.ids import BridgeId, LegId, NodeId, PlayId, RecordingId
from cordpair.pbx import (
    Capability,
    Direction,
    Emit,
    Finding,
    Hears,
    Level,
    LinkEnd,
    LinkLost,
    OriginateRequest,
    SipSwitch,
    SpeaksTo,
    Unsupported,
    Wanted,
)
from cordpair_loopback import translate
from cordpair_loopback.client import Link
from cordpair_loopback.crowd import Crowd
from cordpair_loopback.pbx import LoopbackPbx, SwitchError
from cordpair_loopback.pbx.signals import PhoneState
from cordpair_loopback.pbx.state import SIMULATED_LEG
from cordpair_loopback.sip import Exchange

GONE = 404
# What a command needs of the leg it is for: one with a browser at its end has no media here.
NEEDS = {
    "music": Capability.MUSIC,
    "stop_music": Capability.MUSIC,
    "play": Capability.PROMPTS,
    "stop_play": Capability.PROMPTS,
    "send_digits": Capability.SEND_DIGITS,
    "mute": Capability.MUTE,
    "refer": Capability.REFER,
    "redirect": Capability.REDIRECT,
    "record": Capability.RECORD,
    "spy": Capability.SPY,
    "conference": Capability.CONFERENCE,
}


class LoopbackDriver:
    """Drives ``pbx`` for one cell. It may be opened again after its link has ended."""

    def __init__(
        self,
        node: NodeId,
        pbx: LoopbackPbx,
        cell: str,
        endpoints: tuple[str, ...],
        crowd: Crowd | None = None,  # begins with the first link
    ) -> None:
        self.node = node
        self.pbx = pbx
        self._cell = cell
        self._endpoints = endpoints
        self._crowd = crowd
        self._link: Link | None = None
        pbx.app = pbx.app or cell

    def capabilities(self, leg: LegId | None = None) -> frozenset[Capability]:
        if leg is None:
            return SIMULATED_LEG
        found = self.pbx.switch.legs.get(leg)
        return frozenset() if found is None else found.capabilities

    def sip_switch(self) -> SipSwitch:
        """Browsers' way in, with sound: the gateway's door stands before it."""
        if self.pbx.sip is None:
            self.pbx.sip = Exchange(self.pbx)
        return self.pbx.sip

    # ------------------------------------------------------------ link

    async def open(self, emit: Emit) -> None:
        await self.close()
        self._link = Link(self.pbx, self._cell, self.node, frozenset(self._endpoints), emit)
        if self._crowd is not None:
            crowd, self._crowd = self._crowd, None
            crowd.start()

    async def snapshot(self) -> Snapshot:
        return await self._open_link().command("snapshot", self._look)

    async def watch(self, endpoints: tuple[str, ...]) -> None:
        added = [endpoint for endpoint in endpoints if endpoint not in self._endpoints]
        self._endpoints = endpoints
        if self._link is not None and not self._link.end.done():
            self._link.watch(frozenset(endpoints), {endpoint: self._seat(endpoint) for endpoint in added})

    async def ended(self) -> LinkEnd:
        return await self._link.wait() if self._link is not None else LinkEnd("not open")

    async def close(self) -> None:
        if self._link is not None:
            self._link.close()

    async def diagnose(self, wanted: Wanted, now_ms: Callable[[], int]) -> tuple[Finding, ...]:
        return (Finding(Level.OK, "link", "the PBX inside this process: always there, and nothing to configure"),)

    # ------------------------------------------------------------ one leg

    async def answer(self, leg: LegId) -> None:
        await self._for_legs("answer", (leg,), lambda: self.pbx.switch.answer(leg))

    async def ring(self, leg: LegId) -> None:
        await self._for_legs("ring", (leg,), lambda: self.pbx.switch.ring(leg))

    async def hang_up(self, leg: LegId, cause: Cause) -> None:
        status, elsewhere = translate.STATUSES[cause], cause is Cause.ANSWERED_ELSEWHERE
        await self._for_legs("hang_up", (leg,), lambda: self.pbx.switch.hang_up(leg, status, elsewhere=elsewhere))

    async def originate(self, request: OriginateRequest) -> None:
        await self._open_link().command("originate", lambda: self.pbx.originate(self._cell, request))

    async def stamp(self, leg: LegId, stamp: Stamp) -> None:
        await self._for_legs("stamp", (leg,), lambda: self.pbx.switch.stamp(leg, stamp))

    async def set_variables(self, leg: LegId, variables: Mapping[str, str]) -> None:
        await self._for_legs("set_variables", (leg,), lambda: self.pbx.switch.set_variables(leg, variables))

    async def music(self, leg: LegId, name: str) -> None:
        await self._for_legs("music", (leg,), lambda: self.pbx.switch.music(leg, name))

    async def stop_music(self, leg: LegId) -> None:
        await self._for_legs("stop_music", (leg,), lambda: self.pbx.switch.stop_music(leg))

    async def play(self, leg: LegId, play: PlayId, media: str) -> None:
        await self._for_legs("play", (leg,), lambda: self.pbx.switch.play(leg, play, media))

    async def stop_play(self, leg: LegId, play: PlayId) -> None:
        await self._for_legs("stop_play", (leg,), lambda: self.pbx.switch.stop_play(leg, play))

    async def send_digits(self, leg: LegId, digits: str) -> None:
        await self._for_legs("send_digits", (leg,), lambda: self.pbx.switch.send_digits(leg, digits))

    async def mute(self, leg: LegId, direction: Direction, on: bool) -> None:
        await self._for_legs("mute", (leg,), lambda: self.pbx.switch.mute(leg, direction, on=on))

    async def redirect(self, leg: LegId, target: str) -> None:
        await self._for_legs("redirect", (leg,), lambda: self.pbx.switch.redirect(leg, target))

    async def refer(self, leg: LegId, target: str) -> None:
        await self._for_legs("refer", (leg,), lambda: self.pbx.switch.refer(leg, target))

    # ------------------------------------------------------------ bridges

    async def join(self, bridge: BridgeId, legs: tuple[LegId, ...], stamp: Stamp) -> None:
        await self._join("join", bridge, legs, stamp)

    async def leave(self, bridge: BridgeId, legs: tuple[LegId, ...]) -> None:
        await self._for_legs("leave", legs, lambda: self.pbx.switch.leave(bridge, legs))

    async def release(self, bridge: BridgeId) -> None:
        await self._open_link().command("release", lambda: self.pbx.switch.release(self._own_bridge(bridge)))

    async def conference(self, bridge: BridgeId, legs: tuple[LegId, ...], stamp: Stamp) -> None:
        await self._join("conference", bridge, legs, stamp)

    # ------------------------------------------------------------ recording and listening

    async def record(self, recording: RecordingId, target: LegId | BridgeId) -> None:
        def act() -> None:
            if target in self.pbx.switch.bridges:
                self._own_bridge(target)
            else:
                self._own(target)
                self._able("record", target)
            self.pbx.switch.taps.record(recording, target, self._cell)

        await self._open_link().command("record", act)

    async def mask(self, recording: RecordingId) -> None:
        await self._open_link().command("mask", lambda: self.pbx.switch.taps.mask(recording, on=True))

    async def unmask(self, recording: RecordingId) -> None:
        await self._open_link().command("unmask", lambda: self.pbx.switch.taps.mask(recording, on=False))

    async def stop_record(self, recording: RecordingId) -> None:
        await self._open_link().command("stop_record", lambda: self.pbx.switch.taps.stop(recording))

    async def spy(self, supervisor: LegId, target: LegId, hears: Hears, speaks_to: SpeaksTo) -> None:
        taps = self.pbx.switch.taps
        await self._for_legs("spy", (supervisor, target), lambda: taps.spy(supervisor, target, hears, speaks_to))

    # ------------------------------------------------------------ accounts

    async def put_account(self, endpoint: str, secret: str, options: Mapping[str, str]) -> None:
        def act() -> None:
            if endpoint not in self.pbx.phones:
                self.pbx.add_phone(endpoint, registered=False)

        await self._open_link().command("put_account", act)

    async def put_phone(self, endpoint: str, digest: str) -> None:
        raise Unsupported(f"put phone {endpoint}: the loopback PBX has phones in browsers only")

    async def remove_account(self, endpoint: str) -> None:
        await self._open_link().command("remove_account", lambda: self.pbx.remove_phone(endpoint))

    # ------------------------------------------------------------ inner parts

    def _open_link(self) -> Link:
        if self._link is None:
            raise LinkLost(f"{self.node}: the link was never opened")
        return self._link

    def _own(self, leg: str) -> None:
        """What did not come into our application is none of our business."""
        if self.pbx.switch.leg(leg).app != self._cell:
            raise SwitchError(GONE, f"{leg} is not under our control")

    def _able(self, name: str, leg: str) -> None:
        needed = NEEDS.get(name)
        if needed is not None and needed not in self.pbx.switch.leg(leg).capabilities:
            raise Unsupported(f"{name}: a browser's leg of the loopback PBX has no {needed}; it is silent meanwhile")

    def _own_bridge(self, bridge: str) -> str:
        found = self.pbx.switch.bridges.get(bridge)
        if found is None or found.app != self._cell:
            raise SwitchError(GONE, f"no bridge {bridge} of ours")
        return bridge

    async def _for_legs(self, name: str, legs: tuple[LegId, ...], act: Callable[[], None]) -> None:
        def checked() -> None:
            for leg in legs:
                self._own(leg)
                self._able(name, leg)
            act()

        await self._open_link().command(name, checked)

    async def _join(self, name: str, bridge: BridgeId, legs: tuple[LegId, ...], stamp: Stamp) -> None:
        def act() -> None:
            if bridge in self.pbx.switch.bridges:
                self._own_bridge(bridge)
            for leg in legs:
                if leg in self.pbx.switch.legs:
                    self._own(leg)
                    self._able(name, leg)
            self.pbx.switch.join(bridge, legs, stamp, self._cell)

        def raced() -> None:
            """Accepted; but the caller hangs up before anybody is in."""
            callers = [found for leg in legs if (found := self.pbx.switch.leg(leg)).arrival is not None]
            for caller in callers[:1]:
                self.pbx.switch.end(caller, 200 if caller.answered else 487)
            left = tuple(leg for leg in legs if leg in self.pbx.switch.legs)
            self.pbx.switch.join(bridge, left, stamp, self._cell)

        await self._open_link().command(name, act, raced)

    def _look(self) -> Snapshot:
        switch = self.pbx.switch
        return Snapshot(
            epoch=self.pbx.epoch,
            legs=tuple(translate.seen(leg, self.node) for leg in switch.legs.values() if leg.app == self._cell),
            bridges=tuple(
                BridgeSeen(BridgeId(bridge.id), tuple(map(LegId, bridge.legs)), bridge.stamp)
                for bridge in switch.bridges.values()
                if bridge.app == self._cell
            ),
            seats={endpoint: self._seat(endpoint) for endpoint in self._endpoints},
            recordings=tuple(RecordingId(found.id) for found in switch.taps.recordings.values()),
        )

    def _seat(self, endpoint: str) -> SeatStatus:
        phone = self.pbx.phones.get(endpoint)
        return translate.SEATS[PhoneState.OFFLINE if phone is None else phone.state]


__all__ = ["LoopbackDriver"]
