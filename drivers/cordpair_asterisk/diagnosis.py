"""Examining an Asterisk for ``cordpair doctor``: look, then try what fails silently.

Asterisk reports success for music without a file (204), for a sound that is not there (201) and for a recording on a
full disk. So the doctor makes a bridge of its own, plays into it, records it, and listens to what was recorded. It
connects as an application of its own: a second client of the engine's would take it over.
"""

import secrets
from collections.abc import AsyncIterator, Awaitable, Callable

import msgspec

from cordpair.pbx import Finding, LinkLost, LoginRefused, PbxError, Wanted
from cordpair.pbx.diagnosis import error, good, warning
from cordpair_asterisk import browsers, hearing, trunks
from cordpair_asterisk.client import FORBIDDEN, NOT_FOUND, OK, UNPROCESSABLE, AriClient
from cordpair_asterisk.config import Settings
from cordpair_asterisk.modules import NEEDED
from cordpair_asterisk.stamps import TECHNOLOGY, VARIABLES
from cordpair_asterisk.trial import Trial
from cordpair_asterisk.wire import Channel, Malformed, decode_device_state, decode_info, epoch_ms

OLDEST = 20
# What the shipped dialplan stamps on a call that arrives.
ARRIVAL_STAMPS = ("CP_ARRIVED", "CP_DIALLED", "CP_ENDPOINT", "CP_FROM_CONTEXT", "CP_TO", "CP_CONTEXT_ID")
# Arrival is stamped by the PBX's clock, waits are counted by ours: more than this is seen in figures; more than that
# makes people lose or win places against those who come over another node.
SKEW_SEEN_MS, SKEW_WRONG_MS = 1_000, 5_000
FEW = 8  # names in one line


class _Module(msgspec.Struct, frozen=True):
    name: str
    status: str = ""


class _Made(msgspec.Struct, frozen=True):
    creationtime: str = ""


_decode_modules = msgspec.json.Decoder(tuple[_Module, ...]).decode
_decode_made = msgspec.json.Decoder(_Made).decode
_decode_channel = msgspec.json.Decoder(Channel).decode


