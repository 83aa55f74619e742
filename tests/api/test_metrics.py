"""What Prometheus is told of calls that agents place, when the two are parted for a moment and talk again."""

import re

from prometheus_client import CollectorRegistry

from api.conftest import Api
from api.test_calls import api, place
from cordpair.acd.inputs import RingAgain, Transfer
from cordpair.api.metrics import Metrics
from cordpair.ids import AgentId, ContactId, QueueId

CLEO = AgentId("cleo")
__all__ = ["api"]  # the fixture


async def talks(api: Api, contact: ContactId, agent: str, after: int) -> None:
    """Until they talk, in a visit after so many others; and all is counted."""

    def true(state) -> bool:
        row = state.contacts[contact]
        return row.hops > after and row.connection is not None and row.connection.agent == agent

    await api.until(true)
    await api.engine.flushed()


async def told(api: Api) -> dict[str, float]:
    text = await (await api.raw("GET", "/metrics", None)).text()
    wanted = r"^(cordpair_(?:wait_seconds|dial_to_connect_seconds|placed_calls)_(?:count|total)\{.*\}) (.*)$"
    return {name: float(value) for name, value in re.findall(wanted, text, re.MULTILINE)}


DIALLED = 'cordpair_dial_to_connect_seconds_count{queue="support"}'
CONNECTED = 'cordpair_placed_calls_total{result="connected"}'
WAITED = 'cordpair_wait_seconds_count{queue="sales"}'


async def test_a_page_that_is_loaded_anew_is_no_wait_and_no_second_call(api) -> None:
    contact = ContactId((await place(api))["id"])
    await talks(api, contact, "cleo", 0)
    once = {DIALLED: 1.0, CONNECTED: 1.0}
    assert await told(api) == once
    await api.engine.request(RingAgain(contact, CLEO))
    await talks(api, contact, "cleo", 1)
    assert await told(api) == once
    await api.staff("ann")
    await api.engine.request(Transfer(contact, CLEO, queue=QueueId("sales")))
    await talks(api, contact, "ann", 2)
    assert await told(api) == {**once, WAITED: 1.0}, "given away, it waited like any other"
    await api.do(f"/v1/contacts/{contact}/hang-up", status=204)
    await api.until(lambda state: not state.contacts)
    await api.engine.flushed()
    assert await told(api) == {**once, WAITED: 1.0}


async def test_nor_is_it_for_an_engine_that_began_meanwhile(api, monkeypatch) -> None:
    """It knows of the tables alone that they have talked."""
    contact = ContactId((await place(api))["id"])
    await talks(api, contact, "cleo", 0)
    monkeypatch.setattr(api.engine.meter, "registry", CollectorRegistry())
    late = Metrics(api.engine)
    assert (late._placed, late._asked_for) == ({contact}, set())
    api.engine.watch(late.see)
    await api.engine.request(RingAgain(contact, CLEO))
    await talks(api, contact, "cleo", 1)
    assert "_seconds_count{" not in late.text().decode() and 'calls_total{result="' not in late.text().decode()
