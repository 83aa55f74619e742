"""What the driver asks a FreeSWITCH for, and what fails where the login may not: see ``userauth`` in the directory."""

import secrets
from collections.abc import AsyncIterator

from cordpair.pbx import Finding, Level
from cordpair.pbx.diagnosis import good
from cordpair_freeswitch.api import Api

# (what fails, how bad, the functions); ``tests/freeswitch_driver`` compares it with the account that is shipped.
FUNCTIONS: tuple[tuple[str, Level, tuple[str, ...]], ...] = (
    ("the engine cannot find the calls that there are", Level.ERROR, ("global_getvar", "show", "status", "uuid_dump")),
    ("no agent is rung", Level.ERROR, ("originate", "sofia_contact", "uuid_exists")),
    ("no call can be answered or ended", Level.ERROR, ("uuid_answer", "uuid_kill", "uuid_ring_ready")),
    (
        "two parties cannot be joined or parted",
        Level.ERROR,
        ("uuid_bridge", "uuid_setvar", "uuid_setvar_multi", "uuid_transfer"),
    ),
    ("callers that the engine has are sent to the fallback", Level.ERROR, ("sched_del",)),
    ("music and prompts cannot be stopped", Level.ERROR, ("uuid_break",)),
    ("nothing can be recorded", Level.ERROR, ("uuid_record",)),
    ("nobody can be muted", Level.WARNING, ("uuid_audio",)),
    ("no digits can be sent", Level.WARNING, ("uuid_send_dtmf",)),
    ("the doctor cannot see whether phones and trunks are served", Level.WARNING, ("sofia",)),
)
# Only where agents' phones are browsers.
FOR_BROWSERS = ("agents' browsers have no phones", Level.ERROR, ("hash", "user_exists"))
DENIED, UNKNOWN = "permission denied", "Command not found"
MEND = (
    "add what is missing to esl-allowed-api of the account (dialplans/freeswitch/directory/cordpair.xml), `reloadxml`"
)


async def functions(api: Api, *, browsers: bool) -> AsyncIterator[Finding]:
    """Each is asked about a leg that nobody has: it says so, or that we may not ask."""
    nobody = secrets.token_hex(16)
    complete = True
    needed = (*FUNCTIONS, FOR_BROWSERS) if browsers else FUNCTIONS
    for fails, level, names in needed:
        replies = {name: await api.ask(f"try {name}", name, nobody) for name in names}
        denied = [name for name, reply in replies.items() if DENIED in reply]
        unknown = [name for name, reply in replies.items() if UNKNOWN in reply]
        complete = complete and not denied and not unknown
        if denied:
            yield Finding(level, "rights", f"the account may not call {', '.join(denied)}", fails, MEND)
        if unknown:
            mend = "load the module it belongs to: see modules"
            yield Finding(level, "rights", f"FreeSWITCH does not know {', '.join(unknown)}", fails, mend)
    if complete:
        total = sum(len(names) for _, _, names in needed)
        yield good("rights", f"{total} functions needed, all may be called")


__all__ = ["DENIED", "FOR_BROWSERS", "FUNCTIONS", "functions"]
