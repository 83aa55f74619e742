"""``cordpair replay``: the state at any moment, and whether the same is decided again."""

import json
import sqlite3
from datetime import UTC, datetime

import pytest

from cordpair.cli.replay import moment
from cordpair.errors import ConfigurationError
from cordpair.journal import chain


def replayed(cordpair, *arguments: object, status: int = 0) -> dict:
    done = cordpair("replay", "--json", *arguments)
    assert done.exit_code == status, done.output
    return json.loads(done.stdout)


def test_the_whole(cordpair, journal):
    found = replayed(cordpair, journal)
    assert found["same"] and found["divergence"] is None and found["contacts"] == 0
    assert found["entries"] == found["seq"] and len(found["chain"]) == len(found["state"]) == 64
    assert replayed(cordpair, journal) == found
    shown = cordpair("replay", journal).stdout
    assert found["state"] in shown and found["chain"] in shown and "the same events and the same tables" in shown


def test_any_moment(cordpair, journal):
    last = replayed(cordpair, journal)
    with sqlite3.connect(journal) as connection:
        times = dict(connection.execute("SELECT seq, at FROM entries"))
    connection.close()
    states = set()
    for seq in range(1, last["seq"] + 1):
        found = replayed(cordpair, journal, "--seq", seq)
        assert (found["seq"], found["at"], found["same"]) == (seq, times[seq], True)
        states.add(found["state"])
        at = datetime.fromtimestamp(times[seq] / 1000, UTC).isoformat()
        assert replayed(cordpair, journal, "--at", at)["seq"] == max(n for n, t in times.items() if t <= times[seq])
    assert len(states) > 10
    assert any(replayed(cordpair, journal, "--seq", seq)["contacts"] == 2 for seq in times)


def test_a_divergence_is_shown_with_both_sides(cordpair, journal):
    """Somebody wrote another agent into an offer, and made the chain fit."""
    with sqlite3.connect(journal) as connection:
        rows = connection.execute("SELECT seq, at, version, body FROM entries ORDER BY seq").fetchall()
        hash_, changed = bytes(32), 0
        for seq, at, version, body in rows:
            text = body
            if not changed and '"OfferMade"' in body:
                text, changed = body.replace('"waiting":1', '"waiting":7'), seq
            hash_ = chain(hash_, version, at, text.encode())
            connection.execute("UPDATE entries SET body = ?, hash = ? WHERE seq = ?", (text, hash_, seq))
    connection.close()
    found = replayed(cordpair, journal, status=1)
    assert found["divergence"]["seq"] == changed and not found["same"]
    sides = [
        next(e for e in found["divergence"][side] if e["type"] == "OfferMade") for side in ("journaled", "decided")
    ]
    assert [side["waiting"] for side in sides] == [7, 1]
    assert found["seq"] == len(rows)  # it goes on folding
    done = cordpair("replay", journal)
    assert done.exit_code == 1 and "is decided otherwise" in done.stdout and "journaled:" in done.stdout
    # Before it, all is well.
    assert replayed(cordpair, journal, "--seq", changed - 1)["same"]


def test_from_the_base_of_a_pruned_journal(cordpair, journal):
    whole = replayed(cordpair, journal)
    contact = json.loads(cordpair("why", "--journal", journal, "--json").stdout)[-1]["contact"]
    done = cordpair("journal", "compact", "--keep", "4s", "--journal", journal)
    assert done.exit_code == 0, done.output
    found = replayed(cordpair, journal)
    assert 0 < found["begins_after"] < whole["seq"] and found["entries"] == whole["seq"] - found["begins_after"]
    assert found["same"]
    assert (found["chain"], found["state"], found["figures"]) == (whole["chain"], whole["state"], whole["figures"])
    refused = cordpair("replay", journal, "--seq", found["begins_after"] - 1)
    assert refused.exit_code == 1 and "was pruned up to entry" in refused.stderr
    for command in (("watch", "--once"), ("why",), ("queues",), ("contacts",)):
        assert cordpair(*command, "--journal", journal).exit_code == 0, command
    told = cordpair("why", contact, "--journal", journal)
    assert told.exit_code == 0 or "there is no contact" in told.stderr


@pytest.mark.parametrize("given", ["noon", "25:00", "2026-13-01", "9"])
def test_no_moment(given):
    with pytest.raises(ConfigurationError, match="no moment"):
        moment(given, 0)


def test_a_time_of_the_last_day():
    newest = int(datetime(2026, 11, 21, 14, 0, 0).astimezone().timestamp() * 1000)
    assert moment("13:30", newest) == newest - 1_800_000
    assert moment("15:00", newest) == newest - 23 * 3_600_000
    assert moment("9:00:30", newest) == newest - 5 * 3_600_000 + 30_000
