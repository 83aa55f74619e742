"""The suite's SIP people among themselves, and against a PBX played by hand."""

import asyncio
import hashlib
import re

import pytest

from cordpair.testing.people import BUSY, MUSIC, VOICES, Caller, Codec, NotRegistered, Phone, melody
from cordpair.testing.people.audio import Audio
from cordpair.testing.people.ears import MUSIC_HEARD, Ear
from cordpair.testing.people.messages import decode, host_and_port, uri, user
from cordpair.testing.people.sockets import Socket
from cordpair.testing.people.tones import FRAME, LINEAR

HERE = "127.0.0.1"


class Changes:
    """Waits until something is true; whoever has news calls it."""

    def __init__(self):
        self._news = asyncio.Event()

    def __call__(self):
        self._news.set()

    async def until(self, condition):
        async with asyncio.timeout(5):
            while not condition():
                self._news.clear()
                await self._news.wait()


class Pbx:
    """What it got, and what it says to it."""

    def __init__(self):
        self.got = []
        self.changed = Changes()

    async def open(self):
        self.socket = await Socket.open(HERE, self._receive)
        self.address = self.socket.address
        return self

    def say(self, text, to):
        self.socket.send(text.replace("\n", "\r\n").encode(), to)

    async def next(self, start):
        await self.changed.until(lambda: any(one.start.startswith(start) for one in self.got))
        found = next(one for one in self.got if one.start.startswith(start))
        self.got.remove(found)
        return found

    def answer(self, request, status, *more, body=""):
        kept = [(name, request.get(name)) for name in ("via", "from", "to", "call-id", "cseq")]
        lines = [f"SIP/2.0 {status} Reply", *(f"{name}: {value}" for name, value in kept), *more, "", body]
        self.socket.send("\r\n".join(lines).encode(), request.source)

    def _receive(self, data, source):
        self.got.append(decode(data, source))
        self.changed()


@pytest.fixture
async def pbx():
    pbx = await Pbx().open()
    yield pbx
    pbx.socket.close()


@pytest.fixture
async def phone(pbx):
    phone = Phone(("101", "the password"), "pbx.example", HERE, pbx.address, VOICES[0])
    phone.changed = Changes()
    await phone.open()
    yield phone
    phone.close()


def request(method, number=1, headers="", body=""):
    return (
        f"{method} sip:101@{HERE} SIP/2.0\nVia: SIP/2.0/UDP {HERE}:5060;branch=z9hG4bK1\n"
        f"From: <sip:4930@{HERE}>;tag=f\nTo: <sip:101@{HERE}>\nCall-ID: a-call\n"
        f"CSeq: {number} {method}\nContact: <sip:pbx@{{}};transport=udp>\n"
        f"{headers}\n{body}"
    )


# ---------------------------------------------------------------- sound


@pytest.mark.parametrize("codec", Codec)
def test_a_voice_survives_its_codec(codec):
    voice, ear = VOICES[3], Ear(lambda: None, MUSIC)
    for start in range(0, 1600, FRAME):
        ear.hear(melody((voice,), 1_000, codec)[start : start + FRAME], codec, 0.0)
    assert ear.heard == {str(voice)}


def test_known_codes():
    assert (LINEAR[Codec.PCMA][0xD5], LINEAR[Codec.PCMU][0xFF]) == (8, 0)
    assert (LINEAR[Codec.PCMA][0xAA], LINEAR[Codec.PCMU][0x80]) == (32256, 32124)


@pytest.mark.parametrize("tones", [(), MUSIC])
def test_music_is_heard_with_and_without_knowing_its_tones(tones):
    ear = Ear(lambda: None, tones)
    music = melody(MUSIC, 500)
    for start in range(0, 4_000, FRAME):
        ear.hear(music[start : start + FRAME], Codec.PCMA, 0.0)
    assert ear.heard == {MUSIC_HEARD}


