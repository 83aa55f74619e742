"""A running engine whose configuration changes: from the file, by a signal, by an edit; whole or not at all."""

import asyncio
import os
import signal
from pathlib import Path

import pytest
from msgspec.structs import replace

from cordpair.acd import State
from cordpair.acd.inputs import Ready, SignIn
from cordpair.acd.model import NodeStatus
from cordpair.clock import AsyncioClock
from cordpair.config import InvalidConfiguration, load, parse
from cordpair.ids import AgentId, NodeId, QueueId
from cordpair.journal import SqliteReader, current_codec
from cordpair.runtime import Engine, Origin, Result, Setup, run_engine
from cordpair.store import Store, to_configuration
from cordpair_loopback import LoopbackPbx, share, unshare

NODE = NodeId("n1")
TEXT = """
[pbx.n1]
url = "loopback://reload-test"
[queues.sales]
wrap_up = "5s"
[services.any]
queue = "sales"
[seats.s1]
endpoint = "101"
[agents.ann]
seat = "s1"
queues = { sales = {} }
"""
MORE = """
[seats.s2]
endpoint = "102"
[agents.bob]
seat = "s2"
queues = { sales = {} }
"""


@pytest.fixture
async def pbx():
    pbx = LoopbackPbx(AsyncioClock(), phones=["101", "102"])
    share("reload-test", pbx)
    yield pbx
    unshare("reload-test")


@pytest.fixture
def file(tmp_path) -> Path:
    file = tmp_path / "cordpair.toml"
    file.write_text(TEXT)
    return file


async def run(file: Path, started, own_process: bool = False) -> int:
    """An engine with its store, as ``cordpair serve`` makes it."""
    loaded = load(file)
    store = await Store.open(file.with_name("store.db"))
    try:
        active, _ = await store.import_file(loaded, at_ms=1, author="me", source=str(file))
        setup = Setup(
            configuration=to_configuration(active.config, active.revision.revision),
            pbxs={NODE: "loopback://reload-test"},
            journal=file.with_name("journal.db"),
            origin=Origin(store, file, active.config, active.revision.revision, loaded.hash, "me"),
        )
        async with asyncio.timeout(30):
            return await run_engine(setup, started=lambda engine: started(engine, store), own_process=own_process)
    finally:
        await store.close()


async def until(engine: Engine, true) -> State:
    news = engine.subscribe()
    while not true(engine.state):
        await news.changed()
        news.take()
    engine.unsubscribe(news)
    return engine.state


def is_open(state: State) -> bool:
    return state.nodes[NODE].status is NodeStatus.OPEN


def counted(engine: Engine, result: Result) -> float | None:
    return engine.meter.registry.get_sample_value("cordpair_reloads_total", {"result": result.value})


async def test_a_saved_file_is_applied_and_an_added_agent_takes_a_call(file, pbx, caplog) -> None:
    caplog.set_level("INFO", "cordpair.runtime.reload")

    async def beside(engine: Engine, store: Store) -> None:
        await until(engine, is_open)
        call = pbx.call("4711")
        await until(engine, lambda state: state.visits)
        file.write_text(TEXT.replace("5s", "9s") + MORE)
        await until(engine, lambda state: state.configuration.revision == 2)
        await engine.request(SignIn(AgentId("bob")))
        await engine.request(Ready(AgentId("bob")))
        await until(engine, lambda state: any(row.connection for row in state.contacts.values()))
        assert engine.reloader is not None and engine.reloader.last is not None
        assert engine.reloader.last.changes == (
            'queues.sales.wrap_up: "5s" → "9s"',
            "seats.s2: added",
            "agents.bob: added",
        )
        assert [each.revision for each in await store.revisions()] == [2, 1]
        assert len([record for record in caplog.records if "changed: " in record.message]) == 3
        assert counted(engine, Result.APPLIED) == 1
        assert not call.is_over if hasattr(call, "is_over") else True

    assert await run(file, beside) == 0
    with SqliteReader(file.with_name("journal.db"), current_codec()) as reader:
        linked = [e for entry in reader.read() for e in entry.events if type(e).__name__ == "NodeLinked"]
    assert len(linked) == 1, "the link stayed up"


