"""``cordpair agents``, ``queues``, ``contacts``."""

import asyncio
import json

import pytest

from cli.conftest import Cordpair, one_shift
from cordpair.acd.configuration import Strategy
from cordpair.acd.placing import PLACED
from cordpair.cli.why import STRATEGIES


@pytest.fixture
def busy(tmp_path):
    """ann talks to the first caller; the second waits, since bob knows too little."""
    path = tmp_path / "journal.db"
    asyncio.run(one_shift(path, hang_up=False))
    return path


def read(cordpair: Cordpair, *arguments: object) -> list[dict]:
    done = cordpair(*arguments, "--json")
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout)


def test_agents(cordpair, centre, busy):
    ann, bob = read(cordpair, "agents")
    assert (ann["agent"], ann["state"], ann["queue"], ann["calls"]) == ("ann", "talking", "sales", 1)
    assert (bob["agent"], bob["state"], bob["contact"]) == ("bob", "free", None)
    shown = cordpair("agents").stdout
    assert "ann" in shown and "talking" in shown and "sales" in shown


def test_queues(cordpair, busy):
    (sales,) = read(cordpair, "queues", "--journal", busy)
    assert (sales["waiting"], sales["offered"], sales["signed_in"]) == (1, 2, 2)
    assert "sales" in cordpair("queues", "--journal", busy).stdout


def test_contacts(cordpair, busy):
    talks, waits = read(cordpair, "contacts", "--journal", busy)
    assert (talks["state"], talks["agents"], talks["queue"]) == ("talking", ["ann"], "sales")
    assert (waits["state"], waits["agents"], waits["service"]) == ("waiting", [], "any")
    assert waits["waited_ms"] > talks["waited_ms"]
    assert "waiting" in cordpair("contacts", "--journal", busy).stdout
    assert read(cordpair, "contacts", "--journal", busy, "--queue", "other") == []
    assert "nobody is there" in cordpair("contacts", "--journal", busy, "-q", "other").stdout


def test_no_number_is_shown(cordpair, busy):
    """They are not in the journal, and are nobody's business here."""
    for command in ("agents", "queues", "contacts"):
        assert "+4930" not in cordpair(command, "--journal", busy, "--json").stdout


@pytest.mark.parametrize("command", ["agents", "queues", "contacts"])
def test_without_a_journal(cordpair, centre, command):
    done = cordpair(command)
    assert done.exit_code == 1 and "there is no journal" in done.stderr


def test_every_strategy_is_told_in_words():
    assert set(STRATEGIES) == {*Strategy, PLACED}
