"""The rounds of a postman: one through the journal, one for the alarms. Each knows where it stands, and goes on there.

What was taken is noted at once; what is needed to go on from there is noted now and then, and the entries in between
are read again after a restart. So a message may come twice after ``kill -9``, with the same id, and none is left out.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence

import msgspec

from cordpair.acd.model import State
from cordpair.adapters.webhooks.happenings import Chronicle, Happening, Memory, memory_of
from cordpair.adapters.webhooks.postman import Postman
from cordpair.clock import Clock
from cordpair.journal import Entry
from cordpair.reports.following import Mark
from cordpair.store import Store, StoreError

log = logging.getLogger("cordpair.adapters.webhooks")

SEEN = 1_000  # entries after which all is noted
LOOK_S = 5.0  # at the alarms
ALARMS = ("alarm.raised", "alarm.cleared", "trunk.alarm_raised", "trunk.alarm_cleared")


class Noted(msgspec.Struct, frozen=True):
    mark: Mark
    memory: Memory


class Taken(msgspec.Struct, frozen=True):
    """The newest entry of which all was taken. ``at``: its time. A journal that was put back has another entry there,
    and that one is later."""

    run: str = ""
    seq: int = 0
    at: int = 0

    def covers(self, run: str, entry: Entry) -> bool:
        return run == self.run and entry.seq <= self.seq and entry.at <= self.at


class JournalRound:
    """An audience of the journal."""

    def __init__(self, postman: Postman, store: Store) -> None:
        self._postman, self._store = postman, store
        self._bookmark, self._newest = f"webhook {postman.name}", f"webhook {postman.name} taken"
        self._chronicle = Chronicle()
        self._noted = 0
        self._taken = Taken()

    async def load(self) -> Mark | None:
        content = await self._store.bookmarks.get(self._bookmark)
        if content is None:
            return None
        noted = msgspec.json.decode(content, type=Noted)
        taken = await self._store.bookmarks.get(self._newest)
        self._taken = msgspec.json.decode(taken, type=Taken) if taken is not None else Taken()
        self._chronicle, self._noted = Chronicle(noted.memory), noted.mark.seq
        return noted.mark

    async def begin(self, state: State) -> None:
        self._chronicle = Chronicle(memory_of(state))

    async def know(self, entries: Sequence[Entry]) -> None:
        for entry in entries:
            for _ in self._chronicle.happenings(entry):
                pass

    async def tell(self, entries: Sequence[Entry], mark: Mark) -> None:
        for entry in entries:
            happened = list(self._chronicle.happenings(entry))
            if self._taken.covers(mark.run, entry):
                continue
            wanted = [(number, each) for number, each in enumerate(happened) if self._postman.wants(each.type)]
            for number, each in wanted:
                await self._postman.take(f"{mark.run}-{entry.seq}-{number}", entry.at, each)
            if wanted:
                taken = Taken(mark.run, entry.seq, entry.at)
                await self._store.bookmarks.put(self._newest, msgspec.json.encode(taken))
                self._taken = taken
        if not entries or mark.seq - self._noted >= SEEN:
            await self._store.bookmarks.put(self._bookmark, msgspec.json.encode(Noted(mark, self._chronicle.memory)))
            self._noted = mark.seq

    async def close(self) -> None:
        pass


class Alarm(msgspec.Struct, frozen=True, order=True):
    """Of a queue, or of a trunk of a node."""

    queue: str
    alarm: str
    node: str = ""
    trunk: str = ""

    @property
    def about(self) -> str:
        return f"trunk-{self.node}-{self.trunk}" if self.trunk else self.queue

    def happening(self, *, raised: bool) -> Happening:
        word = "raised" if raised else "cleared"
        if self.trunk:
            facts: dict[str, str | int | None] = {"node": self.node, "trunk": self.trunk, "alarm": self.alarm}
            return Happening(f"trunk.alarm_{word}", facts)
        return Happening(f"alarm.{word}", {"queue": self.queue, "alarm": self.alarm})


class Pending(msgspec.Struct, frozen=True):
    """A change that is not taken yet."""

    id: str
    at: int
    alarm: Alarm
    raised: bool


class Standing(msgspec.Struct, frozen=True):
    """Which alarms the receiver knows, and what it is still to hear. While it does not answer nothing is added: then
    it hears how things are, not all that they were meanwhile."""

    raised: tuple[Alarm, ...] = ()
    pending: tuple[Pending, ...] = ()


class AlarmRound:
    def __init__(
        self, postman: Postman, store: Store, look: Callable[[], Awaitable[frozenset[Alarm]]], clock: Clock
    ) -> None:
        """``look``: which alarms are raised now."""
        self._postman, self._store, self._look, self._clock = postman, store, look, clock
        self._bookmark = f"webhook {postman.name} alarms"
        self._standing = Standing()

    @property
    def wanted(self) -> bool:
        return any(self._postman.wants(each) for each in ALARMS)

    async def run(self) -> None:
        """Until it is cancelled."""
        loaded = False
        while True:
            try:
                if not loaded:
                    content = await self._store.bookmarks.get(self._bookmark)
                    self._standing = msgspec.json.decode(content, type=Standing) if content else Standing()
                    loaded = True
                await self.go()
            except StoreError as error:
                log.error("webhook %s: %s; it is tried again", self._postman.name, error)
            await asyncio.sleep(LOOK_S)

    async def go(self) -> None:
        """Once. Raises StoreError."""
        if not self._standing.pending:
            changes = self._changes(frozenset(self._standing.raised), await self._look())
            if not changes:
                return
            await self._note(Standing(self._standing.raised, changes))
        for change in self._standing.pending:
            happening = change.alarm.happening(raised=change.raised)
            if self._postman.wants(happening.type):
                await self._postman.take(change.id, change.at, happening)
            raised = {*self._standing.raised} - {change.alarm}
            if change.raised:
                raised.add(change.alarm)
            await self._note(Standing(tuple(sorted(raised)), self._standing.pending[1:]))

    def _changes(self, before: frozenset[Alarm], now: frozenset[Alarm]) -> tuple[Pending, ...]:
        at = self._clock.now_ms()
        return tuple(
            Pending(f"alarm-{each.about}-{each.alarm}-{at}", at, each, each in now) for each in sorted(before ^ now)
        )

    async def _note(self, standing: Standing) -> None:
        await self._store.bookmarks.put(self._bookmark, msgspec.json.encode(standing))
        self._standing = standing


__all__ = ["Alarm", "AlarmRound", "JournalRound"]
