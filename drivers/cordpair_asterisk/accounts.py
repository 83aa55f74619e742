"""Accounts of agents' phones: pushed into Asterisk's memory, beside the endpoints of pjsip.conf.

What is pushed is gone when Asterisk restarts.
"""

import re
from collections.abc import Mapping
from types import MappingProxyType

from cordpair.pbx import REALM, Refused
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

# A phone on a desk or in a program: as pjsip.conf's templates have it. Over which transport it comes is its business.
PHONE_CODECS = "alaw,ulaw"
PHONE_AOR = MappingProxyType(
    {
        "max_contacts": "1",
        "remove_existing": "yes",
        "qualify_frequency": "15",
        "qualify_timeout": "3.0",
        "minimum_expiration": "60",
        "default_expiration": "300",
        "maximum_expiration": "3600",
    }
)
PHONE = MappingProxyType(
    {
        "context": "cordpair-agents",
        "identify_by": "username",
        "direct_media": "no",
        "force_rport": "yes",
        "rewrite_contact": "yes",
        "rtp_symmetric": "yes",
        "dtmf_mode": "auto",
        "allow_transfer": "no",
        "allow_subscribe": "no",
        "rtp_timeout": "120",
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
        _must_be_a_name(endpoint)
        if options:
            raise Refused(f"put account {endpoint}: Asterisk has no such options: {', '.join(sorted(options))}")
        auth = {"auth_type": "userpass", "username": endpoint, "password": secret}
        await self._put(endpoint, auth, AOR, {**ENDPOINT, "disallow": "all", "allow": await self._allowed()})

    async def put_phone(self, endpoint: str, digest: str) -> None:
        """As ``put``, for a phone that registers over the network."""
        _must_be_a_name(endpoint)
        auth = {"auth_type": "md5", "username": endpoint, "realm": REALM, "md5_cred": digest}
        await self._put(endpoint, auth, PHONE_AOR, {**PHONE, "disallow": "all", "allow": PHONE_CODECS})

    async def remove(self, endpoint: str) -> None:
        """The contact first: without it the seat is seen to be away, which without its endpoint it is not."""
        for kind in ("aor", "endpoint", "auth"):
            path, what = f"{PATH}/{kind}/{endpoint}", f"remove account {endpoint}"
            reply = await self._client.request("DELETE", path, what, accept=(FORBIDDEN, NOT_FOUND))
            if reply.status == FORBIDDEN:
                raise _not_set_up(what, reply)

    async def _put(
        self, endpoint: str, auth: Mapping[str, str], aor: Mapping[str, str], rest: Mapping[str, str]
    ) -> None:
        await self._push("auth", endpoint, auth)
        # Never over one that is there: Asterisk then makes who is registered now a contact for good.
        if not await self._client.exists(f"{PATH}/aor/{endpoint}"):
            await self._push("aor", endpoint, aor)
        await self._push("endpoint", endpoint, {**rest, "auth": endpoint, "aors": endpoint})

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


def _must_be_a_name(endpoint: str) -> None:
    if NAME.fullmatch(endpoint) is None:
        raise Refused(f"put account {endpoint!r}: a name is 1 to 64 letters, digits and . _ -")


def _not_set_up(what: str, reply: Reply) -> Refused:
    """Asterisk's sorcery.conf lacks a line, the object is in pjsip.conf, or the user may only read."""
    return Refused(f"{what}: {reply.status} {reply.message}; see sorcery.conf of dialplans/asterisk")


__all__ = ["AOR", "ENDPOINT", "PATH", "PHONE", "PHONE_AOR", "PHONE_CODECS", "Accounts", "fields"]
