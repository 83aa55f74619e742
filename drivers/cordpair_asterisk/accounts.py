"""Accounts of agents' phones in browsers: pushed into Asterisk's memory, beside the endpoints of pjsip.conf.

What is pushed is gone when Asterisk restarts.
"""

import re
from collections.abc import Mapping
from types import MappingProxyType

from cordpair.pbx import Refused
from cordpair_asterisk.client import FORBIDDEN, NOT_FOUND, OK, AriClient, Reply

NAME = re.compile(r"[0-9A-Za-z][0-9A-Za-z_.-]{0,63}")
PATH = "asterisk/config/dynamic/res_pjsip"
# An Opus that Asterisk cannot turn into anything else would be silence beside music, prompts and other phones.
OPUS_MODULES = ("codec_opus_open_source", "codec_opus")
# Pictures are passed on as they are: with one codec, both browsers speak the same.
CODECS, VIDEO = "alaw,ulaw", "vp8"

AOR = MappingProxyType(
    {
        "max_contacts": "1",
        "remove_existing": "yes",
        # The contact goes with its WebSocket, at once; this is for the case that Asterisk does not see that.
        "minimum_expiration": "60",
        "default_expiration": "120",
        "maximum_expiration": "300",
    }
)
ENDPOINT = MappingProxyType(
    {
        "context": "cordpair-agents",
        "identify_by": "username",
        "webrtc": "yes",
        "dtls_auto_generate_cert": "yes",
        "direct_media": "no",
        "dtmf_mode": "auto",
        "allow_transfer": "no",
        "allow_subscribe": "no",
        "rtp_timeout": "30",  # a tab that is gone says nothing, and its call would stay
        "rtp_timeout_hold": "3600",
    }
)


def fields(values: Mapping[str, str]) -> dict[str, list[dict[str, str]]]:
    return {"fields": [{"attribute": name, "value": value} for name, value in values.items()]}


class Accounts:
    """Those of one link."""

    def __init__(self, client: AriClient) -> None:
        self._client = client
        self._codecs = ""

    async def put(self, endpoint: str, secret: str, options: Mapping[str, str]) -> None:
        """It can register from now on, with this secret only. Raises Refused where Asterisk is not set up for it."""
        if NAME.fullmatch(endpoint) is None:
            raise Refused(f"put account {endpoint!r}: a name is 1 to 64 letters, digits and . _ -")
        if options:
            raise Refused(f"put account {endpoint}: Asterisk has no such options: {', '.join(sorted(options))}")
        await self._push("auth", endpoint, {"auth_type": "userpass", "username": endpoint, "password": secret})
        # Never over one that is there: Asterisk then makes who is registered now a contact for good.
        if not await self._client.exists(f"{PATH}/aor/{endpoint}"):
            await self._push("aor", endpoint, AOR)
        codecs = {"disallow": "all", "allow": await self._allowed()}
        await self._push("endpoint", endpoint, {**ENDPOINT, **codecs, "auth": endpoint, "aors": endpoint})

    async def remove(self, endpoint: str) -> None:
        """The contact first: without it the seat is seen to be away, which without its endpoint it is not."""
        for kind in ("aor", "endpoint", "auth"):
            path, what = f"{PATH}/{kind}/{endpoint}", f"remove account {endpoint}"
            reply = await self._client.request("DELETE", path, what, accept=(FORBIDDEN, NOT_FOUND))
            if reply.status == FORBIDDEN:
                raise _not_set_up(what, reply)

    async def _push(self, kind: str, endpoint: str, values: Mapping[str, str]) -> None:
        path, what = f"{PATH}/{kind}/{endpoint}", f"put account {endpoint}"
        accept = (FORBIDDEN, NOT_FOUND)  # not the login, and no leg
        reply = await self._client.request("PUT", path, what, body=fields(values), accept=accept)
        if reply.status in accept:
            raise _not_set_up(what, reply)

    async def _allowed(self) -> str:
        if not self._codecs:
            found = [name for name in OPUS_MODULES if await self._has(name)]
            self._codecs = f"opus,{CODECS},{VIDEO}" if found else f"{CODECS},{VIDEO}"
        return self._codecs

    async def _has(self, module: str) -> bool:
        reply = await self._client.get(
            f"asterisk/modules/{module}.so", "look for Opus", accept=(NOT_FOUND, FORBIDDEN, 409)
        )
        return reply.status == OK and b'"Running"' in reply.body


def _not_set_up(what: str, reply: Reply) -> Refused:
    """Asterisk's sorcery.conf lacks a line, the object is in pjsip.conf, or the user may only read."""
    return Refused(f"{what}: {reply.status} {reply.message}; see sorcery.conf of dialplans/asterisk")


__all__ = ["AOR", "ENDPOINT", "PATH", "Accounts", "fields"]
