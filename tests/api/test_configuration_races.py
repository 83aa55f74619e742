"""Two who change the configuration at once, and an engine that ends in the middle: nothing is lost unseen."""

import asyncio
import sqlite3
import sys
from asyncio.subprocess import PIPE, STDOUT
from pathlib import Path

import aiohttp
import pytest

from api.centres import TEXT, centre
from api.processes import free_port, new_key
from cordpair.store import StoreError

HERE = "/v1/configuration"


@pytest.fixture
async def api(tmp_path):
    async with centre(tmp_path) as found:
        yield found


async def test_of_two_one_wins_and_the_other_is_told(api) -> None:
    present = await api.get(HERE)
    mine, theirs = ({**present["config"], "misses": {"limit": limit}} for limit in (5, 7))
    answers = await asyncio.gather(
        api.ask("POST", HERE + "/apply", {"base": 1, "config": mine}),
        api.ask("POST", HERE + "/apply", {"base": 1, "config": theirs}),
    )
    (_, won), (status, lost) = sorted(answers, key=lambda each: each[0])
    assert (won["result"], won["revision"]) == ("applied", 2)
    assert (status, lost["error"]["code"]) == (409, "conflict")
    (since,) = lost["error"]["since"]
    assert (since["revision"], since["changes"]) == (2, won["changes"])
    assert since["author"].startswith("key ")
    assert [each["revision"] for each in (await api.get(HERE + "/revisions"))["revisions"]] == [2, 1]


async def test_of_many_each_is_kept_or_refused(api) -> None:
    """No update is lost: who was told "applied" is in what is in force."""

    async def add(number: int) -> tuple[int, int]:
        base = (await api.get(HERE))["revision"]
        body = {"base": base, "set": {f"skills.s{number}": "a skill"}}
        return number, (await api.ask("POST", HERE + "/changes", body))[0]

    answers = await asyncio.gather(*map(add, range(20)))
    applied = {f"s{number}" for number, status in answers if status == 200}
    assert {status for _, status in answers} == {200, 409}
    present = await api.get(HERE)
    assert set(present["config"]["skills"]) == {"german", "english"} | applied
    assert present["revision"] == 1 + len(applied)


async def test_without_a_base_all_are_applied_in_turn(api) -> None:
    answers = await asyncio.gather(
        *(api.ask("POST", HERE + "/changes", {"set": {f"skills.s{number}": "a skill"}}) for number in range(10))
    )
    assert sorted(answer["revision"] for _, answer in answers) == list(range(2, 12))
    assert len((await api.get(HERE))["config"]["skills"]) == 12


async def test_who_went_back_to_the_same_stands_in_nobodys_way(api) -> None:
    await api.do(HERE + "/changes", {"set": {"misses": {"limit": 5}}})
    body = {"base": 1, "set": {"skills.french": "speaks French"}}
    status, answer = await api.ask("POST", HERE + "/changes", body)
    assert (status, len(answer["error"]["since"])) == (409, 1)
    await api.do(HERE + "/revisions/1/roll-back", {"base": 2})
    assert (await api.do(HERE + "/changes", body))["revision"] == 4
    for unknown in (99, 0, 2**53):
        status, answer = await api.ask("POST", HERE + "/changes", {**body, "base": unknown})
        assert (status, answer["error"]["code"]) == (409, "conflict")


async def test_the_file_and_an_edit(api, tmp_path) -> None:
    """A file that was saved meanwhile is somebody else's change too."""
    (tmp_path / "cordpair.toml").write_text(TEXT.replace('"60s"', '"61s"'))
    await api.do(HERE + "/reload")
    status, answer = await api.ask("POST", HERE + "/changes", {"base": 1, "set": {"misses": {"limit": 5}}})
    assert status == 409
    assert answer["error"]["since"][0]["changes"] == ['queues.support.wrap_up: "1m" → "1m1s"']
    await api.do(HERE + "/changes", {"base": 2, "set": {"misses": {"limit": 5}}})
    (tmp_path / "cordpair.toml").write_text(TEXT)
    status, answer = await api.ask("POST", HERE + "/reload")
    assert (status, answer["error"]["code"]) == (409, "refused"), "both were changed"


