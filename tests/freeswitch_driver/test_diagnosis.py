"""The doctor without a switch: what it says when nothing works, and that it never speaks to engines.

On a real FreeSWITCH: ``tests/freeswitch/test_doctor.py``.
"""

import asyncio
import json
import re
import time
from pathlib import Path
from typing import Any

import pytest

from cordpair.pbx import Diagnosable, Finding, Level, Wanted
from cordpair_freeswitch import diagnosis, link, modules, rights
from cordpair_freeswitch.modules import NEEDED
from cordpair_freeswitch.rights import FUNCTIONS
from cordpair_freeswitch.telephone import LOUD, PCMA, PCMU, Telephone, loudness
from freeswitch_driver.event_socket import DONE, REJECTED, EventSocket, result
from freeswitch_driver.switch_strings import Packet

SHIPPED = Path(__file__).parents[2] / "dialplans" / "freeswitch"
MODULES = {"rows": [{"type": "api", "name": "x", "ikey": name} for _, _, names in NEEDED for name in names]}
STATUS = """FreeSWITCH (Version 1.11.1-release git c2c5964 64bit) is ready
1 session(s) - peak 1, last 5min 1
100 session(s) max
"""
PROFILES = """<profiles><profile><name>cordpair-phones</name><data>sip:mod_sofia@127.0.0.1:9</data>
<state>RUNNING (0)</state></profile></profiles>"""


