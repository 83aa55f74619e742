"""Everything in the toll-fraud matrix is refused, with its reason, and nothing of it goes on."""

import pytest

from cordpair.sip import CallLock, Door, Doorway, read
from sip.attacks import ATTACKS
from sip.frames import IDENTITY, INVITE, TARGET, answer, within

LOCK = CallLock(target=TARGET, identity=IDENTITY, context_id="ctx-1", subject="c-1")
DOORWAY = Doorway(headers={"X-Cordpair-Door": "key"})
CONTACT = "sip:help@127.0.0.1:5080;transport=ws"


@pytest.fixture
def door():
    return Door(LOCK, DOORWAY)


@pytest.fixture
def talking(door):
    """The customer's call is up."""
    sent = door.from_browser(INVITE.encode()).forward
    door.from_pbx(answer(sent, 100))
    door.from_pbx(answer(sent, 200))
    assert door.from_browser(within(INVITE, "pbx", CONTACT, "ACK", 1).encode()).forward
    return door


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.name)
def test_refused(door, attack):
    verdict = door.from_browser(attack.frame(INVITE))
    assert (verdict.forward, verdict.reason) == (None, attack.reason)
    if verdict.reply is not None:
        assert 400 <= read(verdict.reply).status < 700
    assert door.from_browser(INVITE.encode()).forward  # the one call is still to be had


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.name)
def test_refused_in_a_call_too(talking, attack):
    assert talking.from_browser(attack.frame(INVITE)).forward is None


def test_a_second_call_is_refused(talking):
    again = INVITE.but(call_id="call-2", branch="z9hG4bK2", tag="second")
    verdict = talking.from_browser(again.encode())
    assert (verdict.forward, verdict.reason) == (None, "used")
    assert talking.from_browser(within(INVITE, "pbx", CONTACT, "BYE").encode()).forward
    assert talking.from_browser(again.encode()).reason == "used"


def test_what_is_let_through_is_ours(door):
    verdict = door.from_browser(INVITE.encode())
    head = verdict.forward.decode().partition("\r\n\r\n")[0].split("\r\n")
    assert head == [
        f"INVITE {TARGET} SIP/2.0",
        "Via: SIP/2.0/WS x9y8.invalid;branch=z9hG4bK1",
        "Max-Forwards: 70",
        f"From: <{IDENTITY}>;tag=browser",
        f"To: <{TARGET}>",
        "Call-ID: call-1",
        "CSeq: 1 INVITE",
        "Contact: <sip:b2c3@x9y8.invalid;transport=ws>",
        "Supported: timer",
        "Allow: INVITE, ACK, CANCEL, BYE",
        "X-Context-Id: ctx-1",
        "X-Cordpair-Door: key",
        "Content-Type: application/sdp",
        f"Content-Length: {len(INVITE.body)}",
    ]


@pytest.mark.parametrize("tags", [{"to_tag": "other"}, {"tag": "other"}, {"to_tag": ""}])
@pytest.mark.parametrize("method", ["BYE", "UPDATE", "INFO", "OPTIONS"])
def test_the_tags_must_be_the_calls(talking, method, tags):
    frame = within(INVITE, "pbx", CONTACT, method).but(**tags)
    verdict = talking.from_browser(frame.encode())
    assert (verdict.forward, verdict.reason) == (None, "tag")
    assert read(verdict.reply).status == 481


def test_a_request_of_a_call_goes_nowhere_else(talking):
    verdict = talking.from_browser(within(INVITE, "pbx", "sip:0900@127.0.0.1:5080", "UPDATE").encode())
    assert (verdict.forward, verdict.reason) == (None, "destination")


@pytest.mark.parametrize("method", ["REFER", "MESSAGE", "NOTIFY", "SUBSCRIBE", "PUBLISH"])
def test_in_a_call_too_only_what_a_call_needs(talking, method):
    assert talking.from_browser(within(INVITE, "pbx", CONTACT, method).encode()).reason == "method"


@pytest.mark.parametrize("method", ["BYE", "UPDATE", "OPTIONS", "PRACK"])
def test_a_call_may_go_on(talking, method):
    made = talking.from_browser(within(INVITE, "pbx", CONTACT, method).encode()).forward.decode()
    assert made.startswith(f"{method} {CONTACT} SIP/2.0\r\n")
    assert f"From: <{IDENTITY}>;tag=browser\r\n" in made
    assert f"To: <{TARGET}>;tag=pbx\r\n" in made
    assert "X-" not in made


