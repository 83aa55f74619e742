"""One link to one FreeSWITCH, from the login to its end: what must be in place before the first event is read."""

import asyncio
import logging
import secrets

import msgspec

from cordpair.acd.causes import SeatStatus
from cordpair.acd.inputs import LegArrived, LegEnded, RecordingEnded, Snapshot
from cordpair.ids import LegId
from cordpair.pbx import Emit, LegGone, LinkLost, PbxError
from cordpair.pbx.chores import Chores, together
from cordpair_freeswitch import inventory
from cordpair_freeswitch.accounts import Accounts
from cordpair_freeswitch.api import Api, is_gone, word
from cordpair_freeswitch.bridging import Bridging
from cordpair_freeswitch.causes import KILLS
from cordpair_freeswitch.client import Client
from cordpair_freeswitch.config import Settings
from cordpair_freeswitch.esl import Event, LostFraming, commands
from cordpair_freeswitch.esl.events import decode_json
from cordpair_freeswitch.listening import Listening
from cordpair_freeswitch.originating import JOB, Originating
from cordpair_freeswitch.playing import Playing
from cordpair_freeswitch.pulse import Pulse
from cordpair_freeswitch.translate import RULES, Inputs, Translator
from cordpair_freeswitch.variables import Variables

log = logging.getLogger(__name__)

ENGINE = "cordpair::engine"  # an engine that takes the calls of a cell says so to all others
JOB_ENDED, HEARTBEAT = "BACKGROUND_JOB", "HEARTBEAT"
NAMES = (*(name for name in RULES if "::" not in name), JOB_ENDED, HEARTBEAT)
SUBCLASSES = (*(name for name in RULES if "::" in name), ENGINE)
# Applications whose end is not asked for would be most of all events: every `set` of a dialplan is one.
PLAYBACK = "CHANNEL_EXECUTE_COMPLETE"
EVERY = 20  # seconds between two HEARTBEATs, unless FreeSWITCH is told otherwise
CLAIM = 3.0
AT_ONCE = 64
# How long the list of channels may lag behind the calls; who came just before is looked for once more.
LAG, AGAIN, LATE = 4.0, 0.03, 1.0


