"""Changes the configuration of a running engine: checked, compared, and applied whole or not at all.

The core decides first, the store keeps what was applied. Should the process end in between, a file is read again at
the next start, and an edit was never acknowledged. See ``docs/reference/reload.md``.
"""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from enum import StrEnum
from pathlib import Path
from typing import Any, Protocol

import msgspec
from watchfiles import Change, awatch

from cordpair.acd.configuration import Configuration
from cordpair.acd.inputs import ApplyConfiguration, Request
from cordpair.acd.model import State
from cordpair.clock import Clock
from cordpair.config import Config, InvalidConfiguration, Loaded, difference, is_same, load, needs_restart, parse, write
from cordpair.errors import AcdError, ConfigurationError, CordpairError
from cordpair.observe import Meter
from cordpair.runtime.core import Decided
from cordpair.runtime.errors import EngineBusy
from cordpair.runtime.recovery import differs
from cordpair.store import Entry, Store, to_configuration

log = logging.getLogger(__name__)

SHOWN = 50  # lines of a difference in the log
DEBOUNCE_MS = 400  # an editor writes in several steps
STEP_MS = 100
MOST_EDITS = 50  # that wait for their turn


class Result(StrEnum):
    APPLIED = "applied"
    UNCHANGED = "unchanged"
    INVALID = "invalid"
    REFUSED = "refused"


class Outcome(msgspec.Struct, frozen=True):
    """``changes``: a line for each key that is different. ``problems``: why nothing was applied; ``needs_restart``:
    the sections for which; ``again``: the same may succeed later. ``kept``: it is in the store too."""

    result: Result
    revision: int  # in force now
    changes: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()
    needs_restart: tuple[str, ...] = ()
    again: bool = False
    kept: bool = True


class Conflict(ConfigurationError):
    """What is in force is not what the edit began from. Nothing was applied."""


class Origin(msgspec.Struct, frozen=True):
    """Where the configuration of an engine came from, and where changes of it go."""

    store: Store
    file: Path
    config: Config  # in force at the start
    revision: int  # of it
    hash: str  # of the file's text at the start
    author: str


class Running(Protocol):
    """The engine, as far as it is needed here."""

    meter: Meter

    @property
    def state(self) -> State: ...

    @property
    def clock(self) -> Clock: ...

    async def request(self, input: Request, /) -> Decided: ...


Edit = Callable[[Config], Config]


