"""``cordpair agents cti-secret``: generated, shown once, and good for nothing else."""

import asyncio

import pytest
from typer.testing import CliRunner

from cordpair.adapters.cti import sent_for
from cordpair.api.passwords import Passwords
from cordpair.cli import app
from cordpair.ids import AgentId
from cordpair.store import Store


@pytest.fixture
def run(cordpair, centre):
    return lambda *arguments: CliRunner().invoke(app, ["agents", "cti-secret", *arguments])


def good(directory, secret: str) -> bool:
    """For the line protocol, as a client sends it."""

    async def look() -> bool:
        passwords, store = Passwords(), await Store.open(directory / "cordpair.db")
        try:
            kept = await store.cti_secrets.find(AgentId("ann"))
            assert await store.sign_ins.password(AgentId("ann")) is None
            return (await passwords.verify(kept.hash if kept is not None else None, sent_for(secret))).good
        finally:
            passwords.close()
            await store.close()

    return asyncio.run(look())


def test_a_secret_is_made_and_replaced_and_taken_away(run, tmp_path):
    first = run("ann").stdout.strip()
    assert len(first) >= 16
    assert good(tmp_path, first)
    for file in tmp_path.glob("cordpair.db*"):
        assert first.encode() not in file.read_bytes()
        assert sent_for(first).encode() not in file.read_bytes()
    second = run("ann").stdout.strip()
    assert good(tmp_path, second)
    assert not good(tmp_path, first)
    assert run("ann", "--remove").exit_code == 0
    assert not good(tmp_path, second)
    assert run("ann", "--remove").exit_code == 1


def test_only_agents_have_one(run):
    done = run("nobody")
    assert done.exit_code == 2
    assert "nobody" in done.output
