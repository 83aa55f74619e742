"""The rows that a real app_queue writes have the shape of ours: the same fields, in the same places."""

import asyncio
import re

import pytest

from acd.story import story
from cordpair.acd import inputs as inp
from cordpair.acd.causes import Cause
from cordpair.journal import Entry
from cordpair.reports.queue_log import Transcript
from lab.asterisk import AsteriskLab

EXTENSIONS = """
[log]
exten = call,1,Answer()
 same = n,Queue(sales)
exten = short,1,Answer()
 same = n,Queue(deaf,,,,2)
exten = deaf,1,Answer()
 same = n,Queue(deaf)
exten = ann,1,Wait(1)
 same = n,Answer()
 same = n,Wait(2)
exten = bob,1,Wait(60)
"""
QUEUES = """
[sales]
strategy = leastrecent
[deaf]
strategy = leastrecent
timeout = 1
retry = 1
member = Local/bob@log/n,0,bob
"""
EXPECTED = {
    "QUEUESTART", "ADDMEMBER", "REMOVEMEMBER", "PAUSE", "UNPAUSE", "ENTERQUEUE", "CONNECT", "COMPLETEAGENT",
    "COMPLETECALLER", "ABANDON", "RINGNOANSWER", "EXITWITHTIMEOUT",
}  # fmt: skip
DEADLINE_S = 40


def shape(line: str) -> tuple[str, tuple[str, ...]]:
    """The event, and of its data which are numbers and which are text, that may be empty."""
    fields = line.split("|")
    assert re.fullmatch(r"\d{10}", fields[0])
    kinds = tuple("number" if re.fullmatch(r"\d+", each) else "text" for each in fields[5:])
    return fields[4], kinds


def ours() -> dict[str, set[tuple[str, ...]]]:
    found: dict[str, set[tuple[str, ...]]] = {}
    for seed in range(6):
        floor, transcript = story(seed), Transcript()
        for contact in list(floor.acd.state.contacts.values()):
            if contact.connection is not None and contact.connection.leg is not None:
                floor.receive(inp.LegEnded(contact.connection.leg, Cause.NORMAL))
        for agent in floor.acd.state.agents:
            floor.receive(inp.SignOut(agent))
        for seq, (at, given, events) in enumerate(floor.journal, 1):
            for row in transcript.lines(Entry(seq, at, given or inp.TimerDue(), tuple(events))):
                name, kinds = shape(row.line())
                found.setdefault(name, set()).add(kinds)
    return found


@pytest.fixture
async def lab():
    modules = "load = app_queue.so\nload = app_dial.so\nload = res_clioriginate.so"
    lab = AsteriskLab(1, qualify=0, extra={"modules": modules, "extensions": EXTENSIONS})
    (lab.directory / "etc/queues.conf").write_text(QUEUES)
    async with lab:
        yield lab


async def test_rows_of_app_queue_have_the_shape_of_ours(lab) -> None:
    async def calls(extension: str, seconds: int) -> None:
        await lab.rx(f"channel originate Local/{extension}@log/n application Wait {seconds}")

    await lab.rx("queue add member Local/ann@log/n to sales penalty 0 as ann")
    await lab.rx("queue pause member Local/ann@log/n queue sales reason meal")
    await lab.rx("queue unpause member Local/ann@log/n queue sales")
    await calls("call", 20)
    await calls("deaf", 4)
    await calls("short", 20)
    path = lab.directory / "log" / "queue_log"
    events: set[str] = set()
    again = False
    async with asyncio.timeout(DEADLINE_S):
        while EXPECTED - events:
            await asyncio.sleep(0.2)  # sleep: a file is no event
            lines = path.read_text().splitlines() if path.exists() else []
            events = {shape(line)[0] for line in lines}
            if "COMPLETEAGENT" in events and not again:
                again = True
                await calls("call", 2)
            if "COMPLETECALLER" in events:
                await lab.rx("queue remove member Local/ann@log/n from sales")
    known = ours()
    assert known.keys() >= EXPECTED
    for name, kinds in map(shape, lines):
        if name in EXPECTED:
            assert kinds in known[name], (name, lines)