def test_a_voice_that_begins_in_the_middle_is_no_music():
    heard = []
    ear = Ear(lambda: heard.append(ear.heard))
    sound = melody((0,), 150) + melody((VOICES[0],), 450) + melody((0,), 450)
    for start in range(0, len(sound) - FRAME, FRAME):
        ear.hear(sound[start : start + FRAME], Codec.PCMA, 0.0)
    assert heard == [{str(VOICES[0])}, set()]


@pytest.mark.parametrize(
    ("kinds", "codec"), [("8 0 101", Codec.PCMA), ("0 8 96", Codec.PCMU), ("18 0 101", Codec.PCMU)]
)
async def test_the_first_codec_of_an_offer_that_we_speak_is_spoken(kinds, codec):
    changed = Changes()
    pressed: list[str] = []
    one = Audio(VOICES[0], pressed.append, changed)
    other = Audio(VOICES[1], pressed.append, changed)
    offer = re.sub(r"RTP/AVP .*", f"RTP/AVP {kinds}", await one.open(HERE))
    events = kinds.split()[2]
    offer = offer.replace("a=rtpmap:101 telephone", f"a=rtpmap:{events} telephone")
    answer = await other.open(HERE, offer)
    assert f" RTP/AVP {int(codec)} {events}\r\n" in answer
    one.connect(answer)
    other.connect(offer)
    await changed.until(lambda: one.heard() == {str(VOICES[1])} and other.heard() == {str(VOICES[0])})
    other.press("1#")
    await asyncio.wait_for(_until(lambda: pressed == ["1", "#"]), 5)
    one.close()
    other.close()


async def _until(condition):
    while not condition():
        await asyncio.sleep(0.02)  # sleep: a digit tells the listener, who is a list here


# ---------------------------------------------------------------- calls


async def test_a_caller_and_a_phone_talk(phone):
    caller = Caller("4930123", HERE, phone.socket.address, VOICES[5])
    caller.changed = Changes()
    await caller.dial("101")
    await caller.changed.until(lambda: caller.heard() == {str(VOICES[0])})
    await phone.changed.until(lambda: phone.heard() == {str(VOICES[5])})
    assert (phone.rung, phone.shows[0]) == (1, "4930123")
    caller.hang_up()
    await phone.changed.until(lambda: all(dialog.state == "ended" for dialog in phone.dialogs.values()))
    caller.close()


async def test_a_caller_is_told_busy(phone):
    phone.does = BUSY
    caller = Caller("4930123", HERE, phone.socket.address, VOICES[5])
    caller.changed = Changes()
    await caller.dial("101")
    await caller.changed.until(lambda: caller.status == 486)
    caller.close()


async def test_a_caller_goes_along_the_route_to_the_contact(pbx):
    caller = Caller("4930123", HERE, pbx.address, VOICES[5])
    await caller.dial("4711")
    invite = await pbx.next("INVITE")
    far, proxy = await Pbx().open(), await Pbx().open()
    contact = f"sip:4711@{HERE}:{far.address[1]};transport=udp"
    routes = f"Record-Route: <sip:{HERE}:{far.address[1]};lr>, <sip:{HERE}:{proxy.address[1]};lr>"
    pbx.answer(invite, 183, body=invite.body)
    pbx.answer(invite, 200, f"Contact: <{contact}>", routes)
    ack = await proxy.next("ACK")
    assert ack.start.split()[1] == contact
    assert [host_and_port(route) for route in ack.all("route")] == [proxy.address, far.address]
    caller.hang_up()
    assert (await proxy.next("BYE")).number == 2
    caller.close()
    far.socket.close()
    proxy.socket.close()


