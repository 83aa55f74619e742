"""Phone accounts: made when asked for, made again with each link, and never out of order."""

import asyncio
from typing import Any

import pytest

from cordpair.ids import NodeId
from cordpair.pbx import FULL, Capability, CommandTimedOut, LinkLost, Refused, Unsupported
from cordpair.runtime import Accounts, Engine, MemoryRecords
from runtime.conftest import NODE, NotingDriver

ABLE = FULL | {Capability.ACCOUNTS, Capability.PHONES}


class AbleDriver(NotingDriver):
    def capabilities(self):
        return ABLE

    @property
    def asked(self):
        return [call for call in self.calls if "account" in call[0]]


@pytest.fixture
async def driver() -> AbleDriver:
    return AbleDriver()


@pytest.fixture
def up() -> set[NodeId]:
    return {NODE}


@pytest.fixture
async def accounts(driver, clock, up):
    made = Accounts({NODE: driver}, up.__contains__, clock)
    yield made
    await made.close()


def put(endpoint, secret, options=None):
    return ("put_account", endpoint, secret, options or {})


async def test_what_was_put_is_put_again_with_every_link(accounts, driver, clock) -> None:
    await accounts.put(NODE, "101", "a", {"name": "Ann"})
    await accounts.put(NODE, "102", "b")
    await accounts.put(NODE, "101", "c")
    await accounts.remove(NODE, "102")
    driver.calls.clear()
    accounts.link_up(NODE)
    await clock.settle()
    assert driver.calls == [put("101", "c")]


async def test_without_a_link_it_is_told_and_made_by_the_next(accounts, driver, clock, up) -> None:
    up.clear()
    with pytest.raises(LinkLost):
        await accounts.put(NODE, "101", "a")
    with pytest.raises(LinkLost):
        await accounts.remove(NODE, "103")
    assert driver.calls == []
    up.add(NODE)
    accounts.link_up(NODE)
    await clock.settle()
    assert driver.calls == [put("101", "a")]


async def test_what_is_refused_is_not_wanted_any_more(accounts, driver, clock) -> None:
    driver.does["put_account"].append(Refused("sorcery"))
    with pytest.raises(Refused):
        await accounts.put(NODE, "101", "a")
    driver.calls.clear()
    accounts.link_up(NODE)
    await clock.settle()
    assert driver.calls == []


async def test_a_pbx_that_does_not_answer(accounts, driver, clock) -> None:
    driver.does["put_account"].append(asyncio.get_running_loop().create_future())
    putting = asyncio.create_task(accounts.put(NODE, "101", "a"))
    await clock.advance(5_000)
    with pytest.raises(CommandTimedOut):
        await putting
    accounts.link_up(NODE)
    await clock.settle()
    assert driver.calls == [put("101", "a")] * 2


async def test_they_keep_their_order(accounts, driver, clock) -> None:
    """A removal that is slow does not take away what was put after it."""
    slow = asyncio.get_running_loop().create_future()
    driver.does["remove_account"].append(slow)
    removing = asyncio.create_task(accounts.remove(NODE, "101"))
    await clock.settle()
    putting = asyncio.create_task(accounts.put(NODE, "101", "new"))
    other = asyncio.create_task(accounts.put(NODE, "102", "b"))
    await clock.settle()
    assert driver.calls == [("remove_account", "101"), put("102", "b")]
    slow.set_result(None)
    await asyncio.gather(removing, putting, other)
    assert driver.calls[-1] == put("101", "new")


async def test_one_that_fails_does_not_keep_the_rest(accounts, driver, clock, caplog) -> None:
    for endpoint in ("101", "102", "103"):
        await accounts.put(NODE, endpoint, "very-secret")
    driver.calls.clear()
    driver.does["put_account"].extend([Refused("no"), ZeroDivisionError("a bug")])
    accounts.link_up(NODE)
    await clock.settle()
    assert [call[1] for call in driver.calls] == ["101", "102", "103"]
    assert "could not be made again: no" in caplog.text and "very-secret" not in caplog.text


async def test_a_link_that_comes_while_the_last_is_served(accounts, driver, clock) -> None:
    await accounts.put(NODE, "101", "a")
    await accounts.put(NODE, "102", "b")
    driver.calls.clear()
    driver.does["put_account"].append(asyncio.get_running_loop().create_future())
    accounts.link_up(NODE)
    await clock.settle()
    accounts.link_up(NODE)
    await clock.settle()
    assert driver.calls == [put("101", "a"), put("101", "a"), put("102", "b")]


async def test_a_pbx_that_cannot(clock) -> None:
    driver: Any = AbleDriver()
    driver.capabilities = lambda: FULL
    accounts = Accounts({NODE: driver}, lambda node: True, clock)
    for node in (NODE, NodeId("none")):
        with pytest.raises(Unsupported):
            await accounts.put(node, "101", "a")
    accounts.link_up(NODE)
    await clock.settle()
    assert driver.calls == []
    await accounts.close()


async def test_the_engine_makes_them_again_when_its_link_is_back(core, journal, driver, clock) -> None:
    engine = Engine(core, journal, [driver], MemoryRecords(), clock)
    running = asyncio.create_task(engine.run())
    await clock.settle()
    await engine.accounts.put(NODE, "101", "a")
    driver.calls.clear()
    driver.end.set_exception(LinkLost("the PBX went away"))
    await clock.settle()
    with pytest.raises(LinkLost):
        await engine.accounts.put(NODE, "102", "b")
    await clock.advance(10_000)
    assert driver.asked == [put("101", "a"), put("102", "b")]
    engine.stop()
    await running