def test_hold_is_an_invite_in_the_call(talking):
    again = within(INVITE, "pbx", CONTACT, "INVITE", 2, body=INVITE.body)
    sent = talking.from_browser(again.encode()).forward
    assert b"X-Context-Id" not in sent
    talking.from_pbx(answer(sent, 200))
    assert talking.from_browser(within(INVITE, "pbx", CONTACT, "ACK", 2).encode()).forward


def test_a_digit(talking):
    press = within(INVITE, "pbx", CONTACT, "INFO", body="Signal=5\r\nDuration=100", kind="application/dtmf-relay")
    assert talking.from_browser(press.encode()).forward.endswith(b"\r\n\r\nSignal=5\r\nDuration=100\r\n")
    wrong = press.but(body="Signal=5\r\nDuration=100\r\nINVITE sip:0900@x SIP/2.0")
    assert talking.from_browser(wrong.encode()).reason == "body"


def test_a_cancel_is_of_the_one_invite(door):
    sent = door.from_browser(INVITE.encode()).forward
    door.from_pbx(answer(sent, 180))
    cancel = INVITE.but(method="CANCEL", body="", more=())
    for wrong in ({"branch": "z9hG4bK9"}, {"tag": "x"}, {"number": 2}, {"uri": "sip:0900@x"}):
        assert door.from_browser(cancel.but(**wrong).encode()).forward is None
    made = door.from_browser(cancel.encode()).forward
    assert made.startswith(f"CANCEL {TARGET} SIP/2.0\r\nVia: SIP/2.0/WS x9y8.invalid;branch=z9hG4bK1\r\n".encode())


def test_a_refusal_of_the_pbx_is_acknowledged(door):
    sent = door.from_browser(INVITE.encode()).forward
    door.from_pbx(answer(sent, 486))
    ack = INVITE.but(method="ACK", to_tag="pbx", body="", more=())
    assert door.from_browser(ack.encode()).forward
    assert door.from_browser(ack.but(branch="z9hG4bK7").encode()).forward is None
    assert door.from_browser(within(INVITE, "pbx", CONTACT, "BYE").encode()).reason == "dialog"


def test_the_acknowledgement_of_a_refusal_of_ours_stays_here(door):
    refused = door.from_browser(INVITE.but(uri="sip:0900@x").encode())
    assert b";tag=door" in refused.reply
    verdict = door.from_browser(INVITE.but(method="ACK", uri="sip:0900@x", to_tag="door", body="").encode())
    assert (verdict.forward, verdict.reply, verdict.reason) == (None, None, None)


def test_the_pbx_hangs_up(talking):
    bye = (
        "BYE sip:b2c3@x9y8.invalid SIP/2.0\r\nVia: SIP/2.0/WS 127.0.0.1:8088;rport;branch=z9hG4bKPj1;alias\r\n"
        f"From: <{TARGET}>;tag=pbx\r\nTo: <{IDENTITY}>;tag=browser\r\nCall-ID: call-1\r\nCSeq: 5 BYE\r\n"
        "Reason: Q.850;cause=16\r\nContent-Length: 0\r\n\r\n"
    )
    talking.from_pbx(bye.encode())
    ok = bye.replace("BYE sip:b2c3@x9y8.invalid SIP/2.0", "SIP/2.0 200 OK").replace(
        "Reason: Q.850;cause=16\r\n", "X-A: b\r\n"
    )
    made = talking.from_browser(ok.encode()).forward.decode()
    assert made.split("\r\n")[:2] == ["SIP/2.0 200 OK", "Via: SIP/2.0/WS 127.0.0.1:8088;rport;branch=z9hG4bKPj1;alias"]
    assert "X-A" not in made
    assert talking.from_browser(within(INVITE, "pbx", CONTACT, "UPDATE").encode()).reason == "dialog"


def test_keep_alives_end_here(door):
    assert door.from_browser(b"\r\n\r\n").reply == b"\r\n"
    assert door.from_browser(b"\r\n").forward is None
    assert door.from_browser(b"\r\n").reason is None


def test_two_connections_know_nothing_of_each_other(talking):
    other = Door(LOCK, DOORWAY)
    for method in ("BYE", "ACK", "UPDATE", "INVITE"):
        assert other.from_browser(within(INVITE, "pbx", CONTACT, method, 1).encode()).forward is None
    assert other.from_browser(INVITE.but(method="CANCEL", body="").encode()).reason == "dialog"


def test_a_context_id_is_one_that_dialplans_believe():
    with pytest.raises(ValueError, match="context id"):
        CallLock(target=TARGET, identity=IDENTITY, context_id="a\r\nb")