async def test_what_could_not_be_stored_is_said(api, monkeypatch) -> None:
    async def full(*_: object, **__: object) -> None:
        raise StoreError("the disk is full")

    with monkeypatch.context() as broken:
        broken.setattr(api.office.store, "save", full)
        status, answer = await api.ask("POST", HERE + "/changes", {"set": {"misses": {"limit": 5}}})
    assert (status, answer["error"]["code"]) == (503, "unavailable")
    assert "a restart takes it back" in answer["error"]["message"]
    present = await api.get(HERE)
    assert (present["revision"], present["config"]["misses"]) == (1, {"limit": 5})
    applied = await api.do(HERE + "/changes", {"base": 1, "set": {"misses.x": 1}}, status=422)
    applied = await api.do(HERE + "/changes", {"base": 1, "set": {"skills.french": "speaks French"}})
    assert applied["revision"] == 2
    assert "limit = 5" in (await api.get(HERE + "/revisions/2"))["text"]


async def test_who_hangs_up_does_not_stop_it_half_way(api, monkeypatch) -> None:
    """The core has taken it, the store has not: the client is gone, and it is stored all the same."""
    store, began, may_go_on = api.office.store, asyncio.Event(), asyncio.Event()
    save = store.save

    async def slow(*given, **named):
        began.set()
        await may_go_on.wait()
        return await save(*given, **named)

    monkeypatch.setattr(store, "save", slow)
    reloader = api.engine.reloader
    asking = asyncio.create_task(reloader.apply(lambda config: config.__class__(**fields(config)), "me", 1))
    await began.wait()
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking
    may_go_on.set()
    status, _ = await api.ask("POST", HERE + "/changes", {"base": 1, "set": {"misses": {"limit": 9}}})
    assert status == 409, "it waited for its turn, and revision 2 was there"
    assert [each["author"] for each in (await api.get(HERE + "/revisions"))["revisions"]] == ["me", "root"]


def fields(config) -> dict:
    return {name: getattr(config, name) for name in config.__struct_fields__} | {"skills": {**config.skills, "x": "y"}}


# ---------------------------------------------------------------- killed between the core's decision and the store

KILLED = """
import os, sys
from cordpair.store import Store
async def save(*_, **__):
    os._exit(9)
Store.save = save
from cordpair.cli import main
sys.argv = ["cordpair", "serve", sys.argv[1]]
main()
"""


async def test_killed_before_it_is_stored_it_never_was(tmp_path) -> None:
    file, port = tmp_path / "cordpair.toml", free_port()
    file.write_text(f'[http]\nlisten = "127.0.0.1:{port}"\n' + TEXT)
    key = await new_key(file, "--role", "admin", "--name", "test")
    url, headers = f"http://127.0.0.1:{port}", {"Authorization": f"Bearer {key}"}
    adding = {"set": {"agents.dora": {"queues": {"sales": {}}}}, "base": 1}

    async with Served(file, "-c", KILLED, str(file)) as process, client(url, headers) as http:
        with pytest.raises(aiohttp.ClientError):
            await http.post(HERE + "/changes", json=adding)
        assert await process.wait() == 9
    with sqlite3.connect(tmp_path / "journal.db") as journal:
        assert "dora" in str(journal.execute("SELECT * FROM entries ORDER BY seq DESC LIMIT 5").fetchall())
    journal.close()

    async with Served(file, "-m", "cordpair", "serve", str(file)), client(url, headers) as http:
        async with http.get(HERE) as response:
            present = await response.json()
        assert (present["revision"], "dora" in present["config"]["agents"]) == (1, False)
        async with http.get("/v1/agents/dora") as response:
            assert response.status == 404
        async with http.post(HERE + "/changes", json=adding) as response:
            assert (response.status, (await response.json())["revision"]) == (200, 2)

    async with (
        Served(file, "-m", "cordpair", "serve", str(file)),
        client(url, headers) as http,
        http.get(HERE) as response,
    ):
        present = await response.json()
        assert (present["revision"], present["config"]["agents"]["dora"]) == (2, {"queues": {"sales": {}}})
        assert present["edited"], "the file was not changed since, and the edit stands"


class Served:
    """A process, until its API answers; ended at the end."""

    def __init__(self, file: Path, *command: str) -> None:
        self.file, self.command = file, command

    async def __aenter__(self) -> asyncio.subprocess.Process:
        self.process = await asyncio.create_subprocess_exec(
            sys.executable, *self.command, stdout=PIPE, stderr=STDOUT, cwd=self.file.parent
        )
        assert self.process.stdout is not None
        async with asyncio.timeout(60):
            while b"the API is at" not in (line := await self.process.stdout.readline()):
                assert line, "it ended"
        return self.process

    async def __aexit__(self, *_: object) -> None:
        if self.process.returncode is None:
            self.process.terminate()
        await self.process.communicate()


def client(url: str, headers: dict[str, str]) -> aiohttp.ClientSession:
    return aiohttp.ClientSession(url, headers=headers)
