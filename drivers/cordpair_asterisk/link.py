"""One link to one Asterisk, from the login to its end: what must be in place before the first event is read."""

import asyncio
import logging

from cordpair.acd.causes import SeatStatus
from cordpair.acd.inputs import LegEnded, RecordingEnded, Snapshot
from cordpair.ids import LegId, RecordingId
from cordpair.pbx import FULL, Capability, Emit, LinkLost, PbxError, Refused
from cordpair.pbx.chores import Chores, together
from cordpair_asterisk import inventory
from cordpair_asterisk.accounts import Accounts
from cordpair_asterisk.bridging import Bridging
from cordpair_asterisk.client import NOT_FOUND, OK, UNPROCESSABLE, AriClient
from cordpair_asterisk.config import Settings
from cordpair_asterisk.listening import Listening
from cordpair_asterisk.playing import Playing
from cordpair_asterisk.stamps import TECHNOLOGY, spying_supervisor
from cordpair_asterisk.translate import REPLACED, WANTED, Inputs, Translator
from cordpair_asterisk.variables import Variables
from cordpair_asterisk.wire import (
    Bridge,
    Event,
    Malformed,
    decode_application,
    decode_bridges,
    decode_channels,
    decode_device_state,
    decode_info,
)

log = logging.getLogger(__name__)

ABLE = FULL | {Capability.ACCOUNTS, Capability.PHONES}
# The state of a device follows its channel by some milliseconds; normally its own event is here first.
SETTLE = 0.1
UNSURE = 1.0
# What was hung up is gone from Asterisk within milliseconds, on a machine that is not overloaded.
LEAVING = (0.02, 0.08, 0.4, 1.5)  # s before each look
SUBSCRIPTIONS_AT_ONCE = 100


