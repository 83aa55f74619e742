"""SIPp's scenarios, put together from the pieces in ``pieces``."""

from pathlib import Path
from string import Template

FOLDER = Path(__file__).parent / "pieces"
REFUSALS = (400, 401, 403, 404, 407, 408, 480, 481, 482, 484, 486, 487, 488, 500, 501, 502, 503, 504, 600, 603)
CHALLENGES = (401, 407)  # Asterisk's and FreeSWITCH's

# The RTP payload type of telephone-event: as most phones have it, and the one that SIPp writes whatever was offered.
EVENTS, SIPPS_EVENTS = 101, 96

Span = float | tuple[float, float]
"""Seconds, or a range from which each call draws its own."""


def register() -> str:
    return _text("register")


def phone(*, ring: Span, rings: bool, talk: Span, refuse: int | None) -> str:
    """Phones that take calls: spans are in seconds."""
    if refuse is not None:
        outcome = Template(_text("phone-refuses")).substitute(code=refuse)
    else:
        outcome = Template(_text("phone-answers")).substitute(talk_pause=_pause(talk))
    return Template(_text("phone")).substitute(
        ring=Template(_text("phone-rings")).substitute() if rings else "",
        ring_pause=_pause(ring),
        outcome=outcome,
    )


def options(code: int | None) -> str:
    """The other end of a trunk: it answers every OPTIONS with that status, or nothing."""
    answer = Template(_text("options-answer")).substitute(code=code) if code is not None else ""
    return Template(_text("options")).substitute(answer=answer)


def milliseconds(seconds: float) -> int:
    return max(round(seconds * 1000), 1)


def _text(name: str) -> str:
    return (FOLDER / f"{name}.xml").read_text()


def call(headers: str = "", *, digits_after: float | None = None) -> str:
    """Somebody calls; ``headers`` are more lines for the INVITE. So many seconds after the answer they press the digits
    of their row, by RFC 4733 (SIPp needs the right to send raw packets for it)."""
    first = _attempt("first", headers, digits_after, cseq=1, auth="", challenged=True)
    second = _attempt("second", headers, digits_after, cseq=2, auth="[field2]\n", challenged=False)
    return Template(_text("call")).substitute(attempts=first + _PROVE + second)


def _attempt(txn: str, headers: str, digits_after: float | None, *, cseq: int, auth: str, challenged: bool) -> str:
    sound, events = "", EVENTS
    if digits_after is not None:
        events = SIPPS_EVENTS
        sound = Template(_text("caller-presses")).substitute(txn=txn, after=milliseconds(digits_after))
    return Template(_text("attempt")).substitute(
        txn=txn, cseq=cseq, auth=auth, headers=headers, after="end", sound=sound, events=events,
        refusals=_refusals(txn, challenged=challenged),
    )  # fmt: skip


_PROVE = """
  <label id="prove"/>
  <send ack_txn="first" next="second"><![CDATA[
ACK sip:[field0]@[remote_ip]:[remote_port] SIP/2.0
Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=z9hG4bK-[pid]-[call_number]-first
From: <sip:[field1]@[local_ip]:[local_port]>;tag=[pid]c[call_number]
To: <sip:[field0]@[remote_ip]:[remote_port]>[peer_tag_param]
Call-ID: [call_id]
CSeq: 1 ACK
Max-Forwards: 70
Content-Length: 0

]]></send>
"""


def _refusals(txn: str, *, challenged: bool) -> str:
    lines = []
    for code in REFUSALS:
        if code in CHALLENGES and challenged:
            lines.append(f'  <recv response="{code}" response_txn="{txn}" optional="global" auth="true" next="prove"/>')
            continue
        log = f'<action><log message="CP [field5] refused [call_id] [timestamp] {code}"/></action>'
        lines.append(
            f'  <recv response="{code}" response_txn="{txn}" optional="global" next="refused-{txn}" '
            f'counter="refused-{code}">{log}</recv>'
        )
    return "\n".join(lines)


def _pause(span: Span) -> str:
    if isinstance(span, tuple):
        return f'distribution="uniform" min="{milliseconds(span[0])}" max="{milliseconds(span[1])}"'
    return f'milliseconds="{milliseconds(span)}"'


__all__ = ["Span", "call", "milliseconds", "phone", "register"]
