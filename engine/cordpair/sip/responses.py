"""A browser's responses. What they answer was said by the PBX, and is said back in its own words."""

from cordpair.sip import bodies, trusted, values
from cordpair.sip.dialogs import Asked, Dialogs
from cordpair.sip.frame import Heard
from cordpair.sip.headers import carried
from cordpair.sip.reasons import Reason, Refused
from cordpair.sip.writing import DOOR_TAG, write

PHRASES = {
    100: "Trying", 180: "Ringing", 183: "Session Progress", 200: "OK", 480: "Temporarily Unavailable", 486: "Busy Here",
    487: "Request Terminated", 488: "Not Acceptable Here", 603: "Decline",
}  # fmt: skip
ANSWERS_WITH_SESSION = frozenset({"INVITE", "UPDATE", "PRACK"})
UNAVAILABLE = 480


def rebuilt(heard: Heard, dialogs: Dialogs) -> tuple[bytes, Reason | None]:
    """The response as it goes on, and why it is another one than the browser's. Raises Refused."""
    asked = dialogs.asked(trusted.branch(heard.one("via")), heard.method)
    if heard.number != asked.told.number or heard.one("call-id") != asked.told.call_id:
        raise Refused(Reason.TRANSACTION)
    if 300 <= heard.status < 400:
        # A phone that sends the PBX elsewhere would call out on our bill.
        return _written(heard, asked, UNAVAILABLE, [], "", b""), Reason.REDIRECT
    kind, body = _body(heard)
    more = _contact(heard) if heard.status < 300 else []
    more += [pair for pair in carried(heard) if heard.status < 300 or pair[0] == "Retry-After"]
    return _written(heard, asked, heard.status, more, kind, body), None


def _body(heard: Heard) -> tuple[str, bytes]:
    """Only what agrees on a session; a refusal's text is nobody's business."""
    if heard.status < 300 and heard.method in ANSWERS_WITH_SESSION:
        return bodies.rebuilt(heard.method, heard.one("content-type"), heard.body)
    return "", b""


def _written(heard: Heard, asked: Asked, status: int, more: list[tuple[str, str]], kind: str, body: bytes) -> bytes:
    told = asked.told
    made = [*(("Via", via) for via in told.vias), ("From", told.sender), ("To", _receiver(heard, asked))]
    made += [("Call-ID", told.call_id), ("CSeq", f"{told.number} {told.method}"), *more]
    if kind:
        made.append(("Content-Type", kind))
    return write(f"SIP/2.0 {status} {PHRASES.get(status, 'Answered')}", made, body)


def _receiver(heard: Heard, asked: Asked) -> str:
    """The PBX's To; the first answer to a call gives it the phone's tag, and that stays."""
    if trusted.tag(asked.told.receiver) or heard.status == 100:
        return asked.told.receiver
    tag = values.address(heard.one("to")).tag or (DOOR_TAG if heard.method != "INVITE" else "")
    if not tag:
        raise Refused(Reason.TAG)
    dialog = asked.dialog
    if dialog is not None and not dialog.ours and heard.method == "INVITE":
        if dialog.local_tag and dialog.local_tag != tag:
            raise Refused(Reason.TAG)
        dialog.local_tag = tag
        dialog.answered = dialog.answered or 200 <= heard.status < 300
        dialog.over = dialog.over or (heard.status >= 300 and not dialog.answered)
    return f"{trusted.untagged(asked.told.receiver)};tag={tag}"


def _contact(heard: Heard) -> list[tuple[str, str]]:
    if not heard.one("contact"):
        return []
    found = values.address(heard.one("contact")).uri
    user, port = f"{found.user}@" if found.user else "", f":{found.port}" if found.port else ""
    return [("Contact", f"<sip:{user}{found.host}{port};transport=ws>")]


__all__ = ["rebuilt"]
