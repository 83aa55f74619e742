"""Accounts of agents' phones: in FreeSWITCH's memory, where its directory finds them.

``directory/accounts.lua`` of the shipped configuration answers for whoever is there. Nothing is in a file: what a
restart forgets, the engine puts again.
"""

import hashlib
import re
from collections.abc import Mapping

from cordpair.pbx import REALM as PHONES_REALM
from cordpair.pbx import Refused
from cordpair_freeswitch.api import Api, refusal

# As in accounts.lua.
REALM, PROFILE = "cordpair_accounts", "cordpair-browsers"
PHONES, PHONES_PROFILE = "cordpair_phones", "cordpair-phones"
# A name and a domain become parts of commands; the secret only enters a hash.
_NAME = re.compile(r"[0-9A-Za-z][0-9A-Za-z._-]{0,63}\Z")
_DOMAIN = re.compile(r"[0-9A-Za-z._-]{1,255}\Z")
_SECRET = re.compile(r"[!-~]{8,256}\Z")
_DIGEST = re.compile(r"[0-9a-f]{32}\Z")
_NONE = "Not found"


class Accounts:
    """The accounts of one link."""

    def __init__(self, api: Api) -> None:
        self._api = api
        self.domain = ""

    async def put(self, endpoint: str, secret: str, options: Mapping[str, str]) -> None:
        """It can register from now on, with this secret only. Raises Refused, also when it would not be found."""
        what = f"put account {endpoint!r}"
        key = self._key(endpoint, what)
        if options:
            raise Refused(f"{what}: FreeSWITCH has no such options: {', '.join(sorted(options))}")
        if not _SECRET.fullmatch(secret):
            raise Refused(f"{what}: its secret must be 8 to 256 printable ASCII characters without blanks")
        proof = hashlib.md5(f"{endpoint}:{self.domain}:{secret}".encode(), usedforsecurity=False).hexdigest()
        await self._api.call(what, "hash", f"insert/{REALM}/{key}/{proof}")
        if not await self.is_found(endpoint):
            raise Refused(f"{what}: FreeSWITCH does not find it: is mod_lua loaded, with directory/accounts.lua?")

    async def put_phone(self, endpoint: str, digest: str) -> None:
        """As ``put``, for a phone that registers over the network. Raises Refused, also where a file has such a one."""
        what = f"put phone {endpoint!r}"
        key = self._key(endpoint, what)
        if self.domain != PHONES_REALM:
            message = (
                f"phones' passwords are good for the realm {PHONES_REALM}, and FreeSWITCH's domain is {self.domain}"
            )
            raise Refused(f"{what}: {message}: set domain={PHONES_REALM} in cordpair.d/vars.xml")
        if not _DIGEST.fullmatch(digest):
            raise Refused(f"{what}: its digest must be 32 hexadecimal digits")
        kept = await self._api.ask(what, "hash", f"select/{PHONES}/{key}")
        if not _DIGEST.fullmatch(kept.strip()) and await self.is_found(endpoint):
            raise Refused(f"{what}: FreeSWITCH has such a phone already, in cordpair.d/agents.xml or in a browser")
        await self._api.call(what, "hash", f"insert/{PHONES}/{key}/{digest}")
        if not await self.is_found(endpoint):
            raise Refused(f"{what}: FreeSWITCH does not find it: is mod_lua loaded, with directory/accounts.lua?")

    async def remove(self, endpoint: str) -> None:
        """It registers no more, and is not rung any more; a call that it has goes on."""
        what = f"remove account {endpoint!r}"
        key = self._key(endpoint, what)
        await self._forget(what, REALM, key)
        await self._api.ask(what, "sofia", "profile", PROFILE, "flush_inbound_reg", key)
        if await self._forget(what, PHONES, key):  # else it is a phone of a file
            await self._api.ask(what, "sofia", "profile", PHONES_PROFILE, "flush_inbound_reg", key)

    async def _forget(self, what: str, realm: str, key: str) -> bool:
        """Whether it was there."""
        reply = await self._api.ask(what, "hash", f"delete/{realm}/{key}")
        if reply.startswith("-ERR") and _NONE not in reply:
            raise refusal(what, reply)
        return not reply.startswith("-ERR")

    async def is_found(self, endpoint: str) -> bool:
        """Whether the directory has such a user."""
        what = f"look for account {endpoint!r}"
        return (await self._api.call(what, "user_exists", "id", endpoint, self.domain)).strip() == "true"

    def _key(self, endpoint: str, what: str) -> str:
        if not _NAME.fullmatch(endpoint):
            raise Refused(f"{what}: a name is 1 to 64 letters, digits and . _ -")
        if not _DOMAIN.fullmatch(self.domain):
            raise Refused(f"{what}: FreeSWITCH's domain {self.domain!r} must be letters, digits and . _ - for that")
        return f"{endpoint}@{self.domain}"


__all__ = ["PHONES", "PHONES_PROFILE", "PROFILE", "REALM", "Accounts"]
