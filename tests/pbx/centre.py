"""A whole centre for tests on a real PBX: the engine as a process of its own, and its journal as the witness."""

import asyncio
import os
import shlex
import signal
import socket
import sys
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Protocol, Self, TypeVar
from urllib.parse import unquote, urlsplit, urlunsplit

from cordpair.acd import Acd, State, breaches
from cordpair.acd import events as ev
from cordpair.acd.model import AgentStatus, NodeStatus
from cordpair.ids import NodeId
from cordpair.journal import Entry, SqliteReader, current_codec
from lab.process import PbxLab
from lab.render import Agent
from lab.sipp import Call

LOOK_EVERY = 0.02
# That of an installed package instead, in trials of a release (deploy/release/try_dist.py).
COMMAND = shlex.split(os.environ.get("CORDPAIR_COMMAND", "")) or [sys.executable, "-m", "cordpair"]
T = TypeVar("T")
E = TypeVar("E")


class Pbx(Protocol):
    """What an engine needs of a lab."""

    @property
    def url(self) -> str:
        """With the secret, as the lab gives it."""

    def log_tail(self, lines: int = 40) -> str:
        """The end of what it said."""


class EngineProcess:
    """``cordpair serve`` on a lab's PBX. What it did is read from its journal, beside it, as ``watch`` does."""

    def __init__(
        self,
        lab: Pbx,
        directory: Path,
        centre: str,
        *,
        host: str | None = None,
        second: Pbx | None = None,
        more: Mapping[str, str] | None = None,
    ) -> None:
        """``host``: reach the PBX there instead (a proxy before it). ``second``: another node. ``more``: keys of a
        node, as TOML."""
        self.lab = lab
        self.directory = directory
        directory.mkdir(exist_ok=True)
        self.file = directory / "cordpair.toml"
        self.journal = directory / "journal.db"
        self.password = secret(lab)
        text = node("main", lab, host)
        if second is not None:
            (directory / "second").write_text(secret(second))
            text += node("second", second).replace('env = "CORDPAIR_PBX_PASSWORD"', 'file = "second"')
        for name, keys in (more or {}).items():
            text = text.replace(f"[pbx.{name}]\n", f"[pbx.{name}]\n{keys}")
        if "[http]" not in centre:
            text += f'[http]\nlisten = "127.0.0.1:{free_port()}"\n'
        self.file.write_text(f'{text}[store]\npath = "cordpair.db"\n[journal]\npath = "journal.db"\n{centre}')
        self.process: asyncio.subprocess.Process | None = None
        self._folded = Acd()
        self._seq = 0
        self.entries: list[Entry] = []

    # ------------------------------------------------------------ life

    async def start(self) -> None:
        with (self.directory / "engine.log").open("ab") as log:
            self.process = await asyncio.create_subprocess_exec(
                *COMMAND,
                "serve",
                str(self.file),
                env={**os.environ, "CORDPAIR_PBX_PASSWORD": self.password},
                stdin=asyncio.subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )

    async def kill(self) -> None:
        assert self.process is not None
        self.process.kill()
        await self.process.wait()

    async def stop(self) -> int:
        """SIGTERM; returns the exit status."""
        assert self.process is not None
        if self.process.returncode is None:
            self.process.send_signal(signal.SIGTERM)
        return await asyncio.wait_for(self.process.wait(), 15)

    async def __aenter__(self) -> Self:
        await self.start()
        await self.until(is_open, 15)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.process is not None and self.process.returncode is None:
            await self.stop()
        if error is not None:
            error.add_note(f"engine said:\n{self.said()}\nthe PBX said:\n{self.lab.log_tail(20)}")

    def said(self) -> str:
        log = self.directory / "engine.log"
        return log.read_text(errors="replace")[-4_000:] if log.exists() else ""

    # ------------------------------------------------------------ the journal

    def state(self) -> State:
        """The tables as far as they are committed now."""
        if not self.journal.exists():
            return self._folded.state
        reader = SqliteReader(self.journal, current_codec())
        try:
            for entry in reader.read(self._seq):
                self._folded.fold(entry.events, entry.at)
                self.entries.append(entry)
                self._seq = entry.seq
        finally:
            reader.close()
        return self._folded.state

    async def until(self, true: Callable[[State], bool], deadline: float) -> State:
        """Until the committed state is such."""
        ends = time.monotonic() + deadline
        while True:
            state = self._state_if_any()
            if state is not None and true(state):
                return state
            if time.monotonic() > ends:
                raise TimeoutError(f"not within {deadline} s; waiting {len(self._folded.state.visits)}\n{self.said()}")
            await asyncio.sleep(LOOK_EVERY)  # sleep: a viewer of a file has no event to await

    def _state_if_any(self) -> State | None:
        try:
            state = self.state()
        except Exception:  # the file is being made
            return None
        return state if state.nodes else None

    def events(self, kind: type[E]) -> list[E]:
        return [event for _, event in self.timed(kind)]

    def timed(self, kind: type[E]) -> list[tuple[int, E]]:
        """Each with the time (ms) at which it was decided."""
        self.state()
        return [(entry.at, event) for entry in self.entries for event in entry.events if isinstance(event, kind)]

    def outcomes(self) -> Counter[str]:
        total: Counter[str] = Counter()
        for queue in self.state().queues.values():
            total.update({outcome.value: count for outcome, count in queue.outcomes.items()})
        return total

    def breaches(self) -> list[str]:
        """Laws that the committed state does not keep now."""
        acd = Acd(self.state())
        return [each for each in breaches(acd, 0) if "deadline" not in each]

    def unmet(self) -> list[str]:
        """Connections whose agent did not meet the requirement in force when the offer was made."""
        self.state()
        acd, wrong = Acd(), []
        for entry in self.entries:
            for event in entry.events:
                if isinstance(event, ev.OfferMade):
                    skills = acd.cell.book.agents[event.agent].skills
                    needs = acd.state.visits[event.visit].levels
                    wrong += [f"{event.offer}: {skill}" for skill, n in needs.items() if skills.get(skill, 0) < n]
                acd.fold([event], entry.at)
        return wrong