class Link:
    """The parts that live as long as one event WebSocket."""

    def __init__(self, settings: Settings, translator: Translator, emit: Emit) -> None:
        self.client = AriClient(settings, translator.app)
        self.translator = translator
        self.playing = Playing(self.client, translator)
        self.bridging = Bridging(self.client, translator, self.playing)
        self.listening = Listening(self.client, translator)
        self.variables = Variables(self.client)
        self.accounts = Accounts(self.client)
        self.capabilities = ABLE
        self._emit = emit
        self._chores = Chores(Malformed)
        self._unmarked = False

    async def open(self) -> None:
        """Login, event filter (lost with every WebSocket), subscriptions (lost with a restart); then read events."""
        await self.client.connect()
        try:
            await self._prepare()
        except PbxError as error:
            raise _no_link(error) from None
        self.client.read(self._receive)

    async def _prepare(self) -> None:
        path = f"applications/{self.translator.app}"
        allowed = {"allowed": [{"type": name} for name in WANTED]}
        await self.client.request("PUT", f"{path}/eventFilter", "event filter", body=allowed)
        await self._subscribe_all(path, self.translator.seats.endpoints)
        if not await self._can_refer():
            self.capabilities = ABLE - {Capability.REFER}

    async def watch(self, endpoints: tuple[str, ...]) -> None:
        """Other seats than before. What is still told of those that are left out is passed over."""
        added = self.translator.seats.watch(endpoints)
        await self._subscribe_all(f"applications/{self.translator.app}", added)
        try:
            await together(*(self._read_seat(endpoint) for endpoint in added))
        except Malformed as error:
            raise LinkLost(f"a reply that is not ARI's: {error}") from None

    async def _subscribe_all(self, path: str, endpoints: tuple[str, ...]) -> None:
        for first in range(0, len(endpoints), SUBSCRIPTIONS_AT_ONCE):
            await self._subscribe(path, endpoints[first : first + SUBSCRIPTIONS_AT_ONCE])

    async def _subscribe(self, path: str, endpoints: tuple[str, ...]) -> None:
        """All at once; where Asterisk refuses because of one, one by one without it: that seat is unreachable."""
        sources = [f"deviceState:{TECHNOLOGY}{endpoint}" for endpoint in endpoints]
        body, what = {"eventSource": sources}, "subscribe to seats"
        reply = await self.client.request("POST", f"{path}/subscription", what, body=body, accept=(UNPROCESSABLE,))
        if reply.status == UNPROCESSABLE and len(endpoints) > 1:
            for endpoint in endpoints:
                await self._subscribe(path, (endpoint,))

    async def _can_refer(self) -> bool:
        """Without res_pjsip_refer ARI accepts a REFER and sends none."""
        try:
            return await self.client.exists("asterisk/modules/res_pjsip_refer.so")
        except Refused:
            return False

    # ------------------------------------------------------------ snapshot

    async def snapshot(self) -> Snapshot:
        try:
            return await self._take()
        except Malformed as error:
            raise LinkLost(f"a reply that is not ARI's: {error}") from None
        except PbxError as error:
            raise _no_link(error) from None

    async def _take(self) -> Snapshot:
        self.translator.legs.begin_snapshot()
        get, application = self.client.get, f"applications/{self.translator.app}"
        info = decode_info((await get("asterisk/info", "read the epoch")).body)
        inside = decode_application((await get(application, "read the application")).body).channel_ids
        # Bridges before channels: a leg that is in a bridge here is in the list of channels, if it still lives.
        bridges = decode_bridges((await get("bridges", "list bridges")).body)
        channels = decode_channels((await get("channels", "list channels")).body)
        epoch = f"{info.system.entity_id}/{info.status.startup_time}"
        seen = inventory.take(self.translator, epoch, channels, bridges, inside)
        await self._look_at_spies(bridges)
        # Seats after legs: only now it is known which of them are busy with a call of ours.
        return inventory.complete(seen, await self._seats(), await self._recordings())

    async def _seats(self) -> dict[str, SeatStatus]:
        endpoints = self.translator.seats.endpoints
        await together(*(self._read_seat(endpoint, tell=False) for endpoint in endpoints))
        return {endpoint: self.translator.seats.status(endpoint) or SeatStatus.UNREACHABLE for endpoint in endpoints}

    async def _recordings(self) -> tuple[RecordingId, ...]:
        """Live recordings cannot be listed; those whose names we know can be asked for."""
        names = tuple(self.translator.recordings)
        paths = (f"recordings/live/{name}" for name in names)
        replies = await together(*(self.client.get(p, "look for a recording", accept=(NOT_FOUND,)) for p in paths))
        alive = tuple(name for name, reply in zip(names, replies, strict=True) if reply.status == OK)
        for name in set(names) - set(alive):
            self.translator.recordings.pop(name, None)
        return alive

    async def _look_at_spies(self, bridges: tuple[Bridge, ...]) -> None:
        """Take over the spying of an earlier link, and end what nobody listens to; nobody else knows of it."""
        for bridge in bridges:
            supervisor = spying_supervisor(bridge, self.translator.cell)
            ears = tuple(channel for channel in bridge.channels if channel != supervisor)
            if supervisor is not None and supervisor in self.translator.legs:
                self.listening.adopt(supervisor, ears)
            elif supervisor is not None:
                await self.listening.end_bridge(bridge.id, ears)

    # ------------------------------------------------------------ events

    def _receive(self, event: Event) -> None:
        if event.type == REPLACED:
            self.client.end("another engine took the application over", fenced=True)
            return
        if event.type == "StasisStart":
            self._look_at(event)
        self._tell(self.translator.translate(event))
        while self.translator.unexplained:
            self._chores.start(self._explain(self.translator.unexplained.pop()))

    def _look_at(self, event: Event) -> None:
        self.listening.entered(event)
        if event.channel is not None and event.channel.channelvars is None and not self._unmarked:
            self._unmarked = True
            log.warning("ari.conf lacks channelvars: after a restart, legs cannot be told from new arrivals")

    def _tell(self, inputs: Inputs) -> None:
        if self.client.ended.done():
            return
        for item in inputs:
            self._emit(item)
            if isinstance(item, LegEnded):
                self.bridging.ended(item.leg)
                if self.listening.spies(item.leg):
                    self._chores.start(self.listening.ended(item.leg))
            elif isinstance(item, RecordingEnded):
                self._chores.start(self.listening.recording_ended(item.recording))
        while self.translator.vacated:
            endpoint = self.translator.vacated.pop()
            if self.translator.seats.passed_over(endpoint):
                self._chores.start(self._read_again(endpoint))

    async def _explain(self, leg: LegId) -> None:
        try:
            gone = await self._goes(leg)
        except PbxError:
            gone = False
        self._tell(self.translator.explained(leg, gone=gone))

    async def _goes(self, leg: LegId) -> bool:
        for pause in LEAVING:
            await asyncio.sleep(pause)
            if not await self.client.exists(f"channels/{leg}"):
                return True
        return False

    def vacated(self) -> None:
        """Look after seats that a refused originate has left."""
        self._tell(())

    def unsure_of(self, leg: LegId) -> None:
        """An originate was not answered in time: while we take the seat for ours, its own news is passed over."""
        self._chores.start(self._look_for(leg))

    async def _look_for(self, leg: LegId) -> None:
        await asyncio.sleep(UNSURE)
        known = self.translator.legs.get(leg)
        if known is not None and not known.ringing and not await self.client.exists(f"channels/{leg}"):
            self.translator.vacated.add(known.endpoint)
            known.endpoint = ""
            self._tell(())

    async def _read_again(self, endpoint: str) -> None:
        """While our leg was there the seat's own news was passed over; it may have taken another call."""
        asked = self.translator.seats.news(endpoint)
        await asyncio.sleep(SETTLE)
        seats = self.translator.seats
        if seats.news(endpoint) == asked and seats.passed_over(endpoint) and not self.translator.legs.rings(endpoint):
            await self._read_seat(endpoint)

    async def _read_seat(self, endpoint: str, *, tell: bool = True) -> None:
        asked = self.translator.seats.news(endpoint)
        reply = await self.client.get(
            f"deviceStates/{TECHNOLOGY[:-1]}%2F{endpoint}", "read a seat", accept=(NOT_FOUND,)
        )
        state = decode_device_state(reply.body).state if reply.status == OK else "INVALID"
        inputs = self.translator.seat_read(endpoint, state, asked_at=asked)
        if tell:
            self._tell(inputs)

    # ------------------------------------------------------------ the end

    async def close(self) -> None:
        await self._chores.close()
        await self.client.close()


def _no_link(error: PbxError) -> LinkLost:
    """Whatever went wrong on the way to a usable link; while Asterisk starts, modules answer 404 for a moment."""
    return error if isinstance(error, LinkLost) else LinkLost(str(error))


__all__ = ["ABLE", "Link"]
