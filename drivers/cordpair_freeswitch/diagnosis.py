"""Examining a FreeSWITCH for ``cordpair doctor``: look, then try what fails silently.

FreeSWITCH reports success for music without a file, for a recording on a full disk and for an application that hangs
the caller up. So the doctor lets itself be called, and hears. It says nothing of engines: ``cordpair::engine`` would
fence the one that runs, and its call bears the stamp of no cell that there is.
"""

import asyncio
import secrets
import statistics
from collections.abc import AsyncIterator, Awaitable, Callable

import msgspec

from cordpair.pbx import Finding, LinkLost, LoginRefused, PbxError, Wanted
from cordpair.pbx.diagnosis import error, good, warning
from cordpair_freeswitch import browsers, hearing, looking, places, trunks
from cordpair_freeswitch.api import Api
from cordpair_freeswitch.client import Client
from cordpair_freeswitch.config import Settings
from cordpair_freeswitch.esl import Event, LostFraming, commands
from cordpair_freeswitch.legs import CallLegs
from cordpair_freeswitch.link import NAMES, SUBCLASSES
from cordpair_freeswitch.rights import functions
from cordpair_freeswitch.trial import Trial

DOCTOR = "cordpair::doctor"  # an event of ours that means nothing to anybody
SAMPLES = 7
ECHO_S = 3.0
LATE_MS = 200.0
LISTED_LATE_S = 1.0
# Arrival is stamped by the PBX's clock, waits are counted by ours: more than this is seen in figures; more than that
# makes people lose or win places against those who come over another node.
SKEW_SEEN_MS, SKEW_WRONG_MS = 1_000, 5_000
LATER = "mend what is said above, then ask again"


