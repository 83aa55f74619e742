"""Asterisk, its app_queue and its Dial()."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from bench.floor import Floor, Rivals, open_floor
from lab.asterisk import AsteriskLab

HERE = Path(__file__).parent / "asterisk"


@asynccontextmanager
async def floor(directory: Path, agents: int, more_phones: int = 0, *, music: bool = True) -> AsyncIterator[Floor]:
    extra = {name: (HERE / f"{name}.conf").read_text() for name in ("modules", "extensions")}
    lab = AsteriskLab(agents + more_phones, qualify=0, extra=extra)
    (lab.directory / "etc/queues.conf").write_text((HERE / "queues.conf").read_text())
    # Two ports for each of a thousand calls and more; the lab's own range is for tests.
    (lab.directory / "etc/cordpair.d/rtp.conf").write_text("rtpstart = 10000\nrtpend = 19998\n")
    members = "".join(f"member = PJSIP/{agent.number}\n" for agent in lab.agents[:agents])
    (lab.directory / "etc/members.conf").write_text(members)
    if not music:  # without files Asterisk says yes and plays nothing
        for file in (lab.directory / "data/moh").iterdir():
            file.unlink()
    async with open_floor(lab, lab.version, directory, agents, (lab.sip_port,)) as made:
        yield made


ASTERISK = Rivals(
    pbx="Asterisk",
    queue="app_queue",
    queue_settings="leastrecent, autofill, wrapuptime 0, retry 1 (its sample has 5; it takes 0 for 5)",
    bare="Dial()",
    rates=(20, 60, 90),
    floor=floor,
)

__all__ = ["ASTERISK"]
