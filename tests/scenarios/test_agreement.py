"""2,000 contacts, with overflow, transfers, agents who are lost, and an engine that dies: four ways of counting agree.

The live counters, the intervals that are kept beside the journal, a recomputation from all entries, and the engine's
own tables.
"""

import random
from collections import Counter
from pathlib import Path
from zoneinfo import ZoneInfo

from cordpair.acd.causes import Cause
from cordpair.acd.configuration import Configuration, HangUpAction, QueueAction
from cordpair.acd.inputs import RingAgain, Transfer
from cordpair.ids import QueueId
from cordpair.journal import Entry, SqliteJournal, current_codec
from cordpair.reports import Policy, lines, reconcile, standing
from cordpair.reports.archive import Archive
from cordpair.reports.folding import Folder
from cordpair.reports.grouping import By
from cordpair.reports.live import Live, OpenVisit
from cordpair.reports.raw import RawInterval, interval_of
from cordpair.reports.reconcile import counted_of
from cordpair_loopback import Behaviour
from scenarios.crashes import Death
from scenarios.laws import everybody_goes_home, laws_hold
from scenarios.rig import Caller, Rig, agent, configuration, queue, running

CALLERS, AGENTS, SHIFT_MS = 2_000, 18, 3_600_000
POLICY = Policy()
UTC = ZoneInfo("UTC")


def busy_centre() -> Configuration:
    queues = (
        queue("sales", max_wait_ms=25_000, on_timeout=QueueAction(QueueId("general")), wrap_up_ms=3_000),
        queue("help", max_length=12, on_full=QueueAction(QueueId("general"))),
        queue("short", max_wait_ms=20_000, on_timeout=HangUpAction(Cause.NORMAL)),
        queue("general"),
    )
    names = [each.queue for each in queues]
    draw = random.Random(11)
    agents = [agent(f"a{number:02}", *draw.sample(names, draw.randint(2, 4))) for number in range(AGENTS)]
    return configuration(queues, agents)


class Shift:
    def __init__(self, rig: Rig, seed: int) -> None:
        self.rig, self.draw = rig, random.Random(seed)
        self.live = Live(UTC, POLICY, rig.clock.now_ms)
        self.fed = 0
        self.transfers = self.lost = self.deaths = 0
        self.until = rig.clock.now_ms() + SHIFT_MS

    def people(self) -> None:
        for number in range(CALLERS):
            caller = self.rig.caller(str(number))
            self.rig.at(self.draw.randrange(SHIFT_MS), lambda caller=caller: self.arrives(caller))  # type: ignore[misc]
        for phone in self.rig.phones():
            phone.draw = self.behaviour

    def arrives(self, caller: Caller) -> None:
        patience = self.draw.choice([None, self.draw.randrange(1, 60_000)])
        caller.arrives(
            f"500{self.draw.randint(1, 3)}", patience_ms=patience, talk_ms=self.draw.randrange(1_000, 80_000)
        )

    def behaviour(self) -> Behaviour:
        answer = None if self.draw.random() < 0.03 else self.draw.randrange(4_000)
        talk = self.draw.randrange(500, 60_000) if self.draw.random() < 0.2 else None
        return Behaviour(ring_after_ms=50, answer_after_ms=answer, talk_ms=talk)

    async def works(self) -> None:
        """An hour, in steps in which somebody is given away or a phone loses its network."""
        while self.rig.clock.now_ms() < self.until:
            await self.rig.advance(self.draw.randrange(5_000, 20_000))
            if not self.rig.alive:
                continue
            talks = [row for row in self.rig.state.contacts.values() if row.connection is not None]
            if talks:
                row = self.draw.choice(talks)
                assert row.connection is not None
                if self.draw.random() < 0.7:
                    given = Transfer(row.contact, row.connection.agent, queue=QueueId("general"))
                    await self.rig.ask(given)
                    self.transfers += 1
                else:  # the agent's phone lost the call
                    await self.rig.ask(RingAgain(row.contact, row.connection.agent))
                    self.lost += 1
            self.look()

    def look(self) -> None:
        """Live counters see what is committed since; those of another engine begin with what was counted before."""
        entries = list(self.rig.journal.read(self.fed))
        if self.deaths != self.rig.deaths:
            self.deaths = self.rig.deaths
            self.begin_again(entries)
        else:
            for entry in entries:
                self.live.see(entry)
        self.fed = max((entry.seq for entry in entries), default=self.fed)

    def begin_again(self, entries: list[Entry]) -> None:
        folder = Folder()
        for entry in self.rig.entries():
            folder.add(entry)
        self.live = Live(UTC, POLICY, self.rig.clock.now_ms, seq=self.fed)
        waiting = [
            OpenVisit(visit, QueueId(stay.queue), stay.began_at, stay.is_placed)
            for visit, stay in folder.waiting.items()
        ]
        rows = folder.intervals(self.rig.clock.now_ms())
        self.live.take_over(rows, rows, waiting)


