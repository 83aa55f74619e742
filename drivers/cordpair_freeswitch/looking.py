"""What the doctor sees of a FreeSWITCH by asking: the process, its profiles, its dialplan's names, its way in."""

import asyncio
import contextlib
import ipaddress
import re
from collections.abc import AsyncIterator
from urllib.parse import urlsplit
from xml.etree import ElementTree as ET

import msgspec

from cordpair.pbx import Finding
from cordpair.pbx.diagnosis import error, good, warning
from cordpair_freeswitch.accounts import PROFILE
from cordpair_freeswitch.api import Api
from cordpair_freeswitch.config import Settings
from cordpair_freeswitch.inventory import count
from cordpair_freeswitch.modules import FOR_BROWSERS, NEEDED
from cordpair_freeswitch.rights import DENIED
from cordpair_freeswitch.stamps import APP_PREFIX, app_of

OLDEST = (1, 10)
FULL_AT = 0.8  # of max-sessions
SHIPPED_PROFILES = ("cordpair-phones", "cordpair-trunks")
EVERYBODYS = "ClueCon"
GREETING = b"Content-Type: auth/request"
GREETING_S = 2.0
ANYBODY = {"", "any_v4.auto", "any_v6.auto"}
_PARAM = re.compile(r'<param name="([\w-]+)" value="([^"]*)"')
_VERSION = re.compile(r"(\d+)\.(\d+)")
_SAYS_VERSION = re.compile(r"\(Version (\S+)")
_SAYS_MOST = re.compile(r"^(\d+) session\(s\) max", re.MULTILINE)


class _Module(msgspec.Struct, frozen=True):
    ikey: str = ""


class _Modules(msgspec.Struct, frozen=True):
    rows: list[_Module] = []


_decode_modules = msgspec.json.Decoder(_Modules).decode


class Profile(msgspec.Struct, frozen=True):
    """A SIP profile that runs, and where it listens."""

    name: str
    host: str
    port: int


async def process(api: Api) -> AsyncIterator[Finding]:
    """Its version, and how much room it has."""
    status = await api.call("read the status", "status")
    said = _SAYS_VERSION.search(status)
    version = said[1] if said else ""
    known = _VERSION.match(version)
    if known is not None and (int(known[1]), int(known[2])) < OLDEST:
        oldest = ".".join(map(str, OLDEST))
        why = f"nobody has tried Cordpair on a FreeSWITCH older than {oldest}"
        yield warning("version", f"FreeSWITCH {version}", why, f"install FreeSWITCH {oldest} or newer")
    else:
        yield good("version", f"FreeSWITCH {version}")
    active, most = count(status), _SAYS_MOST.search(status)
    limit = int(most[1]) if most else 0
    what = f"{active} of {limit} sessions in use"
    if active >= FULL_AT * limit:
        why = "when all are in use callers are refused and no agent can be rung; a call in a conversation is two"
        yield warning("sessions", what, why, "raise max-sessions in switch.conf.xml, if the machine can take it")
    else:
        yield good("sessions", what)


async def modules(api: Api, *, browsers: bool) -> AsyncIterator[Finding]:
    reply = await api.ask("list modules", "show", "modules", "as", "json")
    loaded = {row.ikey for row in _decode_modules(reply).rows} if reply.lstrip().startswith("{") else set()
    if not loaded:
        why = "a missing module fails later, often silently"
        mend = "let the account call `show`, or compare `show modules` with dialplans/freeswitch/autoload_configs"
        yield warning("modules", "cannot be listed", why, mend)
        return
    complete = True
    wanted = (*NEEDED, FOR_BROWSERS) if browsers else NEEDED
    for fails, level, needed in wanted:
        missing = [name for name in needed if name not in loaded]
        if missing:
            complete = False
            mend = "add what is missing to modules.conf.xml or cordpair.d/modules.xml, then restart FreeSWITCH"
            yield Finding(level, "modules", f"not loaded: {', '.join(missing)}", fails, mend)
    if complete:
        yield good("modules", f"{sum(len(needed) for _, _, needed in wanted)} of them needed, all loaded")


async def names(api: Api, settings: Settings, cell: str) -> AsyncIterator[Finding]:
    """What the dialplan and the engine must call alike."""
    app = await variable(api, "cp_app")
    if app and app != app_of(cell):
        what = f"calls arrive for {app.removeprefix(APP_PREFIX)!r}, and this engine's cell is {cell!r}"
        mend = f"cp_app={app_of(cell)} in cordpair.d/vars.xml and restart FreeSWITCH, or [cell] name"
        yield error("cell", what, "no caller reaches this engine", mend)
    elif app:
        yield good("cell", f"calls arrive for {app}")
    domain = settings.domain or await variable(api, "domain")
    if not domain:
        mend = "set the global variable `domain` on the PBX, or add ?domain=… to [pbx] url"
        yield error("domain", "FreeSWITCH has no global `domain`, and [pbx] url none", "no agent is rung", mend)
    else:
        yield good("domain", f"phones are those of {domain}")