async def test_a_phone_answers_what_a_pbx_may_ask(pbx, phone):
    def ask(method, number, headers="", body=""):
        text = request(method, number, headers, body).replace("{}", f"{HERE}:{pbx.address[1]}")
        pbx.say(text, phone.socket.address)

    audio = Audio(VOICES[7], lambda _: None, Changes())
    sdp = (await audio.open(HERE)).replace("\r\n", "\n")
    ask("OPTIONS", 1)
    assert (await pbx.next("SIP/2.0 200")).method == "OPTIONS"
    ask("NOTIFY", 2)
    assert (await pbx.next("SIP/2.0 200")).method == "NOTIFY"
    ask("INVITE", 3, "Session-Expires: 1800;refresher=uac\nSupported: timer\n", sdp)
    assert "m=audio" in (await pbx.next("SIP/2.0 200")).body
    ask("UPDATE", 4)
    assert (await pbx.next("SIP/2.0 200")).body == ""
    ask("UPDATE", 5, body=sdp)
    assert "m=audio" in (await pbx.next("SIP/2.0 200")).body
    ask("INVITE", 6, body=sdp)
    assert "m=audio" in (await pbx.next("SIP/2.0 200")).body
    ask("INVITE", 7)  # a late offer
    assert "RTP/AVP 8 0 101" in (await pbx.next("SIP/2.0 200")).body
    ask("BYE", 8, 'Reason: SIP;cause=200;text="Call completed elsewhere"\n')
    assert (await pbx.next("SIP/2.0 200")).method == "BYE"
    assert phone.told_elsewhere
    audio.close()


# ---------------------------------------------------------------- registration


async def test_a_stale_nonce_is_asked_for_again(pbx, phone):
    done = asyncio.create_task(phone.register())
    pbx.answer(
        await pbx.next("REGISTER sip:pbx.example"), 401, 'WWW-Authenticate: Digest realm="r", nonce="old", qop="auth"'
    )
    second = await pbx.next("REGISTER")
    assert 'nonce="old"' in second.get("authorization")
    pbx.answer(second, 401, 'WWW-Authenticate: Digest realm="r", nonce="new", stale=true, qop="auth,auth-int"')
    third = await pbx.next("REGISTER")
    said = dict(re.findall(r'(\w+)="?([^",]+)"?', third.get("authorization")))
    account = hashlib.md5(b"101:r:the password").hexdigest()
    asked = hashlib.md5(b"REGISTER:sip:pbx.example").hexdigest()
    whole = f"{account}:new:00000001:{said['cnonce']}:auth:{asked}"
    assert said["response"] == hashlib.md5(whole.encode()).hexdigest()
    pbx.answer(third, 200)
    await done


async def test_a_proxy_may_ask_and_for_another_hash(pbx, phone):
    done = asyncio.create_task(phone.register())
    pbx.answer(
        await pbx.next("REGISTER"),
        407,
        'Proxy-Authenticate: Digest realm="r", nonce="n", algorithm=SHA-512-256',
        'Proxy-Authenticate: Digest realm="r", nonce="n", algorithm=SHA-256, opaque="o"',
    )
    proof = (await pbx.next("REGISTER")).get("proxy-authorization")
    assert "algorithm=SHA-256" in proof and 'opaque="o"' in proof and "qop" not in proof
    done.cancel()


async def test_a_wrong_password_is_said_and_not_shown(pbx, phone):
    done = asyncio.create_task(phone.register())
    for _ in range(2):
        pbx.answer(await pbx.next("REGISTER"), 401, 'WWW-Authenticate: Digest realm="r", nonce="n"')
    with pytest.raises(NotRegistered, match="phone 101 cannot register") as refused:
        await done
    assert "the password" not in str(refused.value)


# ---------------------------------------------------------------- messages


def test_addresses_are_read_as_they_are_written():
    assert uri('"Ann" <sip:1@127.0.0.1:5080;transport=udp>;tag=x') == "sip:1@127.0.0.1:5080;transport=udp"
    assert user("<sip:101@127.0.0.1:5080;transport=udp>") == "101"
    assert host_and_port("<sip:101@127.0.0.1:5080;transport=udp>") == ("127.0.0.1", 5080)
    assert host_and_port("sip:127.0.0.1;lr") == ("127.0.0.1", 5060)
    assert host_and_port("sip:101@pbx.example") is None
    assert decode(b"BYE sip:1@h SIP/2.0\r\ni: one\r\nl: 0\r\n\r\n").headers == [("call-id", "one")]