async def test_what_is_wrong_changes_nothing_and_is_said(file, pbx, caplog) -> None:
    async def beside(engine: Engine, store: Store) -> None:
        before = engine.state.configuration
        reloader = engine.reloader
        assert reloader is not None
        file.write_text(TEXT + MORE.replace("sales", "sails"))
        outcome = await reloader.from_file()
        assert outcome.result is Result.INVALID and "sails" in outcome.problems[0]
        file.write_text(TEXT[: len(TEXT) // 2])
        assert (await reloader.from_file()).result is Result.INVALID
        file.unlink()
        assert (await reloader.from_file()).result is Result.INVALID
        assert engine.state.configuration is before
        assert [each.revision for each in await store.revisions()] == [1]
        assert (counted(engine, Result.INVALID) or 0) >= 3

    assert await run(file, beside) == 0
    assert "sails" in caplog.text and "stays in force" in caplog.text


@pytest.mark.parametrize(
    ("before", "after", "name"),
    [
        ("[pbx.n1]", "[pbx.n2]", "[pbx]"),
        ("loopback://reload-test", "loopback://elsewhere", "[pbx]"),
        ("[queues.sales]", '[cell]\nname = "other"\n[queues.sales]', "[cell]"),
        ("[queues.sales]", '[http]\nlisten = "127.0.0.1:1"\n[queues.sales]', "[http]"),
        ("[queues.sales]", '[journal]\npath = "other.db"\n[queues.sales]', "[journal]"),
    ],
)
async def test_what_needs_a_restart_is_refused_as_a_whole(file, pbx, before, after, name) -> None:
    async def beside(engine: Engine, store: Store) -> None:
        assert engine.reloader is not None
        file.write_text(TEXT.replace(before, after).replace("5s", "9s"))
        outcome = await engine.reloader.from_file()
        assert outcome.result is Result.REFUSED and outcome.problems[0].startswith(name)
        assert engine.state.configuration.revision == 1 and len(await store.revisions()) == 1

    assert await run(file, beside) == 0


async def test_what_is_in_use_is_refused_with_every_reason(file, pbx) -> None:
    async def beside(engine: Engine, store: Store) -> None:
        assert engine.reloader is not None
        await until(engine, is_open)
        pbx.call("4711")
        await until(engine, lambda state: state.visits)
        file.write_text(TEXT.replace("sales", "support"))
        outcome = await engine.reloader.from_file()
        assert outcome.result is Result.REFUSED
        assert outcome.problems == ("queue 'sales' cannot be removed: 1 contact waits in it",)
        assert len(await store.revisions()) == 1

    assert await run(file, beside) == 0


async def test_an_edit_is_kept_in_the_store_and_stands_beside_the_file(file, pbx) -> None:
    async def beside(engine: Engine, store: Store) -> None:
        reloader = engine.reloader
        assert reloader is not None
        edited = parse(TEXT.replace("5s", "7s")).config
        outcome = await reloader.apply(lambda _: edited, "api key 1")
        assert (outcome.result, outcome.revision) == (Result.APPLIED, 2)
        assert outcome.changes == ('queues.sales.wrap_up: "5s" → "7s"',)
        active = await store.active()
        assert active is not None and active.edited and active.revision.author == "api key 1"
        assert (await reloader.apply(lambda _: edited, "api key 1")).result is Result.UNCHANGED
        assert (await reloader.from_file()).result is Result.UNCHANGED, "the file did not change since"
        file.write_text(TEXT + MORE)
        assert (await reloader.from_file()).result is Result.REFUSED
        assert (await reloader.from_file(take_file=True)).result is Result.APPLIED
        wrong = replace(edited, agents={"x": replace(edited.agents["ann"], seat="nowhere")})
        with pytest.raises(InvalidConfiguration, match=r"agents\.x\.seat"):
            await reloader.apply(lambda _: wrong, "api key 1")

    assert await run(file, beside) == 0


async def test_another_order_of_services_is_a_change(file, pbx) -> None:
    """They are tried in their order: the same entries are not the same configuration."""
    other = '[services.other]\nqueue = "sales"\ndialled = "4711"\n'
    file.write_text(TEXT.replace("[services.any]", other + "[services.any]\ncontexts = ['in']"))

    async def beside(engine: Engine, store: Store) -> None:
        assert engine.reloader is not None
        moved = TEXT.replace("[seats.s1]", other + "[seats.s1]")
        file.write_text(moved.replace("[services.any]", "[services.any]\ncontexts = ['in']"))
        outcome = await engine.reloader.from_file()
        assert (outcome.result, outcome.changes) == (Result.APPLIED, ("services: in another order",))
        assert [each.service for each in engine.state.configuration.services] == ["any", "other"]
        active = await store.active()
        assert active is not None and list(active.config.services) == ["any", "other"]

    assert await run(file, beside) == 0


async def test_comments_change_nothing(file, pbx) -> None:
    async def beside(engine: Engine, store: Store) -> None:
        assert engine.reloader is not None
        file.write_text("# a comment\n" + TEXT)
        assert (await engine.reloader.from_file()).result is Result.UNCHANGED
        assert await engine.reloader.if_changed() is None

    assert await run(file, beside) == 0


async def test_a_store_that_fails_takes_nothing_back(file, pbx, monkeypatch, caplog) -> None:
    async def beside(engine: Engine, store: Store) -> None:
        from cordpair.store import StoreError

        async def full(*_: object, **__: object) -> None:
            raise StoreError("the disk is full")

        assert engine.reloader is not None
        monkeypatch.setattr(store, "import_file", full)
        file.write_text(TEXT.replace("5s", "9s"))
        assert (await engine.reloader.from_file()).result is Result.APPLIED
        assert engine.state.configuration.queues[0].queue == QueueId("sales")
        assert engine.state.configuration.queues[0].wrap_up_ms == 9_000

    assert await run(file, beside) == 0
    assert "could not be stored" in caplog.text


async def test_sighup_reads_the_file(file, pbx) -> None:
    async def beside(engine: Engine, store: Store) -> None:
        file.write_text(TEXT.replace("5s", "9s"))
        os.kill(os.getpid(), signal.SIGHUP)
        await until(engine, lambda state: state.configuration.revision == 2)

    assert await run(file, beside, own_process=True) == 0