class Reloader:
    """One change at a time. ``config`` is what is in force, ``revision`` as which it is in the store. ``watchers`` are
    told when it is another: at once, they take no time to speak of, and never raise."""

    def __init__(self, engine: Running, origin: Origin) -> None:
        self.config = origin.config
        self.revision = origin.revision
        self.last: Outcome | None = None
        self.watchers: list[Callable[[], None]] = []
        self._engine = engine
        self._origin = origin
        self._seen = origin.hash
        self._lock = asyncio.Lock()
        self._edits: set[asyncio.Task[Outcome]] = set()

    # ------------------------------------------------------------ what may be asked for

    async def from_file(self, *, take_file: bool = False) -> Outcome:
        """The file again, whether it was touched or not. Raises nothing but what ends the engine."""
        async with self._lock:
            try:
                loaded = await asyncio.to_thread(load, self._origin.file)
            except ConfigurationError as error:
                return self._ended(Result.INVALID, problems=_lines(error))
            return await self._file(loaded, take_file)

    async def if_changed(self) -> Outcome | None:
        """The file, if its text is another than that seen last."""
        async with self._lock:
            try:
                loaded = await asyncio.to_thread(load, self._origin.file)
            except ConfigurationError as error:
                problems = _lines(error)
                repeated = self.last is not None and self.last.problems == problems
                self._seen = ""
                return None if repeated else self._ended(Result.INVALID, problems=problems)
            if loaded.hash == self._seen:
                return None
            return await self._file(loaded, take_file=False)

    async def apply(self, edit: Edit, author: str, base: int | None = None) -> Outcome:
        """An edit that does not come from the file; it is kept in the store. ``edit`` is given what is in force, in a
        thread. ``base``: the revision it began from; of two who began from the same one, one gets Conflict.

        Raises Conflict, StoreError, InvalidConfiguration; EngineBusy when too many wait. Who stops waiting does not
        stop it: what the core has taken must come into the store.
        """
        if len(self._edits) >= MOST_EDITS:
            raise EngineBusy("too many edits of the configuration wait for their turn.")
        task = asyncio.create_task(self._edit(edit, author, base), name="edit of the configuration")
        self._edits.add(task)
        task.add_done_callback(self._forget)
        return await asyncio.shield(task)

    def _forget(self, task: "asyncio.Task[Outcome]") -> None:
        self._edits.discard(task)
        if not task.cancelled():
            task.exception()  # looked at, should nobody wait any more

    async def _edit(self, edit: Edit, author: str, base: int | None) -> Outcome:
        async with self._lock:
            if base is not None and not await self._is_still(base):
                raise Conflict(f"revision {base} is not in force any more, but {self.revision}.")
            try:
                config = await asyncio.to_thread(_edited, edit, self.config)
            except InvalidConfiguration:
                self._engine.meter.reloaded(Result.INVALID.value)
                raise
            if is_same(config, self.config):
                return self._ended(Result.UNCHANGED)
            revision, now = await self._next(), self._now()
            entry = Entry(now, author, "configuration_applied", f"revision {revision}")
            store = self._origin.store
            return await self._apply(
                config, revision, lambda: store.save(config, at_ms=now, author=author, noted=entry)
            )

    async def _is_still(self, base: int) -> bool:
        """Whether what is in force is what that revision was: itself, or somebody went back to it."""
        if base == self.revision:
            return True
        listed = await self._origin.store.revisions(after=base - 1)
        return bool(listed) and listed[-1].revision == base and listed[-1].content_hash == listed[0].content_hash

    async def _next(self) -> int:
        listed = await self._origin.store.revisions(most=1)
        return listed[0].revision + 1 if listed else 1

    # ------------------------------------------------------------ one change

    async def _file(self, loaded: Loaded, take_file: bool) -> Outcome:
        self._seen = loaded.hash
        for warning in loaded.warnings:
            log.warning("%s: %s", self._origin.file.name, warning)
        source, store = str(self._origin.file.resolve()), self._origin.store
        try:
            config, revision = await store.look_at_file(loaded, source=source, take_file=take_file)
        except CordpairError as error:
            return self._ended(Result.REFUSED, problems=_lines(error))
        return await self._apply(
            config,
            revision,
            lambda: store.import_file(
                loaded, at_ms=self._now(), author=self._origin.author, source=source, take_file=take_file
            ),
        )

    async def _apply(self, config: Config, revision: int, keep: Callable[[], Awaitable[object]]) -> Outcome:
        changes, fixed, wanted = await asyncio.to_thread(self._look_at, config, revision)
        if fixed:
            names = ", ".join(f"[{name}]" for name in fixed)
            problem = f"{names} can only change at a restart, which loses no call either; nothing was applied"
            return self._ended(Result.REFUSED, changes, (problem,), needs_restart=tuple(fixed))
        applies = bool(changes) or differs(wanted, self._engine.state.configuration)
        if applies:
            try:
                await self._engine.request(ApplyConfiguration(wanted))
            except AcdError as error:
                return self._ended(Result.REFUSED, changes, tuple(str(error).split("; ")))
            except CordpairError as error:  # busy or stopping: to be tried again
                self._seen = ""
                return self._ended(Result.REFUSED, changes, _lines(error), again=True)
        self.config = config
        for tell in self.watchers:
            tell()
        kept = True
        try:
            await keep()
            self.revision = revision
        except CordpairError as error:
            log.error("revision %d is in force but could not be stored; a restart takes it back: %s", revision, error)
            kept = False
        return self._ended(Result.APPLIED if applies else Result.UNCHANGED, changes, kept=kept)

    def _look_at(self, config: Config, revision: int) -> tuple[tuple[str, ...], list[str], Configuration]:
        """In a thread: a large centre takes its time."""
        changes = tuple(difference(self.config, config))
        return changes, needs_restart(self.config, config), to_configuration(config, revision)

    def _ended(
        self, result: Result, changes: tuple[str, ...] = (), problems: tuple[str, ...] = (), **more: Any
    ) -> Outcome:
        revision = self.revision
        outcome = self.last = Outcome(result, revision, changes, problems, **more)
        self._engine.meter.reloaded(result.value)
        if problems:
            log.error("the configuration was not changed (%s); revision %d stays in force", result.value, revision)
            for problem in problems:
                log.error("not applied: %s", problem)
        elif result is Result.APPLIED:
            log.info("configuration revision %d applied, %d changes", revision, len(changes))
            for change in changes[:SHOWN]:
                log.info("changed: %s", change)
            if len(changes) > SHOWN:
                log.info("changed: … and %d more", len(changes) - SHOWN)
        return outcome

    def _now(self) -> int:
        return self._engine.clock.now_ms()


def _edited(edit: Edit, present: Config) -> Config:
    """As it will be read from the store again. Raises InvalidConfiguration."""
    return parse(write(edit(present)), "the edited configuration").config


def _lines(error: CordpairError) -> tuple[str, ...]:
    return tuple(str(error).splitlines())


# ---------------------------------------------------------------- the watched file


async def follow(reloader: Reloader, file: Path) -> None:
    """Apply the file each time that it changes, until cancelled."""
    try:
        async for _ in _saves(file):
            await reloader.if_changed()
    except OSError as error:
        log.warning("%s cannot be watched (%s): send SIGHUP after a change", file.name, error)


def _names(file: Path) -> set[str]:
    return {file.name, file.resolve().name, "..data"}


async def _saves(file: Path) -> AsyncIterator[None]:
    """The directory is watched, not the file: editors and tools put a new file in its place.

    ``..data`` is how a mounted volume of a container changes all its files at once.
    """
    names = _names(file)

    def ours(_change: Change, path: str) -> bool:
        return Path(path).name in names

    changes = awatch(file.parent, watch_filter=ours, debounce=DEBOUNCE_MS, step=STEP_MS, recursive=False)
    async with contextlib.aclosing(changes):
        async for _ in changes:
            yield


__all__ = ["Conflict", "Edit", "Origin", "Outcome", "Reloader", "Result", "follow"]
