"""FreeSWITCH, its mod_callcenter and its bridge."""

import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from bench.floor import Floor, Rivals, open_floor
from lab.freeswitch import FreeSwitchLab

HERE = Path(__file__).parent / "freeswitch"
HOUR = 3600
MEMORY = "/dev/shm" if Path("/dev/shm").is_dir() else None
IN = '<context name="cordpair-in">'
# Two ports for each of a thousand calls and more; the lab's own range is for tests.
RTP = '<X-PRE-PROCESS cmd="set" data="cp_rtp_first=10000"/>\n<X-PRE-PROCESS cmd="set" data="cp_rtp_last=19998"/>'


@asynccontextmanager
async def floor(directory: Path, agents: int, more_phones: int = 0, *, music: bool = True) -> AsyncIterator[Floor]:
    modules = (HERE / "modules.xml").read_text()
    lab = FreeSwitchLab(agents + more_phones, qualify=HOUR, extra={"modules": modules, "vars": RTP})
    conf = lab.directory / "conf"
    dialplan = conf / "dialplan/cordpair.xml"
    dialplan.write_text(dialplan.read_text().replace(IN, f"{IN}\n{(HERE / 'dialplan.xml').read_text()}", 1))
    numbers = [agent.number for agent in lab.agents[:agents]]
    (conf / "cordpair.d/callcenter-agents.xml").write_text("".join(map(_agent, numbers)))
    (conf / "cordpair.d/callcenter-tiers.xml").write_text("".join(map(_tier, numbers)))
    if not music:
        for file in (lab.directory / "moh").iterdir():
            file.unlink()
    with tempfile.TemporaryDirectory(prefix="cordpair-bench-", dir=MEMORY) as database:
        settings = (HERE / "callcenter.conf.xml").read_text().replace("DATABASE", f"{database}/callcenter.db")
        (conf / "autoload_configs/callcenter.conf.xml").write_text(settings)
        async with open_floor(lab, lab.version, directory, agents, (lab.sip_port, lab.trunk_port)) as made:
            yield made


def _agent(number: str) -> str:
    delays = " ".join(f'{name}-delay-time="0"' for name in ("reject", "busy", "no-answer"))
    contact = f"[leg_timeout=15]user/{number}@$${{domain}}"
    settings = f'status="Available" max-no-answer="0" wrap-up-time="0" {delays}'
    return f'<agent name="{number}" type="callback" contact="{contact}" {settings}/>\n'


def _tier(number: str) -> str:
    return f'<tier agent="{number}" queue="bench" level="1" position="1"/>\n'


FREESWITCH = Rivals(
    pbx="FreeSWITCH",
    queue="mod_callcenter",
    queue_settings="longest-idle-agent, wrap-up-time 0, no tier rules, its database in memory",
    bare="bridge",
    rates=(10, 20, 30),
    floor=floor,
)

__all__ = ["FREESWITCH"]
