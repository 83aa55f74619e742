"""Ringing a seat."""

import math
import re

from cordpair.ids import LegId
from cordpair.pbx import CommandTimedOut, LinkLost, OriginateRequest, PbxError, Refused
from cordpair_freeswitch.api import Api, word
from cordpair_freeswitch.esl import Event, NotCarried, commands
from cordpair_freeswitch.stamps import STAYS, variables_of
from cordpair_freeswitch.translate import VIDEO, Inputs, Translator
from cordpair_freeswitch.variables import harmless

JOB = "originate-"
# A browser is then called with pictures (accounts.lua); other phones are called as ever.
VIDEO_VARIABLE = "cp_video"
# Early media is not an answer; a phone that forwards (302) is not followed: a leg that nobody asked for.
ALWAYS = {**STAYS, "ignore_early_media": "true", "outbound_redirect_fatal": "true"}
_NO_ID = re.compile(r"[^0-9A-Za-z+*#._@-]")
_NO_NAME = re.compile(r"[\x00-\x1f\x7f{}\[\]<>$^|`;\\]")
_SEAT = re.compile(r"[0-9A-Za-z._+~-]+(@[0-9A-Za-z._-]+)?\Z")


class Originating:
    """The originates of one link."""

    def __init__(self, api: Api, translator: Translator) -> None:
        self._api, self._translator = api, translator
        self.domain = ""

    async def originate(self, request: OriginateRequest) -> None:
        """Ring it; a repeated request for a leg that exists is done. Raises Refused when the seat cannot be rung."""
        leg, what = request.leg, f"originate {request.leg}"
        if leg in self._translator.legs or self._translator.legs.has_ended(leg):
            return
        arguments = self._arguments(request)
        self._translator.originating(leg, request.endpoint)
        try:
            await self._api.background(what, JOB + word(leg), "originate", *arguments, about=leg)
        except (CommandTimedOut, LinkLost):
            raise  # it may exist: its events tell
        except PbxError:
            self._translator.not_originated(leg)
            raise

    async def ended(self, event: Event) -> Inputs:
        """The job of an originate has ended. What became of the leg its own events tell, if there is one."""
        leg = LegId(event.job.removeprefix(JOB))
        known = self._translator.legs.get(leg)
        if not event.body.startswith("-ERR") or known is None or known.created:
            return ()
        if await self._api.exists(leg):
            return ()  # a repeated originate: the first one lives
        return self._translator.never_made(leg, event.body.removeprefix("-ERR").strip())

    def _arguments(self, request: OriginateRequest) -> tuple[str, ...]:
        seat, _, peer = request.endpoint.partition("@")
        if not _SEAT.fullmatch(request.endpoint):
            raise Refused(f"originate {request.leg}: {request.endpoint!r} is no endpoint")
        target = f"sofia/gateway/{peer}/{seat}" if peer else f"user/{seat}@{self.domain}"
        try:
            return commands.braces(self._variables(request)) + target, "&park()"
        except NotCarried as error:
            raise Refused(f"originate {request.leg}: FreeSWITCH cannot be given {error}") from None

    def _variables(self, request: OriginateRequest) -> dict[str, str]:
        variables = {
            "origination_uuid": request.leg,
            # Whole seconds; the engine cancels to the millisecond.
            "originate_timeout": str(max(1, math.ceil(request.timeout_ms / 1000))),
            **ALWAYS,
            **harmless(request.variables, f"originate {request.leg}"),
            **variables_of(request.stamp),
        }
        number = _NO_ID.sub("", request.caller_number)
        originator = self._translator.legs.get(request.originator) if request.originator is not None else None
        if originator is not None and originator.video:
            variables[VIDEO_VARIABLE] = VIDEO
        if number:
            variables["origination_caller_id_number"] = number
            variables["origination_caller_id_name"] = shown_name(request.caller_name) or number
        for header, value in request.headers.items():
            variables[f"sip_h_{commands.name(header, 'a SIP header')}"] = value
        return variables


def shown_name(name: str) -> str:
    """What may be shown of a caller's name; the rest of it is left out."""
    return _NO_NAME.sub(" ", name).replace('"', "'").strip()


__all__ = ["ALWAYS", "JOB", "Originating", "shown_name"]