def node(name: str, lab: Pbx, host: str | None = None) -> str:
    """TOML of a PBX node."""
    url = urlsplit(lab.url)
    if not url.hostname:  # the PBX that is in the engine
        return f'[pbx.{name}]\nurl = "{lab.url}"\n'
    user = f"{url.username}@" if url.username else ""
    shown = urlunsplit(url._replace(netloc=user + (host or f"{url.hostname}:{url.port}")))
    return f'[pbx.{name}]\nurl = "{shown}"\npassword = {{ env = "CORDPAIR_PBX_PASSWORD" }}\n'


def secret(lab: Pbx) -> str:
    return unquote(urlsplit(lab.url).password or "")


def free_port() -> int:
    """A port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


async def work(lab: PbxLab, engine: EngineProcess, *codes: str) -> list[Call]:
    """Every agent dials these codes on their own phone, one after the other, five agents at once."""

    async def dial(agent: Agent) -> list[Call]:
        return [await lab.sipp.dial(agent, code) for code in codes]

    done = await gather_bounded([partial(dial, agent) for agent in lab.agents], 5)
    return [call for calls in done for call in calls]


async def gather_bounded(jobs: Sequence[Callable[[], Awaitable[T]]], at_once: int) -> list[T]:
    """All of them, so many at a time."""
    gate = asyncio.Semaphore(at_once)

    async def run(job: Callable[[], Awaitable[T]]) -> T:
        async with gate:
            return await job()

    return list(await asyncio.gather(*(run(job) for job in jobs)))


def is_open(state: State) -> bool:
    """Offers are made on the one node."""
    return state.nodes[NodeId("main")].status is NodeStatus.OPEN


def all_ready(count: int) -> Callable[[State], bool]:
    return lambda state: sum(row.status is AgentStatus.READY for row in state.agents.values()) == count


def agent_table(skills: Mapping[str, Mapping[str, int]], queues: Sequence[str]) -> str:
    """TOML of agents named after their phones."""
    lines = []
    for number, levels in skills.items():
        known = ", ".join(f"{skill} = {level}" for skill, level in levels.items())
        works = ", ".join(f"{queue} = {{}}" for queue in queues)
        lines.append(f'[seats.{number}]\nendpoint = "{number}"\n[agents.a{number}]\nseat = "{number}"')
        lines.append(f"skills = {{ {known} }}\nqueues = {{ {works} }}")
    return "\n".join(lines) + "\n"
