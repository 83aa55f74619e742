"""The Event Socket: who gets in, and what the engine's own account may do."""

import re
from pathlib import Path

import pytest

from lab.event_socket import EventSocket, Refused
from lab.freeswitch import FreeSwitchLab
from lab.freeswitch_files import ENGINE, SHIPPED

pytestmark = [pytest.mark.freeswitch, pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(60)]

DRIVER = Path(__file__).parents[2] / "drivers" / "cordpair_freeswitch"


@pytest.mark.parametrize("password", ["ClueCon", "", "wrong"])
async def test_a_wrong_password(lab, password):
    with pytest.raises(Refused, match="invalid"):
        await EventSocket.open(lab.esl_port, password)


async def test_no_account_but_the_engines(lab):
    agent = lab.agents[0]
    for user, password in [
        (f"{agent.number}@cordpair", agent.password),
        ("trunk@cordpair-trunks", ""),
        (ENGINE, ""),
        (ENGINE, lab.settings.password),
        (ENGINE.replace("cordpair-engine", "cordpair"), lab.settings.engine_password),
    ]:
        with pytest.raises(Refused, match="invalid"):
            await EventSocket.open(lab.esl_port, password, user=user)


async def test_what_the_engines_account_may_do(lab):
    engine = await lab.event_socket(restricted=True)
    assert (await engine.api("global_getvar", "domain")) == "cordpair"
    assert await engine.json("show", "channels", "as", "json") == {"row_count": 0}
    await engine.subscribe(["CHANNEL_PARK", "HEARTBEAT"], ["sofia::register", "cordpair::engine"])
    await engine.event("HEARTBEAT", 8)
    for function in (
        "system id",
        "bg_system id",
        "reloadxml",
        "fsctl shutdown",
        "load mod_x",
        "expand status",
        "hupall",
    ):
        with pytest.raises(Refused, match="permission denied"):
            await engine.api(function)
        with pytest.raises(Refused, match="permission denied"):
            await engine.command(f"bgapi {function}\n\n".encode())
    with pytest.raises(Refused, match="permission denied"):
        await engine.command(b"log 7\n\n")
    await engine.close()


async def test_it_may_do_what_the_driver_does():
    text = (SHIPPED / "directory/cordpair.xml").read_text()
    allowed = re.search(r'esl-allowed-api" value="([^"]*)"', text)
    assert allowed
    used = {name for file in DRIVER.rglob("*.py") for name in re.findall(r'"(uuid_[a-z_]+)"', file.read_text())}
    assert used
    assert used - {"uuid_bridge_park_on_cancel"} <= set(allowed[1].split())  # that one is a variable


class SeenByTheEnginesAccount(FreeSwitchLab):
    async def event_socket(self, *, restricted: bool = True) -> EventSocket:
        return await super().event_socket(restricted=True)


async def test_without_a_password_of_the_operators_nobody_gets_in():
    """Not even with the one that everybody knows."""
    lab = SeenByTheEnginesAccount(agents=0)
    (lab.directory / "conf/cordpair.d/event_socket.xml").unlink()
    async with lab:
        for password in ("ClueCon", "", lab.settings.password):
            with pytest.raises(Refused, match="invalid"):
                await EventSocket.open(lab.esl_port, password)
