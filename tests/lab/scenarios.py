"""SIPp's scenarios, put together from the pieces in `sipp/`."""

from pathlib import Path
from string import Template

FOLDER = Path(__file__).parent / "sipp"
REFUSALS = (400, 401, 403, 404, 407, 408, 480, 481, 482, 484, 486, 487, 488, 500, 501, 502, 503, 504, 600, 603)
CHALLENGES = (401, 407)  # Asterisk's and FreeSWITCH's

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


def call(headers: str) -> str:
    """Somebody calls; `headers` are more lines for the INVITE."""
    attempt = Template(_text("attempt"))
    attempts = attempt.substitute(
        txn="first", cseq=1, auth="", headers=headers, after="end", refusals=_refusals("first", challenged=True)
    )
    attempts += _PROVE
    attempts += attempt.substitute(
        txn="second",
        cseq=2,
        auth="[field2]\n",
        headers=headers,
        after="end",
        refusals=_refusals("second", challenged=False),
    )
    return Template(_text("call")).substitute(attempts=attempts)


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
        lines.append(
            f'  <recv response="{code}" response_txn="{txn}" optional="global" next="refused-{txn}">'
            f'<action><log message="CP [field5] refused [call_id] [timestamp] {code}"/></action></recv>'
        )
    return "\n".join(lines)


def _pause(span: Span) -> str:
    if isinstance(span, tuple):
        return f'distribution="uniform" min="{milliseconds(span[0])}" max="{milliseconds(span[1])}"'
    return f'milliseconds="{milliseconds(span)}"'
