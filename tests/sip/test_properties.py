"""Whatever comes: no crash, and what goes on is one message of ours, with headers from the list and no others."""

import re

from hypothesis import example, given
from hypothesis import strategies as st

from cordpair.sip import CallLock, Door, Doorway, PhoneLock, Reason, read
from cordpair.sip.headers import CARRIED
from sip.attacks import ATTACKS
from sip.frames import IDENTITY, INVITE, TARGET, answer, within

LOCK = CallLock(target=TARGET, identity=IDENTITY, context_id="ctx-1")
PHONE = PhoneLock(address=IDENTITY, user="w-7f3a", dials=frozenset({"help"}))
KEY = {"X-Cordpair-Door": "key"}
CONTACT = "sip:help@127.0.0.1:5080;transport=ws"
ALLOWED = {name.lower() for name in CARRIED} | {
    *("via", "max-forwards", "from", "to", "call-id", "cseq", "contact", "content-type", "content-length"),
    *("x-context-id", "x-cordpair-door", "authorization", "proxy-authorization"),
}
SAID = [
    INVITE,
    within(INVITE, "pbx", CONTACT, "ACK", 1),
    within(INVITE, "pbx", CONTACT, "BYE"),
    within(INVITE, "pbx", CONTACT, "INFO", body="Signal=5\r\nDuration=100", kind="application/dtmf-relay"),
    INVITE.but(method="CANCEL", body=""),
    INVITE.but(method="REGISTER", uri="sip:cordpair.invalid", to=IDENTITY, body=""),
]
BITS = [b"\r\n", b"\n", b"\r", b" ", b"\t", b":", b";", b",", b"<", b">", b'"', b"\\", b"\0", b"%0d%0a", b"?", b"@"]
LINES = [
    b"\r\n\r\n",
    b"X-Context-Id: evil\r\n",
    b"Route: <sip:a;lr>\r\n",
    b"l: 0\r\n",
    b"SIP/2.0",
    b"\xc2\x85",
    b"\xff",
]
PIECES = st.sampled_from([*BITS, *LINES, b"tag=x"])


def door(lock, talking):
    made = Door(lock, Doorway(headers=KEY))
    if talking:
        made.from_pbx(answer(made.from_browser(INVITE.encode()).forward or b"", 200))
    return made


def holds(verdict):
    """What is true of every verdict."""
    assert verdict.forward is None or verdict.reason in {None, Reason.REDIRECT}
    if verdict.reply not in {None, b"\r\n"}:
        assert read(verdict.reply).status >= 400
    if verdict.forward is None:
        return
    seen = read(verdict.forward)  # one message, to its last byte
    assert ALLOWED.issuperset(seen.headers), seen.headers
    assert all(len(values) == 1 for values in seen.headers.values())
    head = verdict.forward.partition(b"\r\n\r\n")[0]
    assert not re.search(rb"[\x00-\x09\x0b\x0c\x0e-\x1f\x7f]|(?<!\r)\n|\r(?!\n)", head)
    if seen.method == "INVITE" and "x-context-id" in seen.headers:
        assert (seen.one("x-context-id"), seen.uri) == ("ctx-1", TARGET)
    assert seen.one("from").startswith(f"<{IDENTITY}>")


@given(st.binary(max_size=400), st.booleans())
@example(b"", True)
def test_garbage_never_passes(garbage, talking):
    verdict = door(LOCK, talking).from_browser(garbage)
    assert verdict.forward is None
    holds(verdict)


@given(st.sampled_from(SAID), st.lists(st.tuples(st.integers(0, 900), st.integers(0, 12), PIECES), max_size=3),
       st.sampled_from([LOCK, PHONE]), st.booleans())  # fmt: skip
def test_a_damaged_message_is_refused_or_made_anew(frame, damage, lock, talking):
    data = frame.encode()
    for at, cut, piece in damage:
        data = data[:at] + piece + data[at + cut :]
    holds(door(lock, talking).from_browser(data))


@given(st.lists(st.text(max_size=40), max_size=4), st.text(max_size=30))
def test_any_text_in_any_header(lines, value):
    names = ["Subject", "Supported", "Allow", "Contact", "User-Agent", "Min-SE", "Session-Expires"]
    more = tuple(f"{name}: {text}" for name, text in zip(names, [value, *lines], strict=False))
    try:
        data = INVITE.but(more=more).encode()
    except UnicodeEncodeError:
        return
    holds(door(LOCK, False).from_browser(data))


@given(st.binary(max_size=300), st.binary(max_size=30))
def test_no_frame_of_the_pbx_disturbs_the_door(garbage, tail):
    made = door(LOCK, False)
    sent = made.from_browser(INVITE.encode()).forward
    for data in (garbage, answer(sent, 200) + tail, answer(sent, 200)[: len(garbage)], tail + answer(sent, 180)):
        made.from_pbx(data)
    made.from_pbx(answer(sent, 200))
    assert made.from_browser(within(INVITE, "pbx", CONTACT, "BYE").encode()).forward


@given(st.lists(st.sampled_from([*ATTACKS, *SAID]), max_size=8), st.sampled_from([LOCK, PHONE]))
def test_no_order_of_frames_opens_the_door(story, lock):
    made = door(lock, False)
    calls = 0
    for step in story:
        data = step.frame(INVITE) if hasattr(step, "reason") else step.encode()
        verdict = made.from_browser(data)
        holds(verdict)
        if verdict.forward is not None and verdict.forward.startswith(b"INVITE"):
            calls += 1
            made.from_pbx(answer(verdict.forward, 200))
    assert calls <= 1 or lock is PHONE
