"""One engine, two Asterisks: each serves its own callers by its own phones, and one's fall does not touch the other."""

from pathlib import Path

import pytest

from cordpair.acd import events as ev
from cordpair.acd.model import NodeStatus
from cordpair.ids import NodeId
from lab.asterisk import AsteriskLab
from pbx.centre import EngineProcess, all_ready, work

pytestmark = pytest.mark.pbx

CENTRE = """
[queues.main]
[services.main]
queue = "main"
dialled = ["5000"]
[misses]
limit = 100
unreachable_delay = "500ms"
[seats.one]
endpoint = "101"
node = "main"
[seats.two]
endpoint = "201"
node = "second"
[agents.ann]
seat = "one"
queues = { main = {} }
[agents.bob]
seat = "two"
queues = { main = {} }
"""


@pytest.mark.timeout(90)
async def test_two_nodes_and_the_fall_of_one(tmp_path: Path) -> None:
    async with (
        AsteriskLab(agents=1) as one,
        AsteriskLab(agents=1, first_agent=201) as two,
        EngineProcess(one, tmp_path, CENTRE, second=two) as engine,
    ):
        await engine.until(lambda state: state.nodes[NodeId("second")].status is NodeStatus.OPEN, 10)
        for lab in (one, two):
            await lab.sipp.phones(lab.agents, ring=0.05, talk=0.2)
            await work(lab, engine, "011", "033")
        await engine.until(all_ready(2), 10)

        crowds = [await lab.sipp.callers("5000", count=8, rate=10) for lab in (one, two)]
        assert [(await crowd.wait(30)).endings for crowd in crowds] == [{"far-bye": 8}] * 2
        node_of = {event.contact: event.node for event in engine.events(ev.ContactArrived)}
        served = {(node_of[event.contact], event.agent) for event in engine.events(ev.ContactConnected)}
        assert served == {("main", "ann"), ("second", "bob")}

        await two.stop()
        await engine.until(lambda state: state.nodes[NodeId("second")].status is NodeStatus.DOWN, 10)
        assert (await (await one.sipp.callers("5000", count=4, rate=10)).wait(30)).endings == {"far-bye": 4}
        await two.start()
        await engine.until(lambda state: state.nodes[NodeId("second")].status is NodeStatus.OPEN, 20)
        assert (await (await two.sipp.callers("5000", count=4, rate=10)).wait(30)).endings == {"far-bye": 4}
        await engine.until(lambda state: not state.contacts and not state.legs, 10)
        assert engine.breaches() == []
        assert await one.until_empty() == (0, 0) == await two.until_empty()
