"""What phones need of a FreeSWITCH whose accounts the engine makes: that its directory finds them; and a codec for
pictures."""

import contextlib
import secrets
from collections.abc import AsyncIterator

from cordpair.pbx import REALM, Finding, Refused
from cordpair.pbx.diagnosis import error, good, warning
from cordpair_freeswitch.accounts import Accounts
from cordpair_freeswitch.api import Api

VIDEO_CODEC = "VP8 Video"
NO_ACCOUNTS = "phones whose accounts the engine makes cannot register: nobody there is rung"


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
        yield error("accounts", str(refused), NO_ACCOUNTS, mend)
    else:
        yield good("accounts", "one that is put is found")
    finally:
        with contextlib.suppress(Refused):
            await trial.remove(nobody)


async def realm(domain: str) -> AsyncIterator[Finding]:
    """Phones of their own have passwords for one realm only."""
    if domain != REALM:
        what = f"FreeSWITCH's domain is {domain!r}, and the engine's accounts of phones are for {REALM!r}"
        mend = f"set domain={REALM} in cordpair.d/vars.xml, or take `account` out of [seats]"
        yield error("domain", what, NO_ACCOUNTS, mend)


async def video(api: Api) -> AsyncIterator[Finding]:
    if VIDEO_CODEC in await api.ask("list codecs", "show", "codec", "as", "json"):
        yield good("video", "FreeSWITCH speaks VP8")
        return
    mend = "install a FreeSWITCH that was built with libvpx, as its own packages are; or portals with media audio only"
    yield warning("video", "FreeSWITCH has no VP8", "customers who show themselves are heard and not seen", mend)


__all__ = ["accounts", "realm", "video"]
