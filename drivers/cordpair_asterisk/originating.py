"""Ringing a seat."""

import math

from cordpair.pbx import CommandTimedOut, LinkLost, OriginateRequest, PbxError, Refused
from cordpair_asterisk.client import BAD_REQUEST, CONFLICT, AriClient, refusal
from cordpair_asterisk.stamps import LEG_ARGUMENT, TECHNOLOGY, caller_id, header_variables, variables_of
from cordpair_asterisk.translate import Translator

# A phone that forwards (302) would be followed by a Local channel with an id of Asterisk's own, into the phone's own
# context: a leg nobody asked for. A context that does not exist makes it end instead.
NO_FORWARDING = {"FORWARD_CONTEXT": "cordpair-no-forwarding"}


async def originate(client: AriClient, translator: Translator, request: OriginateRequest) -> None:
    """Ring it; a repeated request for a leg that exists is done. Raises Refused when the seat cannot be rung."""
    leg, what = request.leg, f"originate {request.leg}"
    body = _body(translator.app, request)
    translator.originating(leg, request.endpoint)
    try:
        reply = await client.request("POST", f"channels/{leg}", what, body=body, accept=(CONFLICT, BAD_REQUEST))
        if reply.status == BAD_REQUEST and "originator" in reply.message and body.pop("originator", None):
            # The caller is gone this moment. Ring all the same: the caller's end, on its way to the engine, cancels
            # this leg, and nobody takes the seat for dead.
            reply = await client.request("POST", f"channels/{leg}", what, body=body, accept=(CONFLICT, BAD_REQUEST))
        if reply.status == BAD_REQUEST:
            raise refusal(what, reply)
        if reply.status == CONFLICT and not await client.exists(f"channels/{leg}"):
            # Asterisk keeps the error of an earlier request of the same connection: a seat that is not registered
            # is then "already exists" as well.
            raise Refused(f"{what}: {request.endpoint} cannot be rung")
    except (CommandTimedOut, LinkLost):
        raise  # it may exist: its events tell
    except PbxError:
        translator.not_originated(leg)
        raise


def _body(app: str, request: OriginateRequest) -> dict[str, object]:
    try:
        headers = header_variables(request.headers)
    except ValueError as error:
        raise Refused(f"originate {request.leg}: {error}") from None
    variables = {**request.variables, **variables_of(request.stamp), **headers, **NO_FORWARDING}
    body: dict[str, object] = {
        "endpoint": f"{TECHNOLOGY}{request.endpoint}",
        "app": app,
        "appArgs": LEG_ARGUMENT,
        "timeout": max(1, math.ceil(request.timeout_ms / 1000)),  # whole seconds; the engine cancels to the millisecond
        "variables": variables,
    }
    shown = caller_id(request.caller_number, request.caller_name)
    if shown:
        body["callerId"] = shown
    if request.originator is not None:
        body["originator"] = request.originator
    return body


__all__ = ["originate"]
