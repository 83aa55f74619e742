"""What an agent's phone may say: register as itself, take the PBX's calls, and call what it may dial."""

import pytest

from cordpair.sip import Door, Doorway, PhoneLock
from sip.frames import SDP, Frame, answer, within
from sip.phone_attacks import OWN, PHONE_ATTACKS

ADDRESS = "sip:ben@cordpair.invalid"
LOCK = PhoneLock(address=ADDRESS, user="ben", dials=frozenset({"011", "*21"}), calls=2)
DIGEST = (
    'Authorization: Digest algorithm=MD5, username="ben", realm="asterisk", nonce="1/2=", uri="sip:cordpair.invalid", '
    'response="0123456789abcdef", qop=auth, cnonce="x", nc=00000001'
)
REGISTER = Frame(
    method="REGISTER",
    uri="sip:cordpair.invalid",
    sender=ADDRESS,
    to=ADDRESS,
    body="",
    contact='<sip:u1v2@p9.invalid;transport=ws>;+sip.ice;reg-id=1;+sip.instance="<urn:uuid:1-2>";expires=99999',
    more=("Expires: 600", "Allow: INVITE", "Supported: path,gruu,outbound"),
)
CALL = Frame(uri="sip:011@cordpair.invalid", sender=ADDRESS)
RINGS = (
    "INVITE sip:u1v2@p9.invalid;transport=ws SIP/2.0\r\n"
    "Via: SIP/2.0/WS 127.0.0.1:8088;rport;branch=z9hG4bKPj7;alias\r\n"
    'From: "Ann; tag=no <x>" <sip:w-1@127.0.0.1>;tag=pbx7\r\nTo: <sip:u1v2@p9.invalid>\r\n'
    "Contact: <sip:asterisk@127.0.0.1:8088;transport=ws>\r\n"
    "Call-ID: 7@pbx\r\nCSeq: 42 INVITE\r\nX-Context-Id: ctx\r\nContent-Length: 0\r\n\r\n"
)


@pytest.fixture
def door():
    return Door(LOCK, Doorway(headers={"X-Cordpair-Door": "key"}))


def says(
    status: str, method: str = "INVITE", tag: str = "phone", body: str = "", more: str = "", branch: str = "z9hG4bKPj7"
):
    to = f"To: <sip:u1v2@p9.invalid>;tag={tag}\r\n" if tag else "To: <sip:u1v2@p9.invalid>\r\n"
    return (
        f"SIP/2.0 {status}\r\nVia: SIP/2.0/WS 127.0.0.1:8088;rport;branch={branch};alias\r\n"
        f"From: <sip:forged@x>;tag=pbx7\r\n{to}Call-ID: 7@pbx\r\nCSeq: 42 {method}\r\n"
        f"Contact: <sip:u1v2@p9.invalid;transport=ws;ob>\r\n{more}"
        f"Content-Type: application/sdp\r\nContent-Length: {len(body)}\r\n\r\n{body}"
    ).encode()


def test_it_registers_as_itself(door):
    made = door.from_browser(REGISTER.but(more=(*REGISTER.more, DIGEST)).encode()).forward.decode()
    assert made.startswith("REGISTER sip:cordpair.invalid SIP/2.0\r\n")
    assert f"From: <{ADDRESS}>;tag=browser\r\nTo: <{ADDRESS}>\r\n" in made
    assert "Contact: <sip:u1v2@p9.invalid;transport=ws>\r\nExpires: 3600\r\n" in made
    assert 'Authorization: Digest username="ben", realm="asterisk", nonce="1/2="' in made
    assert "X-Cordpair-Door" not in made


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"to": "sip:ann@cordpair.invalid"}, "registration"),
        ({"sender": "sip:ann@cordpair.invalid"}, "registration"),
        ({"uri": "sip:elsewhere.invalid"}, "registration"),
        ({"uri": ADDRESS}, "registration"),
        ({"contact": "*"}, "registration"),
        ({"contact": "<sip:a@b.invalid>, <sip:0900@192.0.2.1>"}, "header_value"),
        ({"body": SDP}, "registration"),
        ({"more": (DIGEST.replace('username="ben"', 'username="ann"'),)}, "credentials"),
        ({"more": (DIGEST.replace("cordpair.invalid", "x.invalid"),)}, "credentials"),
        ({"more": (DIGEST.replace("Digest", "Basic"),)}, "credentials"),
        ({"more": ("Path: <sip:192.0.2.1;lr>",)}, "forbidden_header"),
    ],
)
def test_and_as_nobody_else(door, changes, reason):
    verdict = door.from_browser(REGISTER.but(**changes).encode())
    assert (verdict.forward, verdict.reason) == (None, reason)


@pytest.mark.parametrize("attack", PHONE_ATTACKS, ids=lambda attack: attack.name)
def test_nothing_of_the_matrix_goes_on(attack):
    door = Door(PhoneLock(address=OWN, user="eve-web", dials=frozenset({"011"})), Doorway(headers={"X-Key": "key"}))
    verdict = door.from_browser(attack.frame.encode())
    assert (verdict.forward, verdict.reason) == (None, attack.reason)


