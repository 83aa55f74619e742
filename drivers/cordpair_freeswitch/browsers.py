"""What browsers need of a FreeSWITCH: accounts that its directory finds, and a codec for pictures."""

import contextlib
import secrets
from collections.abc import AsyncIterator

from cordpair.pbx import Finding, Refused
from cordpair.pbx.diagnosis import error, good, warning
from cordpair_freeswitch.accounts import Accounts
from cordpair_freeswitch.api import Api

VIDEO_CODEC = "VP8 Video"


async def accounts(api: Api, domain: str) -> AsyncIterator[Finding]:
    """Put one that nobody can use, and take it away again."""
    trial, nobody = Accounts(api), f"doctor-{secrets.token_hex(8)}"
    trial.domain = domain
    try:
        await trial.put(nobody, secrets.token_hex(16), {})
    except Refused as refused:
        mend = (
            "load mod_hash and mod_lua, and bind directory/accounts.lua: autoload_configs/lua.conf.xml of "
            "dialplans/freeswitch; then restart FreeSWITCH"
        )
        yield error("accounts", str(refused), "agents' browsers cannot register: nobody there is rung", mend)
    else:
        yield good("accounts", "one that is put is found")
    finally:
        with contextlib.suppress(Refused):
            await trial.remove(nobody)


async def video(api: Api) -> AsyncIterator[Finding]:
    if VIDEO_CODEC in await api.ask("list codecs", "show", "codec", "as", "json"):
        yield good("video", "FreeSWITCH speaks VP8")
        return
    mend = "install a FreeSWITCH that was built with libvpx, as its own packages are; or portals with media audio only"
    yield warning("video", "FreeSWITCH has no VP8", "customers who show themselves are heard and not seen", mend)


__all__ = ["accounts", "video"]
