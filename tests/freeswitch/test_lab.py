"""The lab itself, and that FreeSWITCH takes every file of `dialplans/freeswitch`."""

import re
from pathlib import Path

import pytest

from lab import freeswitch
from lab.freeswitch import FreeSwitchLab
from lab.freeswitch_files import SHIPPED

pytestmark = [pytest.mark.freeswitch, pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(60)]

# What FreeSWITCH says of itself, whatever the files hold.
ALWAYS = re.compile(r"MSG Thread 0 Started")


async def test_starts_and_takes_every_file(lab):
    assert await lab.until_empty() == (0, 0)
    assert re.match(r"\d+\.\d+", lab.version)
    said = [line for line in lab.log_tail(1000).splitlines() if line and not ALWAYS.search(line)]
    assert said == []
    read = (lab.directory / "log/freeswitch.xml.fsxml").read_text()
    for file in SHIPPED.rglob("*.xml"):
        names = re.findall(r'<(?:configuration|profile|context|extension) name="[\w.-]+"', file.read_text())
        assert all(name in read for name in names), file


async def test_the_modules_are_those_that_are_listed(lab):
    listed = re.findall(r'<load module="(\w+)"', (SHIPPED / "autoload_configs/modules.conf.xml").read_text())
    for module in listed:
        assert (await lab.api("module_exists", module)).strip() == "true", module
    for other in ("mod_callcenter", "mod_xml_curl", "mod_httapi", "mod_valet_parking"):
        assert (await lab.api("module_exists", other)).strip() == "false", other


async def test_there_is_music(lab):
    assert "default" in await lab.api("local_stream", "show")


async def test_two_run_side_by_side(lab):
    async with FreeSwitchLab(agents=1) as other:
        assert other.sip_port != lab.sip_port
        assert await other.channels() == await lab.channels() == []


async def test_nothing_is_left_behind():
    async with FreeSwitchLab(agents=1) as lab:
        pid, directory = lab.pid, lab.directory
        assert directory.exists()
    assert not Path(f"/proc/{pid}").exists()
    assert not directory.exists()


@pytest.mark.parametrize("hard", [False, True])
async def test_registrations_survive_a_restart(hard):
    async with FreeSwitchLab(agents=2) as lab:
        await lab.sipp.phones(lab.agents)
        await lab.restart(hard=hard)
        assert [await lab.seat_state(agent.number) for agent in lab.agents] == ["Reachable", "Reachable"]


async def test_without_a_freeswitch_it_says_what_to_do(monkeypatch):
    monkeypatch.setenv("CORDPAIR_FREESWITCH_BIN", "/nowhere/freeswitch")
    with pytest.raises(freeswitch.NoFreeSwitch, match="CORDPAIR_FREESWITCH_BIN=/nowhere/freeswitch: no such program"):
        FreeSwitchLab()
    monkeypatch.setenv("CORDPAIR_FREESWITCH_BIN", "/bin/true")
    with pytest.raises(freeswitch.NoFreeSwitch, match="does not say that it is a FreeSWITCH"):
        FreeSwitchLab()
    monkeypatch.delenv("CORDPAIR_FREESWITCH_BIN")
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(freeswitch.NoFreeSwitch, match="no freeswitch on PATH"):
        FreeSwitchLab()