class Diagnosis:
    """One examination."""

    def __init__(
        self, settings: Settings, cell: str, endpoints: tuple[str, ...], wanted: Wanted, now_ms: Callable[[], int]
    ) -> None:
        self._settings, self._endpoints, self._wanted, self._now_ms = settings, endpoints, wanted, now_ms
        self._app = f"cordpair-{cell}-doctor-{secrets.token_hex(4)}"
        self._found: list[Finding] = []

    async def run(self) -> tuple[Finding, ...]:
        client = AriClient(self._settings, self._app)
        try:
            if await self._connect(client):
                await self._examine(client)
        finally:
            await client.close()
        return tuple(self._found)

    async def _connect(self, client: AriClient) -> bool:
        try:
            await client.connect()
        except LoginRefused as refused:
            self._add(
                error(
                    "login",
                    str(refused),
                    "the engine cannot reach its calls",
                    "compare [pbx] url and password with cordpair.d/ari.conf; `module reload res_ari.so` on the PBX",
                )
            )
        except LinkLost as lost:
            self._add(
                error(
                    "link",
                    str(lost),
                    "the engine cannot reach its calls",
                    "is Asterisk running, is ARI on in http.conf and ari.conf, and does a firewall stand between?",
                )
            )
        else:
            self._add(good("link", f"{self._settings.shown}: logged in, events arrive"))
            return True
        return False

    async def _examine(self, client: AriClient) -> None:
        trial = Trial(client, self._app)
        client.read(trial.receive)
        writes = False
        try:
            await self._check("version", self._version(client))
            await self._check("modules", self._modules(client))
            writes = await self._may_write(client, trial)
            if writes:
                await self._check("channelvars", self._channelvars(client))
                await self._check("recording", self._tell(hearing.recording(trial)))
                await self._check("music", self._tell(hearing.music(trial, self._wanted.music)))
                await self._check("prompts", self._tell(hearing.prompts(trial, self._wanted.prompts)))
            if not set(self._wanted.browsers).isdisjoint(self._endpoints):
                await self._check("browsers", self._tell(browsers.modules(client)))
            made = {*self._wanted.browsers, *self._wanted.phones}
            if writes and not made.isdisjoint(self._endpoints):
                await self._check("accounts", self._tell(browsers.accounts(client)))
            await self._check("seats", self._seats(client))
            await self._check("trunks", self._tell(trunks.findings(client, self._wanted.trunks)))
        finally:
            if writes:
                await trial.tidy_up()

    async def _check(self, about: str, look: Awaitable[None]) -> None:
        try:
            await look
        except (PbxError, Malformed) as trouble:
            self._add(
                error(
                    about,
                    f"could not be examined: {trouble}",
                    "what cannot be examined may not work either",
                    "mend what is said above, then ask again",
                )
            )

    async def _tell(self, heard: AsyncIterator[Finding]) -> None:
        async for finding in heard:
            self._add(finding)

    def _add(self, finding: Finding) -> None:
        self._found.append(finding)

    # ------------------------------------------------------------ looking

    async def _version(self, client: AriClient) -> None:
        version = decode_info((await client.get("asterisk/info", "read the version")).body).system.version
        major = version.partition(".")[0]
        if major.isdecimal() and int(major) < OLDEST:
            self._add(
                error(
                    "version",
                    f"Asterisk {version}",
                    f"Cordpair needs what ARI can do from {OLDEST} on",
                    f"install Asterisk {OLDEST} or newer",
                )
            )
        else:
            self._add(good("version", f"Asterisk {version}"))

    async def _modules(self, client: AriClient) -> None:
        reply = await client.get("asterisk/modules", "list modules", accept=(NOT_FOUND, FORBIDDEN))
        if reply.status != OK:
            self._add(
                warning(
                    "modules",
                    "cannot be listed: something before ARI does not let GET /asterisk/modules pass",
                    "a missing module fails later, often silently",
                    "compare `module show` on the PBX with dialplans/asterisk/modules.conf",
                )
            )
            return
        running = {each.name.removesuffix(".so") for each in _decode_modules(reply.body) if each.status == "Running"}
        complete = True
        for fails, level, modules in NEEDED:
            missing = [f"{name}.so" for name in modules if name not in running]
            if missing:
                complete = False
                names = ", ".join(missing)
                mend = f"load {'it' if len(missing) == 1 else 'them'} in modules.conf or cordpair.d/modules.conf"
                self._add(Finding(level, "modules", f"not loaded: {names}", fails, f"{mend}, then restart Asterisk"))
        if complete:
            self._add(good("modules", f"{sum(len(modules) for _, _, modules in NEEDED)} of them needed, all loaded"))

    async def _seats(self, client: AriClient) -> None:
        unknown, away = [], []
        # There is no account before the agent of a browser signs in, or a phone has fetched its settings.
        made = {*self._wanted.browsers, *self._wanted.phones}
        endpoints = [endpoint for endpoint in self._endpoints if endpoint not in made]
        for endpoint in endpoints:
            reply = await client.get(
                f"deviceStates/{TECHNOLOGY[:-1]}%2F{endpoint}", "read a seat", accept=(NOT_FOUND, UNPROCESSABLE)
            )
            state = decode_device_state(reply.body).state if reply.status == OK else "INVALID"
            if state in {"INVALID", "UNKNOWN"}:
                unknown.append(endpoint)
            elif state == "UNAVAILABLE":
                away.append(endpoint)
        total = len(endpoints)
        if unknown:
            self._add(
                error(
                    "seats",
                    f"{len(unknown)} of {total} unknown to the PBX: {_few(unknown)}",
                    "agents there are never rung",
                    "define the endpoint in cordpair.d/pjsip.conf, or correct [seats] endpoint",
                )
            )
        if away:
            self._add(
                warning(
                    "seats",
                    f"{len(away)} of {total} not registered now: {_few(away)}",
                    "agents there are not rung until their phone is back",
                    "nothing, if nobody works there now; else look at the phone's login and `pjsip show contacts`",
                )
            )
        if total and not unknown and not away:
            self._add(good("seats", f"{total} reachable"))

    # ------------------------------------------------------------ trying

    async def _may_write(self, client: AriClient, trial: Trial) -> bool:
        """Make a bridge and take it away; on the way, compare clocks."""
        sent = self._now_ms()
        try:
            reply = await trial.make_bridge()
        except LoginRefused:
            self._add(
                error(
                    "rights",
                    "the ARI user may read only",
                    "the engine can answer, join and end no call",
                    "set read_only = no for the user in cordpair.d/ari.conf",
                )
            )
            return False
        except (PbxError, Malformed) as refused:
            self._add(
                error(
                    "rights",
                    f"no bridge could be made: {refused}",
                    "the engine can join no call",
                    "look at the modules above, and at what stands between the engine and ARI",
                )
            )
            return False
        self._add(good("rights", "may make, subscribe to and end a bridge"))
        made = epoch_ms(_decode_made(reply.body).creationtime)
        if made is not None:
            self._clock(sent, self._now_ms(), made)
        return True

    def _clock(self, sent: int, received: int, there: int) -> None:
        """How far the PBX's clock is from the time between question and answer."""
        skew = there - sent if there < sent else max(0, there - received)
        text = f"the PBX's clock is {abs(skew) / 1_000:.1f} s {'ahead of' if skew > 0 else 'behind'} this machine's"
        why = "arrival is stamped there and waits are counted here: places in the queue and figures are wrong"
        mend = "run one time service (chrony, systemd-timesyncd) on both machines: `timedatectl` on each"
        if abs(skew) >= SKEW_WRONG_MS:
            self._add(error("clock", text, why, mend))
        elif abs(skew) >= SKEW_SEEN_MS:
            self._add(warning("clock", text, why, mend))
        else:
            self._add(good("clock", "the PBX's agrees with this machine's"))

    async def _channelvars(self, client: AriClient) -> None:
        """A channel that is never dialled shows which variables ARI shows."""
        channel = f"{self._app}-channel"
        body = {"endpoint": "Local/s@cordpair-doctor/n", "app": self._app, "channelId": channel}
        reply = await client.request("POST", "channels/create", "make a channel", body=body)
        try:
            shown = _decode_channel(reply.body).channelvars
        finally:
            await client.request("DELETE", f"channels/{channel}", "take the channel away", accept=(NOT_FOUND,))
        wanted = (*VARIABLES.values(), *ARRIVAL_STAMPS)
        missing = [name for name in wanted if name not in (shown or {})]
        if missing:
            self._add(
                error(
                    "channelvars",
                    f"ari.conf does not show {_few(missing)}",
                    "after a restart the engine cannot tell its own legs from new arrivals",
                    f"in ari.conf, [general]: channelvars = {','.join(wanted)}",
                )
            )
        else:
            self._add(good("channelvars", "our stamps are shown on every channel"))


def _few(names: list[str]) -> str:
    more = f" and {len(names) - FEW} more" if len(names) > FEW else ""
    return ", ".join(names[:FEW]) + more


__all__ = ["Diagnosis"]