class Switch(EventSocket):
    """One that is well, but cannot call anybody."""

    def __init__(self, **others: Any) -> None:
        super().__init__(**others)
        self.answers |= {
            "api status": result(STATUS),
            "api show modules": result(json.dumps(MODULES)),
            "api sofia xmlstatus": result(PROFILES),
            "api global_getvar": result("-ERR no reply\n"),
            "api global_getvar domain": result("fs.test"),
            "api user_exists": result("-ERR permission denied"),
            "api xml_locate": result("-ERR permission denied"),
            "api sofia_contact": result("sofia/cordpair-phones/sip:101@127.0.0.1"),
            "sendevent ": self._echo,
            "bgapi originate": self._fails,
        }
        self.delay = 0.0

    def _echo(self, packet: Packet) -> bytes:
        headers = {"Event-Name": "CUSTOM", "Event-Date-Timestamp": str(time.time_ns() // 1_000), **dict(packet.headers)}
        asyncio.get_running_loop().call_later(self.delay, self.say, self.format(headers))
        return DONE

    def _fails(self, packet: Packet) -> bytes:
        job = dict(packet.headers)["Job-UUID"]
        said = {"Event-Name": "BACKGROUND_JOB", "Job-UUID": job, "_body": "-ERR NORMAL_TEMPORARY_FAILURE\n"}
        self.say(self.format(said))
        return self._background(packet)


async def examined(switch: EventSocket, *endpoints: str, **wanted: Any) -> dict[str, Finding]:
    driver = switch.driver(endpoints=endpoints)
    assert isinstance(driver, Diagnosable)
    found = await driver.diagnose(Wanted(**wanted), lambda: time.time_ns() // 1_000_000)
    assert all(finding.level is Level.OK or (finding.why and finding.mend) for finding in found)
    return {finding.about: finding for finding in found}


def wrong(found: dict[str, Finding]) -> dict[str, Level]:
    return {about: finding.level for about, finding in found.items() if finding.level is not Level.OK}


async def test_what_cannot_be_tried_is_said() -> None:
    async with Switch() as switch:
        found = await examined(switch, "101")
        assert wrong(found) == {"call": Level.WARNING}
        assert "NORMAL_TEMPORARY_FAILURE" in found["call"].what
        assert found["seats"].what == "1 reachable"


async def test_pictures_need_a_codec() -> None:
    async with Switch() as switch:
        assert "video" not in await examined(switch, "101")
        assert wrong(await examined(switch, "101", video=True)) == {"call": Level.WARNING, "video": Level.WARNING}
        switch.answers["api show codec"] = result(
            '{"rows":[{"type":"codec","name":"VP8 Video","ikey":"CORE_VPX_MODULE"}]}'
        )
        assert wrong(await examined(switch, "101", video=True)) == {"call": Level.WARNING}


async def test_no_engine_hears_of_it() -> None:
    async with Switch() as switch:
        await examined(switch, "101")
        spoken = [packet for packet in switch.seen if packet.command.startswith("sendevent")]
        assert spoken and all(dict(packet.headers)["Event-Subclass"] == diagnosis.DOCTOR for packet in spoken)
        assert diagnosis.DOCTOR not in link.SUBCLASSES


async def test_not_admitted() -> None:
    async with EventSocket(greeting=REJECTED, then_closes=True) as switch:
        found = await examined(switch)
        assert wrong(found) == {"link": Level.ERROR}
        assert "acl-engine.xml" in found["link"].mend


async def test_events_that_do_not_come_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(diagnosis, "ECHO_S", 0.1)
    async with Switch() as switch:
        switch.answers["sendevent "] = DONE
        found = await examined(switch)
        assert found["events"].level is Level.ERROR and "do not come back" in found["events"].what


async def test_events_that_come_late(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(diagnosis, "LATE_MS", 40.0)
    async with Switch() as switch:
        switch.delay = 0.05
        found = await examined(switch)
        assert found["events"].level is Level.WARNING


async def test_an_account_without_a_function_and_a_module() -> None:
    async with Switch() as switch:
        switch.answers["api uuid_record"] = result("-ERR permission denied")
        switch.answers["api uuid_audio"] = result("-ERR uuid_audio Command not found!\n")
        switch.answers["api show modules"] = result(json.dumps({"rows": MODULES["rows"][:-1]}))
        found = await examined(switch)
        assert wrong(found) == {"call": Level.WARNING, "rights": Level.WARNING, "modules": Level.WARNING}
        assert "uuid_audio" in found["rights"].what  # the later of the two


async def test_a_switch_that_falls_silent_in_the_middle() -> None:
    async with Switch() as switch:
        switch.answers["api sofia xmlstatus"] = lambda _: switch.cut()
        found = await examined(switch, "101")
        assert found["profiles"].level is Level.ERROR and "could not be examined" in found["profiles"].what


# ---------------------------------------------------------------- what is shipped


def test_every_module_that_is_shipped_is_asked_for_or_left_out_on_purpose() -> None:
    text = (SHIPPED / "autoload_configs/modules.conf.xml").read_text(encoding="utf-8")
    shipped = set(re.findall(r'<load module="(\w+)"', text))
    asked = [name for _, _, names in (*NEEDED, modules.FOR_BROWSERS) for name in names]
    assert len(asked) == len(set(asked))
    # Without the last nobody asks anything; the others are the operator's eyes.
    assert set(asked) | {"mod_console", "mod_logfile", "mod_event_socket"} == shipped


def test_every_function_of_the_shipped_account_is_asked_for() -> None:
    text = (SHIPPED / "directory/cordpair.xml").read_text(encoding="utf-8")
    allowed = re.search(r'"esl-allowed-api" value="([^"]+)"', text)
    assert allowed
    asked = [name for _, _, names in (*FUNCTIONS, rights.FOR_BROWSERS) for name in names]
    assert len(asked) == len(set(asked))
    # Only the doctor calls it, and does without.
    assert set(allowed[1].split()) - set(asked) <= {"conference"}
    assert set(asked) <= set(allowed[1].split())


# ---------------------------------------------------------------- the telephone


def test_how_loud_g711_is() -> None:
    assert loudness(bytes([0xFF, 0x7F] * 80), PCMU) < LOUD and loudness(bytes([0xD5, 0x55] * 80), PCMA) < LOUD
    assert loudness(bytes([0xFF] * 10 + [0x80]), PCMU) == 32_124
    assert loudness(bytes([0xD5] * 10 + [0xAA]), PCMA) == 32_256


class Caller(asyncio.DatagramProtocol):
    def __init__(self) -> None:
        self.heard: asyncio.Queue[str] = asyncio.Queue()

    def datagram_received(self, data: bytes, addr: Any) -> None:
        self.heard.put_nowait(data.decode())


INVITE = """INVITE sip:{to} SIP/2.0
v: SIP/2.0/UDP 127.0.0.1:{port};branch=z9hG4bKx
f: <sip:a@127.0.0.1>;tag=1
t: <sip:{to}>
i: call-1
CSeq: 7 INVITE
Contact: <sip:mod_sofia@127.0.0.1:{port}>

v=0
m=audio 4000 RTP/AVP 96 {codecs} 101
"""


@pytest.mark.parametrize(("codecs", "status"), [("0 8", "200"), ("0", "200"), ("9", "488")])
async def test_it_answers_hears_and_hangs_up(codecs: str, status: str) -> None:
    telephone = Telephone(("127.0.0.1", 9))
    await telephone.open()
    loop = asyncio.get_running_loop()
    transport, caller = await loop.create_datagram_endpoint(Caller, local_addr=("127.0.0.1", 0))
    port = transport.get_extra_info("sockname")[1]
    there = ("127.0.0.1", int(telephone.address.rpartition(":")[2]))

    def say(to: str) -> None:
        text = INVITE.format(to=to, port=port, codecs=codecs)
        transport.sendto(text.replace("\n", "\r\n").encode(), there)

    say("somebody-else@127.0.0.1")
    transport.sendto(b"\xff\x00 garbage", there)
    say(telephone.address)
    async with asyncio.timeout(5):
        answer = await caller.heard.get()
        assert answer.startswith(f"SIP/2.0 {status} ")
        if status == "200":
            audio = re.search(r"m=audio (\d+) RTP/AVP (\d)", answer)
            assert audio and audio[2] == codecs[-1]
            listening = asyncio.create_task(telephone.listen(5))
            packet = bytes([0x80, int(audio[2])]) + bytes(10)
            for payload in (b"", bytes([0xD5 if audio[2] == "8" else 0xFF]), bytes(20)):
                transport.sendto(packet + payload, ("127.0.0.1", int(audio[1])))
            assert await listening
            assert not await telephone.listen(0.05)
            telephone.close()
            bye = await caller.heard.get()
            assert bye.startswith(f"BYE sip:mod_sofia@127.0.0.1:{port} ") and "Call-ID: call-1" in bye
    telephone.close()
    transport.close()
