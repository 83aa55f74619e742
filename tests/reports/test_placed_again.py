"""An agent's page is loaded anew while they talk to somebody whom they called: nobody has waited, whoever counts."""

from pathlib import Path

import pytest

from acd.floor import Floor
from acd.test_placed import ANN, BOB, IN, OUT, talking
from cordpair.acd import Acd, State
from cordpair.acd import inputs as inp
from cordpair.ids import ContactId
from cordpair.journal import Entry, SqliteJournal, SqliteReader, current_codec
from cordpair.reports import Live, Policy
from cordpair.reports.archive import double_entry
from cordpair.reports.archive.double_entry import counts_of, recount, was_placed
from cordpair.reports.days import zone_of
from cordpair.reports.folding import Folder
from cordpair.reports.live import Counts, QueueFigures
from cordpair.reports.raw import INTERVAL_MS, interval_of, total
from cordpair.reports.reconcile import counted_of, reconcile, standing

LATER_MS = INTERVAL_MS + 5_000
PLACED = {(OUT, "placed"): 1, (OUT, "placed.connected"): 1}


def entries(floor: Floor) -> list[Entry]:
    told = enumerate(floor.journal, start=1)
    return [Entry(seq, at, given or inp.TimerDue(), tuple(events)) for seq, (at, given, events) in told]


def had_again(after_ms: int = 300_000) -> tuple[Floor, ContactId]:
    """The two talk, her page is loaded anew, they talk again; and there are entries between."""
    floor, contact = talking()
    for _ in range(5):
        floor.sign_in("bob")
        floor.wait(after_ms // 5)
        floor.receive(inp.SignOut(BOB))
    assert floor.receive(inp.RingAgain(contact, ANN)).refusal is None
    floor.wait(3_000)
    floor.answers("ann")
    return floor, contact


def given_away_and_had_again() -> Floor:
    """She gives them away, and then it is the other's page."""
    floor, contact = talking()
    floor.receive(inp.Transfer(contact, ANN, queue=IN))
    floor.ready("bob")
    floor.answers("bob")
    floor.wait(LATER_MS)
    assert floor.receive(inp.RingAgain(contact, BOB)).refusal is None
    floor.wait(2_000)
    floor.answers("bob")
    return floor


def tables(floor: Floor, seq: int) -> State:
    acd = Acd()
    for at, _, events in floor.journal[:seq]:
        acd.fold(events, at)
    return acd.state


def folded(floor: Floor, since: int = 0) -> Folder:
    folder = Folder(tables(floor, since))
    for entry in entries(floor)[since:]:
        folder.add(entry)
    assert reconcile(counted_of(folder.intervals(floor.now)), folder.before, standing(folder.state)) == []
    return folder


def seen(floor: Floor, since: int = 0) -> Live:
    placed = [each.contact for each in tables(floor, since).contacts.values() if each.placed_by is not None]
    live = Live(zone_of("UTC"), Policy(), lambda: floor.now, since, placed)
    for entry in entries(floor)[since:]:
        live.see(entry)
    return live


def again_at(floor: Floor) -> int:
    """How many entries there were before."""
    return next(number for number, each in enumerate(floor.journal) if isinstance(each[1], inp.RingAgain))


async def written(floor: Floor, directory: Path) -> SqliteReader:
    path = directory / "journal.db"
    journal = await SqliteJournal.open(path, current_codec(), cell="main", run="r")
    for entry in entries(floor):
        await journal.room()
        journal.append(entry)
    await journal.close()
    return SqliteReader(path, current_codec())


# ---------------------------------------------------------------- the intervals


def test_no_interval_counts_a_wait():
    floor, _ = had_again()
    found = total(folded(floor).intervals(floor.now), lambda place: place.queue == OUT)
    assert (found["placed"], found["placed.connected"], found["conversations"]) == (2, 2, 2)
    assert (found["ended_by.lost"], found["talking"]) == (1, 1)
    assert not [name for name in found if name.startswith(("offered", "contacts", "outcome.", "wait"))], found


def test_nor_while_it_rings_again_nor_when_that_is_in_vain():
    floor, contact = talking()
    floor.receive(inp.RingAgain(contact, ANN))
    for told in ("placing", "placed.agent_not_reached"):
        found = total(folded(floor).intervals(floor.now), lambda place: place.queue == OUT)
        assert (found["placed"], found[told]) == (2, 1) and "offered" not in found
        begun_here = folded(floor, since=len(floor.journal))  # the journal was pruned up to here
        assert not [name for row in begun_here.intervals(floor.now) for name in row.amounts if name == "offered"]
        floor.wait(60_000)


def test_given_away_they_wait_like_anybody():
    found = total(folded(floor := given_away_and_had_again()).intervals(floor.now), lambda place: place.queue == IN)
    assert (found["offered"], found["outcome.connected"], found["waited_ms.connected"] > 0) == (2, 2, True)
    assert "placed" not in found


# ---------------------------------------------------------------- live figures, and the double entry


def test_live_figures_count_nobody_who_waits():
    floor, contact = had_again()
    live = seen(floor)
    assert live.figures(OUT) == QueueFigures()
    assert live.counts(interval_of(floor.journal[-1][0])) == {name: 2 * amount for name, amount in PLACED.items()}
    floor.abandon(contact)
    assert seen(floor)._placed == set()


def test_nor_when_they_begin_while_the_two_talk():
    floor, _ = had_again()
    live = seen(floor, again_at(floor))
    assert live.figures(OUT) == QueueFigures()
    assert live.counts(interval_of(floor.now)) == PLACED


def test_live_figures_of_who_was_given_away():
    live = seen(given_away_and_had_again())
    assert (live.figures(IN).offered, live.figures(IN).answered) == (2, 2)


@pytest.mark.parametrize("slice_", [1, 3, 2_000])
@pytest.mark.parametrize("case", ["at once", "a quarter later", "given away"])
async def test_the_journal_by_itself_says_the_same(case: str, slice_: int, tmp_path, monkeypatch):
    """Also where the quarter that is counted again began after the call."""
    monkeypatch.setattr(double_entry, "SLICE", slice_)
    if case == "given away":
        floor = given_away_and_had_again()
    else:
        floor, _ = had_again(300_000 if case == "at once" else LATER_MS)
    counted, live = folded(floor).intervals(floor.now), seen(floor)
    found: Counts = {}
    with await written(floor, tmp_path) as reader:
        for start in {interval_of(at) for at, _, _ in floor.journal}:
            again = recount(reader, start, len(floor.journal))
            assert again == live.counts(start) == counts_of(row for row in counted if row.place.start == start)
            found |= {(f"{queue} {start}", name): amount for (queue, name), amount in again.items()}
    told = [(queue.split()[0], name) for queue, name in found]
    assert ((IN, "offered") in told) == (case == "given away")
    assert (OUT, "offered") not in told and sum(found[key] for key in found if key[1] == "placed") == (
        1 if case == "given away" else 2
    )


async def test_of_whom_nothing_is_known_any_more_nothing_is_said(tmp_path):
    floor, contact = had_again()
    with await written(floor, tmp_path) as reader:
        assert was_placed(reader, contact, again_at(floor) + 1)
        assert not was_placed(reader, contact, 2) and not was_placed(reader, ContactId("nobody"), len(floor.journal))