async def test_live_figures_intervals_journal_and_tables_agree(tmp_path):
    async with running(busy_centre(), clean=False, check_every=997) as rig:
        shift = Shift(rig, 7)
        await rig.staff(*(each.agent for each in rig.settings.agents))
        shift.look()
        shift.people()
        rig.dies_at(rig.journal.last_seq + 4_000, Death.SILENT, back_after_ms=2_000, again_after=6_000)
        await shift.works()
        rig.journal.dies_at = None
        await everybody_goes_home(rig)
        laws_hold(rig)
        shift.look()
        entries = rig.entries()
        folder = Folder()
        for entry in entries:
            folder.add(entry)
        rows = folder.intervals(entries[-1].at)

        assert rig.deaths >= 2
        assert shift.transfers > 100
        assert shift.lost > 30
        counted = Counter[str]()
        for row in rows:
            counted.update({name: amount for name, amount in row.amounts.items() if not name.startswith("wait.")})
        for outcome in ("connected", "abandoned", "overflowed", "timed_out"):
            assert counted[f"outcome.{outcome}"] > 20, outcome
        assert counted["contacts"] == CALLERS

        assert reconcile(counted_of(rows), {}, standing(rig.state)) == []
        agrees_live(shift.live, rows)
        assert await kept(tmp_path, entries, random.Random(3)) == rows


def agrees_live(live: Live, rows: list[RawInterval]) -> None:
    by_queue = {line.by["queue"]: line.measures for line in lines(rows, (By.QUEUE,), UTC, POLICY)}
    assert len(by_queue) == 4
    for name, measures in by_queue.items():
        figures = live.figures(QueueId(name))
        for each in ("offered", "answered", "answered_in_time", "abandoned", "flowed_out", "turned_away", "timed_out",
                     "failed", "service_level", "abandon_rate", "asa_s"):  # fmt: skip
            assert getattr(figures, each) == measures[each], f"{name}: {each}"
    for start in {row.place.start for row in rows}:
        counts = Counter[tuple[str, str]]()
        for row in rows:
            if row.place.start == start and row.place.queue:
                for figure, amount in row.amounts.items():
                    if figure == "offered" or figure.startswith("outcome."):
                        counts[row.place.queue, figure] += amount
        if start > interval_of(live._now_ms()) - 3_600_000:
            assert live.counts(start) == dict(counts), start


async def kept(directory: Path, entries: list[Entry], draw: random.Random) -> list[RawInterval]:
    """What is written down beside the journal by one who is killed again and again while it counts."""
    path = directory / "journal.db"
    journal = await SqliteJournal.open(path, current_codec(), cell="main", run="r")
    for entry in entries:
        await journal.room()
        journal.append(entry)
    await journal.close()
    seq = 0
    while seq < entries[-1].seq:
        with Archive.open(directory / "archive.db", path, write=True) as archive:
            seq = archive.follow(archive.seq + draw.randrange(1, 5_000))
            if draw.random() < 0.6:
                archive.save()
            archive.follow(seq + draw.randrange(1_000))  # this is lost
    with Archive.open(directory / "archive.db", path, write=True) as archive:
        archive.follow(entries[-1].seq)
        return archive.rows(0, 1 << 62)
