"""A PBX that has nothing but what ``cordpair provision`` gave it: it takes calls, and takes changes while it does."""

import asyncio
import stat

import pytest

from api.processes import free_port
from cordpair.acd import events as ev
from lab.asterisk import AsteriskLab
from lab.sipp import Plan
from pbx.provisioned import OFFICE, Provisioned

pytestmark = [pytest.mark.pbx, pytest.mark.timeout(120)]

SECOND = f"""
[trunks.office]
profile = "pbx"
addresses = ["{OFFICE}"]
numbers = ["5000"]
"""


SECRETS = {"asterisk": "cordpair.d/ari.conf", "freeswitch": "cordpair.d/event_socket.xml"}
TRUNK_FILE = {"asterisk": "cordpair.d/pjsip.conf", "freeswitch": "cordpair.d/trunks.xml"}
ADDED = {"asterisk": "+[office](cordpair-trunk)", "freeswitch": '+<user id="office"'}
TOLD = {"asterisk": "res_pjsip.so reloaded", "freeswitch": "done  reloadacl"}


async def test_from_an_empty_directory_to_calls_and_a_change_in_the_middle_of_one(lab_of, tmp_path) -> None:
    centre = Provisioned(lab_of, tmp_path)
    said = await centre.begin()
    assert "new secret:" in said
    assert stat.S_IMODE((tmp_path / "secrets/main").stat().st_mode) == 0o600
    written = centre.etc / SECRETS[centre.kind]
    assert stat.S_IMODE(written.stat().st_mode) == 0o640
    assert (await centre.provision()) == (0, f"{centre.etc}: nothing to change\n")
    async with centre.lab as lab, centre.engine as engine:
        crowd = await lab.sipp.callers([Plan("5000", "0301234")])
        await engine.until(lambda state: len(state.visits) == 1, 10)
        # A trunk more: shown, written, read again; whoever waits notices nothing.
        centre.configure("[trunks.provider]", f"{SECOND}[trunks.provider]")
        status, shown = await centre.provision()
        assert (status, ADDED[centre.kind] in shown) == (0, True)
        assert "office" not in (centre.etc / TRUNK_FILE[centre.kind]).read_text()
        refused = await lab.sipp.callers([Plan("5000", "0305555")], address=OFFICE)
        assert (await refused.wait(10)).answered == 0  # nobody knows it yet
        status, said = await centre.provision("--apply", "--yes")
        assert (status, TOLD[centre.kind] in said) == (0, True), said
        other = await lab.sipp.callers([Plan("5000", "0306666")], address=OFFICE)
        await engine.until(lambda state: len(state.visits) == 2, 10)
        assert (await centre.provision())[1].endswith("nothing to change\n")
        assert [len(each.report().calls) for each in (crowd, other)] == [1, 1]
        assert all(call.ending == "open" for each in (crowd, other) for call in each.report().calls)
        assert len(engine.events(ev.ContactArrived)) == 2
        await lab.hang_up_all()
        await engine.until(lambda state: not state.contacts, 10)
        assert await lab.until_empty() == (0, 0)


EVERYTHING = """
[trunks.provider]
addresses = ["{address}:{port}"]
options = "5s"
register = {{ user = "4930", password = {{ file = "provider" }} }}
[pbx.second]
url = "loopback:"
address = "127.0.0.8:5060"
[pbx.main.door]
url = "ws://127.0.0.1:{door}/ws"
key = {{ file = "secrets/door" }}
"""
PROVIDER = "127.0.0.7"


class Listener(asyncio.DatagramProtocol):
    """A provider who says nothing, and hears what is asked."""

    def __init__(self) -> None:
        self.heard: asyncio.Queue[str] = asyncio.Queue()

    def datagram_received(self, data: bytes, addr: object) -> None:
        self.heard.put_nowait(data.decode().partition("\r\n")[0])


async def test_with_everything_it_starts_registers_and_the_doctor_names_a_silent_trunk(tmp_path) -> None:
    # On FreeSWITCH a trunk that registers is asked only once it is registered.
    loop = asyncio.get_running_loop()
    socket, provider = await loop.create_datagram_endpoint(Listener, local_addr=(PROVIDER, 0))
    port, door = socket.get_extra_info("sockname")[1], free_port()
    (tmp_path / "provider").write_text("of the provider\n")
    centre = Provisioned(AsteriskLab, tmp_path, EVERYTHING.format(address=PROVIDER, port=port, door=door))
    centre.configure("[pbx.main]\n", '[pbx.main]\npeers = { second = "cordpair-second" }\n')
    await centre.begin()
    async with centre.lab as lab:
        heard = {(await asyncio.wait_for(provider.heard.get(), 30)).partition(" ")[0]}
        while heard != {"REGISTER", "OPTIONS"}:
            heard.add((await asyncio.wait_for(provider.heard.get(), 30)).partition(" ")[0])
        wrong = [line for line in lab.log_tail(500).splitlines() if "ERROR" in line or "[ERR]" in line]
        assert not [line for line in wrong if "res_websocket_client" not in line]  # unknown to older versions
        ends = loop.time() + 60
        while True:  # a question is given up after 3 s
            found = {each["what"]: each for each in await centre.doctor() if each["about"] == "trunks"}
            if "1 of 1 do not answer: provider" in found or loop.time() > ends:
                break
        assert found["1 of 1 do not answer: provider"]["level"] == "error"
    socket.close()