class Link:
    """The parts that live as long as one connection."""

    def __init__(self, settings: Settings, translator: Translator, emit: Emit) -> None:
        self._settings = settings
        self.client = Client(settings)
        self.translator = translator
        self.api = Api(self.client, translator.legs)
        self.pulse = Pulse()
        self.variables = Variables(self.api)
        self.playing = Playing(self.api, translator, self.pulse)
        self.bridging = Bridging(self.api, translator, self.playing, self.pulse, self.tell)
        self.originating = Originating(self.api, translator)
        self.listening = Listening(self.api, translator)
        self.accounts = Accounts(self.api)
        self._emit = emit
        self._epoch = ""
        self._engine = secrets.token_hex(8)
        self._claimed = False
        self._silence: asyncio.TimerHandle | None = None
        self._chores = Chores(LostFraming, msgspec.DecodeError)

    async def open(self) -> None:
        """Login, what the switch calls things, subscriptions; then take the cell's calls over from anybody else."""
        await self.client.connect()
        try:
            self._epoch = await self._global("core_uuid")
            self.originating.domain = self.accounts.domain = self._settings.domain or await self._global("domain")
            self.listening.directory = await self._global("recordings_dir")
            # Not one regular expression: FreeSWITCH would compile it again for each event, also for those it drops.
            wanted = [commands.only("Event-Name", name) for name in (*NAMES, "CUSTOM") if name != PLAYBACK]
            await self.client.listen(
                *wanted,
                commands.only("Application", "playback"),
                commands.subscribe(NAMES, SUBCLASSES),
                receive=self._receive,
            )
            await self._claim()
        except PbxError as error:
            raise error if isinstance(error, LinkLost) else LinkLost(str(error)) from None
        self._alive()

    async def _global(self, name: str) -> str:
        value = (await self.api.ask(f"read {name}", "global_getvar", name)).strip()
        return "" if value.startswith("-ERR") else value

    async def _claim(self) -> None:
        """Whoever hears it and has the same cell is fenced; until we hear it ourselves it does not count.

        The first event about somebody's presence that a FreeSWITCH sees holds all events up for half a second
        (mod_sofia starts a thread and sleeps). Better it is ours, now, than that of the first call.
        """
        await self.client.send(commands.probe(), "claim")
        await self.api.tell("claim", ENGINE, {"Cordpair-Cell": self.translator.cell, "Cordpair-Engine": self._engine})
        try:
            async with asyncio.timeout(CLAIM):
                while not self._claimed:
                    await self.pulse.next()
        except TimeoutError:
            raise LinkLost(f"{self._settings.shown}: no event comes back") from None

    async def watch(self, endpoints: tuple[str, ...]) -> None:
        added = self.translator.phones.seats.watch(endpoints)
        await together(*(self._read_seat(endpoint) for endpoint in added))

    # ------------------------------------------------------------ snapshot

    async def snapshot(self) -> Snapshot:
        self.translator.legs.begin_snapshot()
        try:
            rows = await self._settled_rows()
            dumps = await self._dumps(rows)
            legs, bridges = inventory.take(self.translator, dumps)
            inventory.occupied(self.translator, dumps)
            # Seats after legs: only now it is known which of them are busy with a call of ours.
            endpoints = self.translator.phones.seats.endpoints
            await together(*(self._read_seat(endpoint, tell=False) for endpoint in endpoints))
        except PbxError as error:
            raise error if isinstance(error, LinkLost) else LinkLost(str(error)) from None
        except (LostFraming, msgspec.DecodeError):
            raise LinkLost(f"{self._settings.shown}: a reply that is not FreeSWITCH's") from None
        self._chores.start(self._look_again())
        for leg in (seen.leg for seen in legs if not self.translator.is_originated(seen.leg)):
            self._chores.start(self._disarm(leg))
        status = self.translator.phones.seats.status
        seats = {endpoint: status(endpoint) or SeatStatus.UNREACHABLE for endpoint in endpoints}
        return Snapshot(self._epoch, legs, bridges, seats, tuple(self.translator.recordings))

    async def _rows(self) -> tuple[inventory.Row, ...]:
        return inventory.channels(await self.api.ask("list channels", "show", "channels", "as", "json"))

    async def _settled_rows(self) -> tuple[inventory.Row, ...]:
        """The list is told by a database that lags behind the calls: until it is as long as FreeSWITCH's own count was.

        Who came since then is not waited for: their events reach us.
        """
        ends = asyncio.get_running_loop().time() + LAG
        first = inventory.count(await self.api.ask("count channels", "status"))
        while True:
            rows = await self._rows()
            if len(rows) >= first or asyncio.get_running_loop().time() > ends:
                return rows
            await asyncio.sleep(AGAIN)
            first = min(first, inventory.count(await self.api.ask("count channels", "status")))

    async def _dumps(self, rows: tuple[inventory.Row, ...]) -> list[Event]:
        bound = asyncio.Semaphore(AT_ONCE)

        async def dump(uuid: str) -> Event | None:
            async with bound:
                reply = await self.api.ask(f"look at {uuid}", "uuid_dump", word(uuid), "json")
            return None if is_gone(reply) else decode_json(reply.encode())

        known = {leg for leg, _ in self.translator.legs}
        everybody = dict.fromkeys([*(row.uuid for row in rows), *known])
        found = await together(*(dump(uuid) for uuid in everybody))
        return [event for event in found if event is not None]

    async def _look_again(self) -> None:
        await asyncio.sleep(LATE)
        legs = self.translator.legs
        late = tuple(r for r in await self._rows() if LegId(r.uuid) not in legs and not legs.has_ended(LegId(r.uuid)))
        for event in await self._dumps(late):
            leg = LegId(event.uuid)
            if leg not in legs and not legs.has_ended(leg) and event.call_state != "HANGUP":
                self.tell(RULES["CHANNEL_PARK"](self.translator, event))

    # ------------------------------------------------------------ events

    def _receive(self, event: Event) -> None:
        if event.subclass == ENGINE:
            self._heard_of(event)
        elif event.name == JOB_ENDED:
            if event.job.startswith(JOB):
                self._chores.start(self._originate_ended(event))
        elif event.name == HEARTBEAT:
            self._alive(event.interval)
        else:
            self.tell(self.translator.translate(event))
        self.pulse.beat()

    def _heard_of(self, event: Event) -> None:
        if event.engine_cell != self.translator.cell:
            return
        if event.engine == self._engine:
            self._claimed = True
        elif self._claimed:
            self.client.end("another engine took the calls over", fenced=True)

    def tell(self, inputs: Inputs) -> None:
        if self.client.ended.done():
            return
        for item in inputs:
            self._emit(item)
            if isinstance(item, LegArrived):
                # The dialplan would send the caller to its fallback, as if there were no engine.
                self._chores.start(self._disarm(item.leg))
            elif isinstance(item, LegEnded):
                self.listening.forget(item.leg)
            elif isinstance(item, RecordingEnded):
                self._chores.start(self.listening.ended(item.recording))
        while self.translator.to_cancel:
            self._chores.start(self.kill(self.translator.to_cancel.pop()))
        while self.translator.to_ask:
            self._chores.start(self._ask_again(self.translator.to_ask.popitem()[0]))
        if self.translator.phones.to_tell:
            self.tell(self.translator.seats_said())

    async def _disarm(self, leg: LegId) -> None:
        await self.api.ask(f"disarm {leg}", "sched_del", word(leg))

    async def _originate_ended(self, event: Event) -> None:
        self.tell(await self.originating.ended(event))

    async def kill(self, leg: LegId) -> None:
        known = self.translator.legs.get(leg)
        if known is None or known.asked is None:
            raise LegGone(f"hang up {leg}: it is gone")
        reply = await self.api.ask(f"hang up {leg}", "uuid_kill", word(leg), KILLS[known.asked])
        if is_gone(reply) and known.created:
            raise LegGone(f"hang up {leg}: it is gone")
        # Where FreeSWITCH is still about to make it, it is ended as soon as it is there.

    async def _ask_again(self, endpoint: str) -> None:
        """A browser may have registered over a new line before the old one was closed: the list of them knows.

        It lags behind what is said (0.2 s were seen), so what it says is not believed for good at once.
        """
        for _ in range(2):
            await asyncio.sleep(LATE)
            await self._read_seat(endpoint)

    async def _read_seat(self, endpoint: str, *, tell: bool = True) -> None:
        """Where its phone is registered, and whether it answers there."""
        asked, user = self.translator.phones.seats.news(endpoint), f"{word(endpoint)}@{self.originating.domain}"
        profile = inventory.profile_of(await self.api.ask("read a seat", "sofia_contact", f"*/{user}"))
        there, registration = False, ""
        if profile:
            reply = await self.api.ask("read a seat", "sofia", "xmlstatus", "profile", word(profile), "user", user)
            there, registration = inventory.phone(reply)
        inputs = self.translator.seat_read(endpoint, there=there, asked_at=asked, registration=registration)
        if tell:
            self.tell(inputs)

    def _alive(self, interval: str = "") -> None:
        """Three HEARTBEATs in a row may be late."""
        if self._silence is not None:
            self._silence.cancel()
        seconds = int(interval) if interval.isascii() and interval.isdigit() else EVERY
        loop = asyncio.get_running_loop()
        self._silence = loop.call_later(3.5 * seconds, self.client.end, "no HEARTBEAT comes any more")

    async def close(self) -> None:
        if self._silence is not None:
            self._silence.cancel()
        await self._chores.close()
        await self.client.close()


__all__ = ["Link"]