def test_it_may_leave(door):
    assert (
        b"Contact: *\r\nExpires: 0"
        in door.from_browser(REGISTER.but(contact="*", more=("Expires: 0",)).encode()).forward
    )


def test_it_calls_what_it_may_dial(door):
    made = door.from_browser(CALL.encode()).forward
    assert made.startswith(b"INVITE sip:011@cordpair.invalid SIP/2.0")
    assert b"X-" not in made
    for uri in (
        "sip:0900@cordpair.invalid",
        "sip:011@elsewhere.invalid",
        "sip:cordpair.invalid",
        "sips:011@cordpair.invalid",
    ):
        assert door.from_browser(CALL.but(uri=uri, call_id=uri[4:9]).encode()).reason == "destination"


def test_a_challenged_call_comes_again(door):
    sent = door.from_browser(CALL.encode()).forward
    door.from_pbx(answer(sent, 401))
    assert door.from_browser(CALL.but(method="ACK", to_tag="pbx", body="").encode()).forward
    proof = DIGEST.replace("sip:cordpair.invalid", CALL.uri)
    again = CALL.but(number=2, branch="z9hG4bK2", more=(proof,))
    assert b"Authorization: Digest" in door.from_browser(again.encode()).forward
    assert door.from_browser(again.but(number=3).encode()).reason == "used"


def test_it_has_so_many_calls(door):
    for number in range(2):
        assert door.from_browser(CALL.but(call_id=f"c{number}").encode()).forward
    assert door.from_browser(CALL.but(call_id="c3").encode()).reason == "too_many_calls"


def test_it_takes_a_call_in_the_pbxs_own_words(door):
    door.from_pbx(RINGS.encode())
    ringing = door.from_browser(says("180 Ringing")).forward.decode()
    assert 'From: "Ann; tag=no <x>" <sip:w-1@127.0.0.1>;tag=pbx7\r\n' in ringing
    assert "To: <sip:u1v2@p9.invalid>;tag=phone\r\n" in ringing
    answered = door.from_browser(says("200 OK", body=SDP, more="X-Evil: 1\r\nDiversion: <sip:1@x>\r\n")).forward
    assert answered.endswith(SDP.encode())
    assert b"Evil" not in answered and b"Diversion" not in answered
    bye = Frame(method="BYE", uri="sip:asterisk@127.0.0.1:8088;transport=ws", sender="sip:u1v2@p9.invalid", tag="phone")
    bye = bye.but(to="sip:w-1@127.0.0.1", to_tag="pbx7", call_id="7@pbx", body="")
    assert door.from_browser(bye.but(tag="other").encode()).reason == "tag"
    made = door.from_browser(bye.encode()).forward.decode()
    assert 'To: "Ann; tag=no <x>" <sip:w-1@127.0.0.1>;tag=pbx7\r\n' in made
    assert door.from_browser(bye.encode()).reason == "dialog"


@pytest.mark.parametrize(
    "wrong",
    [
        says("200 OK", branch="z9hG4bKPj8"),
        says("200 OK", method="CANCEL"),
        says("200 OK").replace(b"7@pbx", b"8@pbx"),
        says("200 OK").replace(b"42 INVITE", b"43 INVITE"),
    ],
)
def test_what_answers_nothing_is_refused(door, wrong):
    door.from_pbx(RINGS.encode())
    verdict = door.from_browser(wrong)
    assert (verdict.forward, verdict.reply, verdict.reason) == (None, None, "transaction")


def test_the_tag_of_an_answer_stays(door):
    door.from_pbx(RINGS.encode())
    assert door.from_browser(says("180 Ringing")).forward
    assert door.from_browser(says("200 OK", tag="other", body=SDP)).reason == "tag"


def test_a_phone_sends_nobody_elsewhere(door):
    """A PBX would follow a 302 and call out."""
    door.from_pbx(RINGS.encode())
    verdict = door.from_browser(says("302 Moved").replace(b"u1v2@p9.invalid;transport=ws;ob", b"0900123@192.0.2.1"))
    assert verdict.reason == "redirect"
    assert verdict.forward.startswith(b"SIP/2.0 480 ")
    assert b"0900123" not in verdict.forward


def test_a_cancelled_call(door):
    door.from_pbx(RINGS.encode())
    door.from_pbx(RINGS.replace("INVITE", "CANCEL").encode())
    assert door.from_browser(says("200 OK", method="CANCEL")).forward
    assert door.from_browser(says("487 Request Terminated")).forward


def test_no_transfer_by_the_phone(door):
    door.from_pbx(RINGS.encode())
    door.from_browser(says("200 OK", body=SDP))
    refer = Frame(method="REFER", uri="sip:asterisk@127.0.0.1:8088", sender="sip:u1v2@p9.invalid", tag="phone", body="")
    refer = refer.but(to="sip:w-1@127.0.0.1", to_tag="pbx7", call_id="7@pbx", more=("Refer-To: <sip:0900@x>",))
    assert door.from_browser(refer.encode()).forward is None


def test_within_is_not_for_calls_that_are_over(door):
    sent = door.from_browser(CALL.encode()).forward
    door.from_pbx(answer(sent, 486))
    assert door.from_browser(within(CALL, "pbx", "sip:help@127.0.0.1:5080", "BYE").encode()).reason == "dialog"
