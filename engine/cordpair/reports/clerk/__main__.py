"""The process that counts: ``python -m cordpair.reports.clerk ARCHIVE JOURNAL``, started by the engine's.

It reads the journal's file beside the engine, keeps the archive, and answers one question at a time. It ends when its
standard input does, also when the engine was killed; what it had not written down it counts again.
"""

import contextlib
import os
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, BinaryIO

import msgspec

from cordpair.errors import ConfigurationError, CordpairError, JournalError
from cordpair.journal.schema import sqlite_errors
from cordpair.observe import log_to_stderr
from cordpair.reports.archive import Archive
from cordpair.reports.archive.double_entry import newest, reconcile_interval
from cordpair.reports.archive.ended import search
from cordpair.reports.archive.story import ended_contact, tell_story
from cordpair.reports.clerk import questions as q
from cordpair.reports.formats import written
from cordpair.reports.patience import Patience
from cordpair.reports.raw import Place, Sums
from cordpair.reports.report import make_report

SLICE_S = 0.2  # counted at once, between two questions
PATIENCE_S = 20.0  # for what somebody asks; the engine's process waits 25 s, then this one is of no more use to it
SAVE_S = 30.0  # written down after so long; with each mark too
NICE = 5  # calls come first
OF_VISITS = ("offered", "outcome.", "wait", "placed")  # what live counters need

_decoder = msgspec.msgpack.Decoder(q.Numbered)
_encoder = msgspec.msgpack.Encoder()


class Clerk:
    def __init__(self, path: Path, journal: Path) -> None:
        self._path = path
        self._journal = journal
        self._archive: Archive | None = None
        self._save_at = 0.0

    def answer(self, question: q.Question) -> q.Answer:
        try:
            if self._archive is None:
                self._archive = Archive.open(self._path, self._journal, write=True)
            body = ANSWERS[type(question)](self, self._archive, question)
        except CordpairError as error:
            if isinstance(error, JournalError):
                self.close()  # what it knows may be half: begin where it was written down
            return q.Answer(failure=type(error).__name__, message=str(error))
        return q.Answer(body)

    def save(self) -> None:
        if self._archive is not None:
            self._archive.save()
            self._save_at = time.monotonic() + SAVE_S

    def close(self) -> None:
        if self._archive is not None:
            self._archive.close()
            self._archive = None

    # ------------------------------------------------------------ one for each question

    def _follow(self, archive: Archive, question: q.Follow) -> bytes:
        archive.follow(question.upto, SLICE_S)
        if archive.unsaved and time.monotonic() > self._save_at:
            self.save()
        last = newest(archive)
        return _encoder.encode(
            q.Counted(archive.seq, archive.seq - archive.unsaved, round(last.start.timestamp() * 1_000) if last else 0)
        )

    def _take_over(self, archive: Archive, question: q.TakeOver) -> bytes:
        waiting = [
            q.OpenNow(visit, stay.queue, stay.began_at, stay.is_placed)
            for visit, stay in archive.counting.folder.waiting.items()
        ]
        day, late = Sums(), Sums()
        for place, amounts in archive.sums(min(question.begin, question.late), question.end).places.items():
            if not place.queue:
                continue
            visits = {name: amount for name, amount in amounts.items() if name.startswith(OF_VISITS)}
            if place.start >= question.begin:  # one row for the day: the engine's process must not read thousands
                day.add_all(Place(question.begin, place.queue), visits)
            if place.start >= question.late:
                counts = {name: amount for name, amount in visits.items() if not name.startswith("wait")}
                late.add_all(Place(place.start, place.queue), counts)
        return _encoder.encode(q.Taken(day.rows(), late.rows(), waiting))

    def _tell(self, archive: Archive, question: q.Tell) -> bytes:
        return written(make_report(archive, question.asked, Patience.for_s(PATIENCE_S)), question.format)

    def _find(self, archive: Archive, question: q.Find) -> bytes:
        self.save()
        assert archive.connection is not None
        with sqlite_errors(archive.path, "cannot be read"), Patience.for_s(PATIENCE_S).reading(archive.connection):
            found = search(archive.connection, question.wanted)
        rows = [ended_contact(position, track, question.wanted.queues) for position, track in found]
        return _encoder.encode([q.Row(row.position or 0, row.id, msgspec.json.encode(row)) for row in rows])

    def _story(self, archive: Archive, question: q.TellStory) -> bytes:
        self.save()
        story = tell_story(archive, question.contact, question.queues)
        head = msgspec.json.encode(
            {name: getattr(story, name) for name in story.__struct_fields__ if name != "conversations"}
        )
        return _encoder.encode(q.Told(head[:-1], list(story.conversations)))

    def _reconcile(self, archive: Archive, question: q.Reconcile) -> bytes:
        while archive.seq < question.seq:
            before = archive.seq
            if archive.follow(question.seq) == before:
                break
        if archive.seq != question.seq:
            raise ConfigurationError(f"seq: entry {archive.seq} is counted, not {question.seq}")
        live = {(queue, figure): amount for queue, figure, amount in question.live}
        return msgspec.json.encode(reconcile_interval(archive, question.start, question.at, live))


ANSWERS: dict[type, Callable[[Clerk, Archive, Any], bytes]] = {
    q.Follow: Clerk._follow,
    q.TakeOver: Clerk._take_over,
    q.Tell: Clerk._tell,
    q.Find: Clerk._find,
    q.TellStory: Clerk._story,
    q.Reconcile: Clerk._reconcile,
}


def serve(clerk: Clerk, source: BinaryIO, sink: BinaryIO) -> None:
    while (size := source.read(4)) and len(size) == 4:
        body = source.read(int.from_bytes(size, "big"))
        asked = _decoder.decode(body)
        answer = _encoder.encode(msgspec.structs.replace(clerk.answer(asked.question), number=asked.number))
        sink.write(len(answer).to_bytes(4, "big") + answer)
        sink.flush()


def main() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # of a terminal; the engine says when it is over
    log_to_stderr()
    with contextlib.suppress(OSError):
        os.nice(NICE)
    clerk = Clerk(Path(sys.argv[1]), Path(sys.argv[2]))
    try:
        serve(clerk, sys.stdin.buffer, sys.stdout.buffer)
        clerk.save()
    except BrokenPipeError:
        pass
    finally:
        clerk.close()


if __name__ == "__main__":
    main()
