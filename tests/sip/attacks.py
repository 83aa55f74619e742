"""The toll-fraud matrix of one frame each: what somebody with a customer's token, or none, may try."""

from collections.abc import Callable
from typing import NamedTuple

from cordpair.sip import Reason
from sip.frames import INVITE, SDP, Frame, within

VICTIM = "somebody-elses-call"


class Attack(NamedTuple):
    name: str
    reason: Reason
    frame: Callable[[Frame], bytes]  # of an INVITE that would be let through


def _lines(frame: Frame, old: str, new: str) -> bytes:
    text = frame.text()
    assert old in text
    return text.replace(old, new, 1).encode()


def _with(*lines: str) -> Callable[[Frame], bytes]:
    return lambda frame: frame.but(more=(*frame.more, *lines)).encode()


def _cancel_of_anothers(frame: Frame) -> bytes:
    return frame.but(method="CANCEL", call_id=VICTIM, body="").encode()


def _two_messages(frame: Frame) -> bytes:
    return frame.but(body="").encode() + frame.but(uri="sip:00900123@x.invalid", call_id="hidden").encode()


ATTACKS = [
    Attack("another destination", Reason.DESTINATION, lambda f: f.but(uri="sip:101@cordpair.invalid").encode()),
    Attack("a PSTN prefix", Reason.DESTINATION, lambda f: f.but(uri="sip:0900123456@cordpair.invalid").encode()),
    Attack("a number as tel", Reason.URI, lambda f: f.but(uri="tel:+1900123456").encode()),
    Attack("another To", Reason.DESTINATION, lambda f: f.but(to="sip:0900123@cordpair.invalid").encode()),
    Attack("forged From", Reason.FROM, lambda f: f.but(sender="sip:101@cordpair.invalid").encode()),
    Attack("forged context header", Reason.HEADER, _with("X-Context-Id: ctx-of-another")),
    Attack("repeated context header", Reason.REPEATED, _with("X-Context-Id: a", "X-Context-Id: b")),
    Attack("forged key header", Reason.HEADER, _with("X-Cordpair-Door: guess")),
    Attack("REFER", Reason.METHOD, lambda f: f.but(method="REFER", body="").encode()),
    Attack("REFER with where to", Reason.HEADER, lambda f: _with("Refer-To: <sip:0900@x>")(f.but(method="REFER"))),
    Attack("REGISTER", Reason.METHOD, lambda f: f.but(method="REGISTER", body="").encode()),
    Attack("MESSAGE", Reason.METHOD, lambda f: f.but(method="MESSAGE", body="").encode()),
    Attack("SUBSCRIBE", Reason.METHOD, lambda f: f.but(method="SUBSCRIBE", body="").encode()),
    Attack("OPTIONS out of a call", Reason.DIALOG, lambda f: f.but(method="OPTIONS", body="").encode()),
    Attack("oversized", Reason.TOO_LARGE, lambda f: f.but(body=SDP + "a=x\r\n" * 14_000).encode()),
    Attack("too many headers", Reason.TOO_MANY_HEADERS, _with(*["Subject: x"] * 80)),
    Attack("a header too long", Reason.TOO_LARGE, _with("Subject: " + "x" * 5_000)),
    Attack("malformed", Reason.START_LINE, lambda f: b"INVITE me please\r\n\r\n"),
    Attack("no start line", Reason.START_LINE, lambda f: b"\r\n" + f.encode()),
    Attack("no CSeq", Reason.MISSING, lambda f: f.but(left_out=("CSeq",)).encode()),
    Attack("no Content-Length", Reason.MISSING, lambda f: f.but(left_out=("Content-Length",)).encode()),
    Attack("another method in CSeq", Reason.SEQUENCE, lambda f: f.but(changed={"CSeq": "CSeq: 1 REGISTER"}).encode()),
    Attack("bare LF", Reason.BARE_LINE_END, _with("Subject: a\nX-Context-Id: evil")),
    Attack("bare CR", Reason.BARE_LINE_END, _with("Subject: a\rX-Context-Id: evil")),
    Attack("LF only", Reason.BARE_LINE_END, lambda f: f.text().replace("\r\n", "\n").encode()),
    Attack("NUL", Reason.CONTROL, _with("Subject: a\0b")),
    Attack("a tab", Reason.CONTROL, _with("Subject: a\tb")),
    Attack("a line end of Unicode's", Reason.CONTROL, _with("Subject: a\u2028X-Context-Id: evil")),
    Attack("not UTF-8", Reason.ENCODING, lambda f: _with("Subject: ?")(f).replace(b"?", b"\xff")),
    Attack("space before the colon", Reason.SPACE_BEFORE_COLON, _with("X-Context-Id : evil")),
    Attack("folded header", Reason.FOLDED, _with("Subject: a", " X-Context-Id: evil")),
    Attack("no header at all", Reason.HEADER_NAME, _with("what is this")),
    Attack("two messages in one frame", Reason.SECOND_MESSAGE, _two_messages),
    Attack(
        "Content-Length too small",
        Reason.LENGTH,
        lambda f: f.but(changed={"Content-Length": "Content-Length: 1"}).encode(),
    ),
    Attack(
        "Content-Length too large",
        Reason.LENGTH,
        lambda f: f.but(changed={"Content-Length": "Content-Length: 9999"}).encode(),
    ),
    Attack("Content-Length twice", Reason.REPEATED, _with("Content-Length: 0")),
    Attack("Content-Length twice, in short", Reason.REPEATED, _with("l: 0")),
    Attack("repeated From", Reason.REPEATED, _with("From: <sip:101@cordpair.invalid>;tag=x")),
    Attack("repeated From, in short", Reason.REPEATED, _with("f: <sip:101@cordpair.invalid>;tag=x")),
    Attack("two Vias", Reason.REPEATED, _with("Via: SIP/2.0/WS evil.invalid;branch=z9hG4bKx")),
    Attack("two tags", Reason.REPEATED, lambda f: _lines(f, ";tag=browser", ";tag=browser;tag=other")),
    Attack("Replaces", Reason.HEADER, _with(f"Replaces: {VICTIM};to-tag=1;from-tag=2")),
    Attack("Replaces in the URI", Reason.URI, lambda f: f.but(uri=f"{f.uri}?Replaces=x").encode()),
    Attack("Route", Reason.HEADER, _with("Route: <sip:192.0.2.1;lr>")),
    Attack("Record-Route", Reason.HEADER, _with("Record-Route: <sip:192.0.2.1;lr>")),
    Attack("Diversion", Reason.HEADER, _with("Diversion: <sip:101@x>")),
    Attack("P-Asserted-Identity", Reason.HEADER, _with("P-Asserted-Identity: <sip:101@x>")),
    Attack("Referred-By", Reason.HEADER, _with("Referred-By: <sip:101@x>")),
    Attack("Referred-By, in short", Reason.HEADER, _with("b: <sip:101@x>")),
    Attack("Proxy-Require", Reason.HEADER, _with("Proxy-Require: x")),
    Attack("an unknown extension", Reason.REQUIRED, _with("Require: replaces")),
    Attack("fake To-tag", Reason.DIALOG, lambda f: f.but(to_tag="invented").encode()),
    Attack("BYE in a call that is none", Reason.DIALOG, lambda f: within(f, "invented", f.uri, "BYE").encode()),
    Attack("CANCEL of another's call", Reason.DIALOG, _cancel_of_anothers),
    Attack("BYE in another's call", Reason.DIALOG, lambda f: within(f, "x", f.uri, "BYE", call_id=VICTIM).encode()),
    Attack("a body of another kind", Reason.BODY, lambda f: f.but(kind="message/sip").encode()),
    Attack("a body in two parts", Reason.BODY, lambda f: f.but(kind="multipart/mixed;boundary=x").encode()),
    Attack("a bare LF in the body", Reason.BODY, lambda f: f.but(body=SDP + "a=x\nINVITE\r\n").encode()),
    Attack("no tag in From", Reason.TAG, lambda f: _lines(f, ";tag=browser", "")),
    Attack("a password in the URI", Reason.URI, lambda f: f.but(uri="sip:help:x@cordpair.invalid").encode()),
    Attack("line ends in the URI", Reason.URI, lambda f: f.but(uri="sip:he%0d%0alp@cordpair.invalid").encode()),
    Attack(
        "a response to nothing", Reason.TRANSACTION, lambda f: _lines(f, f"INVITE {f.uri} SIP/2.0", "SIP/2.0 200 OK")
    ),
]

__all__ = ["ATTACKS", "INVITE", "VICTIM", "Attack"]
