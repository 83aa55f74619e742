"""Where calls go on a FreeSWITCH: the seats of the directory, and the contexts of the dialplan."""

import asyncio

import msgspec

from cordpair.ids import LegId
from cordpair.pbx import Finding
from cordpair.pbx.diagnosis import error, good, warning
from cordpair_freeswitch.api import Api, word
from cordpair_freeswitch.esl import commands, json_headers
from cordpair_freeswitch.looking import Profile, may_not, registered
from cordpair_freeswitch.stamps import STAYS, app_of
from cordpair_freeswitch.trial import Trial

CONTEXTS = ("cordpair-in", "cordpair-agents")
FALLBACK = "cordpair-fallback"
UNKNOWN_SEAT = "SUBSCRIBER_ABSENT"
FEW = 8  # names in one line
LISTED_S = 2.0  # what was scheduled is in the list by then


class _Task(msgspec.Struct, frozen=True):
    task_desc: str = ""
    task_group: str = ""


class _Tasks(msgspec.Struct, frozen=True):
    rows: list[_Task] = []


_decode_tasks = msgspec.json.Decoder(_Tasks).decode


# ---------------------------------------------------------------- seats


async def seats(
    api: Api, endpoints: tuple[str, ...], domain: str, running: list[Profile], leg: LegId | None
) -> list[Finding]:
    """``leg``: one that is alive. A seat that is not registered is told from one that is not there with its help."""
    away = [endpoint for endpoint in endpoints if not await _is_registered(api, endpoint, domain)]
    unknown = [endpoint for endpoint in away if await _is_unknown(api, endpoint, domain, leg)]
    away = [endpoint for endpoint in away if endpoint not in unknown]
    total, found = len(endpoints), []
    if unknown:
        what = f"{len(unknown)} of {total} not in the directory of {domain}: {few(unknown)}"
        mend = "add them to cordpair.d/agents.xml and `reloadxml`, or correct [seats] endpoint"
        found.append(error("seats", what, "agents there are never rung", mend))
    elsewhere = {
        name: users & set(away)
        for name, users in (await registered(api, running) if away else {}).items()
        if name != domain and users & set(away)
    }
    if elsewhere:
        where, users = next(iter(elsewhere.items()))
        what = f"{few(sorted(users))}: registered in the domain {where}, and looked for in {domain}"
        mend = f"?domain={where} in [pbx] url, or force-register-domain={domain} in the phones' profile"
        found.append(error("seats", what, "agents there are never rung", mend))
    elif away:
        what = f"{len(away)} of {total} not registered now: {few(away)}"
        mend = "nothing, if nobody works there now; else look at the phone's login and `sofia status profile … reg`"
        found.append(warning("seats", what, "agents there are not rung until their phone is back", mend))
    if total and not found:
        found.append(good("seats", f"{total} reachable"))
    return found


async def _is_registered(api: Api, endpoint: str, domain: str) -> bool:
    reply = await api.ask("read a seat", "sofia_contact", f"*/{word(endpoint)}@{domain}")
    return bool(reply.strip()) and not reply.startswith(("error/", "-ERR"))


async def _is_unknown(api: Api, endpoint: str, domain: str, leg: LegId | None) -> bool:
    """Either is asked in a way that rings nobody, even if the phone registers in this moment."""
    reply = await api.ask("look for a seat", "user_exists", "id", word(endpoint), domain)
    if not may_not(reply):
        return reply.strip() == "false"
    if leg is None:
        return False
    # A leg of this id exists, so FreeSWITCH makes no other.
    same = commands.braces({"origination_uuid": leg, "originate_timeout": "1"})
    reply = await api.ask("look for a seat", "originate", f"{same}user/{word(endpoint)}@{domain}", "&park()")
    return UNKNOWN_SEAT in reply


def few(names: list[str]) -> str:
    more = f" and {len(names) - FEW} more" if len(names) > FEW else ""
    return ", ".join(names[:FEW]) + more


# ---------------------------------------------------------------- the dialplan


async def dialplan(api: Api, trial: Trial, cell: str, *, shipped: bool) -> list[Finding]:
    """Our own leg goes the way of a caller; no engine takes it for one."""
    found: list[Finding] = []
    held = True
    for context in CONTEXTS:
        event = await trial.moved("doctor", "XML", context)
        if event is None or event.name != "CHANNEL_PARK":
            found.append(_not_there(context, shipped=shipped))
            continue
        shown = json_headers((await trial.dump()).encode())
        found += _marks(context, {name: shown.get(f"variable_{name}", "") for name in ("cp_app", *STAYS)}, cell)
        held = held and await _will_move(api, event.uuid)
    if not found and not held:
        why = "callers who come while no engine is connected wait for ever"
        mend = "compare dialplan/parts/arrive.xml with dialplans/freeswitch: sched_transfer to cordpair-fallback"
        found.append(warning("dialplan", "callers are parked without a way to the fallback", why, mend))
    if not found:
        found.append(good("dialplan", f"{' and '.join(CONTEXTS)} mark and park a caller, and arm the fallback"))
    fallback = await api.ask("look for the fallback", "xml_locate", "dialplan", "context", "name", FALLBACK)
    if not may_not(fallback) and "<context" not in fallback and shipped:
        why = "callers who come while no engine is connected are hung up"
        mend = "copy dialplans/freeswitch/dialplan, `reloadxml`"
        found.append(error("dialplan", f"there is no context {FALLBACK}", why, mend))
    return found


def _not_there(context: str, *, shipped: bool) -> Finding:
    what = f"a call in context {context} is not parked"
    if shipped:
        mend = "copy dialplans/freeswitch/dialplan, `reloadxml`, and look at FreeSWITCH's log"
        return error("dialplan", what, "callers never reach the engine", mend)
    mend = "nothing, if another context sets cp_app and parks; else copy dialplans/freeswitch/dialplan"
    return warning("dialplan", what, "with a dialplan of your own, the doctor cannot see whether callers arrive", mend)


def _marks(context: str, marks: dict[str, str], cell: str) -> list[Finding]:
    found = []
    mend = "compare dialplan/parts/arrive.xml with dialplans/freeswitch, `reloadxml`"
    app = marks.pop("cp_app")
    if app != app_of(cell):
        what = f"{context} sets cp_app to {app!r}, not {app_of(cell)!r}"
        found.append(error("dialplan", what, "no caller reaches this engine", mend))
    wrong = [f"{name}={STAYS[name]}" for name, value in marks.items() if value != STAYS[name]]
    if wrong:
        what = f"{context} does not set {', '.join(wrong)}"
        found.append(error("dialplan", what, "a caller is hung up when an agent hangs up or hands on", mend))
    return found


async def _will_move(api: Api, uuid: str) -> bool:
    """The list of tasks is told by the same database as that of channels: it lags behind."""
    loop = asyncio.get_running_loop()
    ends = loop.time() + LISTED_S
    while True:
        reply = await api.ask("list tasks", "show", "tasks", "as", "json")
        try:
            tasks = _decode_tasks(reply).rows
        except msgspec.DecodeError:
            return True  # it does not say
        if any(task.task_group == uuid and "transfer" in task.task_desc for task in tasks):
            return True
        if loop.time() > ends:
            return False
        await asyncio.sleep(0.05)


__all__ = ["dialplan", "few", "seats"]
