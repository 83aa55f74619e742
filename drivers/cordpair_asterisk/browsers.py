"""What phones need of an Asterisk whose accounts the engine makes: above all those in browsers."""

import contextlib
import secrets
from collections.abc import AsyncIterator

from cordpair.pbx import Finding, PbxError, Refused
from cordpair.pbx.diagnosis import error, good
from cordpair_asterisk.accounts import Accounts
from cordpair_asterisk.client import FORBIDDEN, NOT_FOUND, OK, AriClient

WHY = "agents' browsers cannot register: nobody there is rung"
NO_ACCOUNTS = "phones whose accounts the engine makes cannot register: nobody there is rung"
MODULES = ("res_pjsip_transport_websocket", "res_srtp", "res_sorcery_memory")


async def modules(client: AriClient) -> AsyncIterator[Finding]:
    """Those that are needed for browsers only."""
    missing = []
    for name in MODULES:
        reply = await client.get(f"asterisk/modules/{name}.so", "look for a module", accept=(NOT_FOUND, FORBIDDEN))
        if reply.status != OK or b'"Running"' not in reply.body:
            missing.append(f"{name}.so")
    if missing:
        mend = "load them in cordpair.d/modules.conf, then restart Asterisk; see README.md of dialplans/asterisk"
        yield error("browsers", f"not loaded: {', '.join(missing)}", WHY, mend)


async def accounts(client: AriClient) -> AsyncIterator[Finding]:
    """Put one that nobody can use, and take it away again."""
    trial, nobody = Accounts(client), f"doctor-{secrets.token_hex(8)}"
    try:
        await trial.put(nobody, secrets.token_hex(16), {})
    except Refused as refused:
        mend = "take sorcery.conf from dialplans/asterisk (the lines with memory) and restart Asterisk"
        yield error("accounts", str(refused), NO_ACCOUNTS, mend)
    else:
        yield good("accounts", "one that is put is there")
    finally:
        with contextlib.suppress(PbxError):
            await trial.remove(nobody)


__all__ = ["accounts", "modules"]