class Diagnosis:
    """One examination."""

    def __init__(
        self, settings: Settings, cell: str, endpoints: tuple[str, ...], wanted: Wanted, now_ms: Callable[[], int]
    ) -> None:
        self._settings, self._cell, self._endpoints = settings, cell, endpoints
        self._wanted, self._now_ms = wanted, now_ms
        self._browsers = not set(wanted.browsers).isdisjoint(endpoints)
        self._phones = not set(wanted.phones).isdisjoint(endpoints)
        self._client = Client(settings)
        legs = CallLegs()
        self._api = Api(self._client, legs)
        self._trial = Trial(self._api, legs)
        self._found: list[Finding] = []
        self._running: list[looking.Profile] = []

    async def run(self) -> tuple[Finding, ...]:
        try:
            if await self._connect():
                await self._examine()
        finally:
            await self._client.close()
        return tuple(self._found)

    async def _connect(self) -> bool:
        why = "the engine cannot reach its calls"
        try:
            await self._client.connect()
        except LoginRefused as refused:
            mend = "compare [pbx] url and password with cordpair.d/event_socket.xml or cordpair.d/engine.xml on the PBX"
            self._add(error("login", str(refused), why, mend))
        except LinkLost as lost:
            mend = "is FreeSWITCH running, is mod_event_socket loaded, and does a firewall stand between?"
            if "acl" in str(lost):
                mend = "add this machine's address to the list cordpair-engine: cordpair.d/acl-engine.xml, `reloadacl`"
            self._add(error("link", str(lost), why, mend))
        else:
            self._add(good("link", f"{self._settings.shown}: logged in"))
            return True
        return False

    async def _examine(self) -> None:
        api, settings = self._api, self._settings
        try:
            await self._check("version", self._tell(looking.process(api)))
            await self._check("modules", self._tell(looking.modules(api, browsers=self._browsers or self._phones)))
            await self._check("rights", self._tell(functions(api, browsers=self._browsers or self._phones)))
            if await self._subscribe():
                await self._check("events", self._events())
            await self._check("domain", self._tell(looking.names(api, settings, self._cell)))
            await self._check("profiles", self._profiles())
            await self._check("socket", self._tell(looking.entrance(api, settings)))
            if self._phones:
                await self._check("domain", self._tell(browsers.realm(await self._domain())))
            if self._browsers or self._phones:
                await self._check("accounts", self._tell(browsers.accounts(api, await self._domain())))
            if self._wanted.video:
                await self._check("video", self._tell(browsers.video(api)))
            called = await self._call()
            if called:
                await self._check("list", self._list())
                await self._check("audio", self._tell(hearing.audio(self._trial)))
                await self._check("conference", self._tell(hearing.conference(self._trial)))
                await self._check("recording", self._recording())
                await self._check("music", self._tell(hearing.music(self._trial, self._wanted.music)))
                await self._check("prompts", self._tell(hearing.prompts(self._trial, self._wanted.prompts)))
            await self._check("seats", self._seats())
            await self._check("trunks", self._tell(trunks.findings(api, self._wanted.trunks)))
            if called:
                await self._check("dialplan", self._dialplan())
        finally:
            await self._trial.tidy_up()

    async def _check(self, about: str, look: Awaitable[None]) -> None:
        try:
            await look
        except (PbxError, msgspec.DecodeError, LostFraming) as trouble:
            what = f"could not be examined: {trouble}"
            self._add(error(about, what, "what cannot be examined may not work either", LATER))

    async def _tell(self, seen: AsyncIterator[Finding]) -> None:
        async for finding in seen:
            self._add(finding)

    def _add(self, finding: Finding) -> None:
        self._found.append(finding)

    # ------------------------------------------------------------ events

    async def _subscribe(self) -> bool:
        """What a driver asks for, one by one where it may not have everything; and only what is about us."""
        mine = f"/^{self._trial.name}/"
        filters = [
            commands.only("Event-Subclass", DOCTOR),
            *(commands.only(of, mine) for of in ("Unique-ID", "Job-UUID")),
        ]
        if await self._may_hear(*filters, commands.subscribe(NAMES, (*SUBCLASSES, DOCTOR))):
            return True
        single = {name: commands.subscribe((name,)) for name in NAMES}
        single |= {name: commands.subscribe((), (name,)) for name in (*SUBCLASSES, DOCTOR)}
        denied = [name for name, subscription in single.items() if not await self._may_hear(subscription)]
        needed = [name for name in denied if name != DOCTOR]
        mend = "add them to esl-allowed-events of the account, or leave that line out: `reloadxml`"
        if needed:
            what = f"the account may not hear {places.few(needed)}"
            self._add(error("events", what, "the engine does not see what happens to calls", mend))
        return DOCTOR not in denied

    async def _may_hear(self, *subscriptions: bytes) -> bool:
        try:
            await self._client.listen(*subscriptions, receive=self._receive)
        except LinkLost:
            if self._client.ended.done():
                raise
            return False
        return True

    def _receive(self, event: Event) -> None:
        self._trial.receive(event)

    async def _events(self) -> None:
        """Fire some and wait for each; on the way, compare clocks."""
        loop, took = asyncio.get_running_loop(), list[float]()
        skew = 0
        for _ in range(SAMPLES):
            mark, sent, began = secrets.token_hex(8), self._now_ms(), loop.time()
            await self._api.tell("an echo", DOCTOR, {"Cordpair-Engine": mark})
            event = await self._trial.until(lambda e: e.engine == mark, ECHO_S)  # noqa: B023  awaited at once
            if event is None:
                why = "the engine does not see what happens to calls"
                mend = "restart FreeSWITCH: an Event Socket client that stopped reading can hold all others up"
                self._add(error("events", f"do not come back within {ECHO_S:g} s", why, mend))
                return
            took.append((loop.time() - began) * 1_000)
            received, there = self._now_ms(), int(event.timestamp) // 1_000
            skew = there - sent if there < sent else max(0, there - received)
        self._late(statistics.median(took))
        self._clock(skew)

    def _late(self, median: float) -> None:
        what = f"come back after {median:.0f} ms"
        if median >= LATE_MS:
            why = "agents are offered calls late, and callers hear gaps"
            mend = "look at the load of the PBX, at other clients of its Event Socket, and at the network"
            self._add(warning("events", what, why, mend))
        elif not self._settings.nudge:
            self._add(good("events", f"{what}; with nudge=0 in [pbx] url each waits up to 20 ms"))
        else:
            self._add(good("events", what))

    def _clock(self, skew: int) -> None:
        """How far the PBX's clock is from the time between question and answer."""
        text = f"the PBX's clock is {abs(skew) / 1_000:.1f} s {'ahead of' if skew > 0 else 'behind'} this machine's"
        why = "arrival is stamped there and waits are counted here: places in the queue and figures are wrong"
        mend = "run one time service (chrony, systemd-timesyncd) on both machines: `timedatectl` on each"
        if abs(skew) >= SKEW_WRONG_MS:
            self._add(error("clock", text, why, mend))
        elif abs(skew) >= SKEW_SEEN_MS:
            self._add(warning("clock", text, why, mend))
        else:
            self._add(good("clock", "the PBX's agrees with this machine's"))

    # ------------------------------------------------------------ trying

    async def _profiles(self) -> None:
        self._running, found = await looking.profiles(self._api, browsers=self._browsers)
        self._found += found

    async def _call(self) -> bool:
        """Let FreeSWITCH call us, over whichever profile can."""
        reasons = []
        for profile in self._running:
            try:
                await self._trial.call(profile.name, (profile.host, profile.port))
            except LinkLost as lost:
                reasons.append(str(lost))
                break
            except (PbxError, OSError) as trouble:
                reasons.append(str(trouble))
            else:
                return True
        what = f"none could be made to this machine: {'; '.join(reasons) or 'no SIP profile is running'}"
        why = "audio, music, prompts, recording, conference and dialplan were not tried, and fail silently"
        mend = "let UDP pass between the PBX and this machine, or run the doctor on the PBX itself"
        self._add(warning("call", what, why, mend))
        return False

    async def _list(self) -> None:
        after = await self._trial.listed_after()
        if after is None or after > LISTED_LATE_S:
            what = f"shows a new call {'not at all' if after is None else f'after {after:.1f} s'}"
            why = "after a restart of the engine callers may wait unseen"
            mend = "put core-db-name into memory or on a faster disk (switch.conf.xml), and look at the machine's load"
            self._add(warning("list", f"`show channels` {what}", why, mend))
        else:
            self._add(good("list", "`show channels` is up to date"))

    async def _recording(self) -> None:
        directory = await looking.variable(self._api, "recordings_dir")
        await self._tell(hearing.recording(self._trial, directory))

    async def _seats(self) -> None:
        domain = await self._domain()
        made = {*self._wanted.browsers, *self._wanted.phones}
        there = tuple(endpoint for endpoint in self._endpoints if endpoint not in made)
        if domain:
            self._found += await places.seats(self._api, there, domain, self._running, self._trial.leg)

    async def _domain(self) -> str:
        return self._settings.domain or await looking.variable(self._api, "domain")

    async def _dialplan(self) -> None:
        shipped = bool(await looking.variable(self._api, "cp_app"))
        self._found += await places.dialplan(self._api, self._trial, self._cell, shipped=shipped)


__all__ = ["Diagnosis"]