async def profiles(api: Api, *, browsers: bool) -> tuple[list[Profile], list[Finding]]:
    running: list[Profile] = []
    found: list[Finding] = []
    for name, data, state in _listed_profiles(await api.ask("list profiles", "sofia", "xmlstatus")):
        if not state.startswith("RUNNING"):
            mend = f"`sofia profile {name} start` on the PBX says why: an address or port that is taken, most often"
            found.append(error("profiles", f"{name} is {state}", "its phones or trunks cannot call", mend))
            continue
        address = urlsplit("//" + data.removeprefix("sip:").partition(";")[0])
        if address.hostname and address.port and "transport=" not in data:
            running.append(Profile(name, address.hostname, address.port))
    known = {profile.name for profile in running}
    shipped = await variable(api, "cp_app")
    needed = (*SHIPPED_PROFILES, PROFILE) if browsers else SHIPPED_PROFILES
    missing = [name for name in needed if shipped and name not in known]
    if missing:
        mend = "look at FreeSWITCH's log: another program has the port, or the address is none of this machine's"
        found.append(error("profiles", f"{', '.join(missing)}: not running", "phones or trunks cannot call", mend))
    elif not running:
        found.append(error("profiles", "none is running", "nobody can call", "`sofia status` on the PBX"))
    if not found:
        found.append(good("profiles", f"{', '.join(sorted(known))} running"))
    running.sort(key=lambda profile: profile.name not in SHIPPED_PROFILES)
    return running, found


def _listed_profiles(reply: str) -> list[tuple[str, str, str]]:
    try:
        listed = ET.fromstring(reply).iter("profile")
    except ET.ParseError:
        return []
    return [tuple(each.findtext(tag) or "" for tag in ("name", "data", "state")) for each in listed]  # type: ignore[misc]


async def entrance(api: Api, settings: Settings) -> AsyncIterator[Finding]:
    """The Event Socket itself: who has it can do anything that FreeSWITCH can."""
    mend = "a password of your own in cordpair.d/event_socket.xml: openssl rand -hex 24; then restart FreeSWITCH"
    why = "whoever reaches the Event Socket can do anything FreeSWITCH can, down to a shell"
    if not settings.user and settings.password == EVERYBODYS:
        yield error("password", "it is the one that FreeSWITCH comes with, which everybody knows", why, mend)
    said = await _event_socket_says(api)
    outside = settings.host if not _is_loopback(settings.host) else await variable(api, "local_ip_v4")
    if (
        said
        and not _is_loopback(said.get("listen-ip", ""))
        and said.get("apply-inbound-acl", "loopback.auto") in ANYBODY
    ):
        what = f"it listens on {said.get('listen-ip') or 'every address'}, and apply-inbound-acl admits anybody"
        yield warning("socket", what, why, "listen-ip 127.0.0.1, or a list of the engine's addresses, in acl.conf.xml")
    elif outside != settings.host and not _is_loopback(outside) and await _greets(outside, settings.port):
        what = f"it also answers at {outside}:{settings.port}"
        mend = "listen-ip 127.0.0.1 in event_socket.conf.xml; if others need it, apply-inbound-acl with their addresses"
        yield warning("socket", what, why, mend)
    else:
        yield good("socket", "answers here" + ("" if outside == settings.host else ", and not on other addresses"))


async def _event_socket_says(api: Api) -> dict[str, str]:
    """Its settings, where the account may read them; without the password."""
    where = ("configuration", "configuration", "name", "event_socket.conf")
    params = _PARAM.findall(await api.ask("read the socket's settings", "xml_locate", *where))
    return {name: value for name, value in params if name != "password"}


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


async def _greets(host: str, port: int) -> bool:
    try:
        async with asyncio.timeout(GREETING_S):
            reader, writer = await asyncio.open_connection(host, port)
            try:
                return (await reader.readline()).startswith(GREETING)
            finally:
                writer.close()
                with contextlib.suppress(OSError):
                    await writer.wait_closed()
    except (OSError, ValueError, TimeoutError):
        return False


async def variable(api: Api, name: str) -> str:
    value = (await api.ask(f"read {name}", "global_getvar", name)).strip()
    return "" if value.startswith("-ERR") else value


async def registered(api: Api, running: list[Profile]) -> dict[str, set[str]]:
    """The phones that are registered, by domain."""
    found: dict[str, set[str]] = {}
    for profile in running:
        reply = await api.ask("list phones", "sofia", "xmlstatus", "profile", profile.name, "reg")
        with contextlib.suppress(ET.ParseError):
            for user in ET.fromstring(reply).iter("user"):
                name, _, domain = (user.text or "").partition("@")
                found.setdefault(domain, set()).add(name)
    return found


def may_not(reply: str) -> bool:
    """Whether a question was refused rather than answered."""
    return DENIED in reply


__all__ = ["Profile", "entrance", "may_not", "modules", "names", "process", "profiles", "registered", "variable"]
