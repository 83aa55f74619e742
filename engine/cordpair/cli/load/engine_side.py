"""The engine, asked over HTTP: what it counted, what it cost, and agents who are signed in and out."""

import asyncio
import re
from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import Any, NamedTuple, Self

import aiohttp
import msgspec

from cordpair.cli.load.tally import Engine
from cordpair.errors import ConfigurationError

DEADLINE_S = 10.0
SETTLED_WITHIN_S, LOOK_EVERY_S = 10.0, 0.1
AT_ONCE = 8
MOST_ANSWER = 16 << 20
CPU = re.compile(rb"^process_cpu_seconds_total (\S+)", re.MULTILINE)
REASON = "load test is over"


class NotAsked(ConfigurationError):
    """The engine did not answer, or not as it should. Nothing is known of it."""


class Today(msgspec.Struct, frozen=True):
    answered_in_time: int = 0


class Queue(msgspec.Struct, frozen=True):
    """Of the answer of ``GET /v1/queues``, what is read."""

    id: str
    waiting: int
    offered: int
    outcomes: dict[str, int]
    today: Today | None = None


class Queues(msgspec.Struct, frozen=True):
    queues: tuple[Queue, ...]


class Reading(NamedTuple):
    """At one moment."""

    queues: Mapping[str, Queue]
    cpu: float | None
    """Seconds of its process so far."""

    @property
    def waiting(self) -> int:
        return sum(queue.waiting for queue in self.queues.values())


def meanwhile(before: Reading, after: Reading) -> Engine:
    """What was counted between the two."""
    offered, in_time, known = 0, 0, True
    outcomes: dict[str, int] = {}
    for name, queue in after.queues.items():
        then = before.queues.get(name) or Queue(name, 0, 0, {}, queue.today and Today())
        offered += queue.offered - then.offered
        for outcome, number in queue.outcomes.items():
            more = number - then.outcomes.get(outcome, 0)
            if more:
                outcomes[outcome] = outcomes.get(outcome, 0) + more
        if queue.today is None or then.today is None or queue.today.answered_in_time < then.today.answered_in_time:
            known = False  # nobody counts the day, or another one began
        else:
            in_time += queue.today.answered_in_time - then.today.answered_in_time
    level = in_time / offered if known and offered else None
    return Engine(offered, outcomes, after.waiting, in_time if known else None, level)


class EngineSide:
    """``async with EngineSide(url, key) as engine``. Every method raises NotAsked."""

    def __init__(self, url: str, key: str, queues: Sequence[str] = ()) -> None:
        """``queues``: the ones that count; without them, all."""
        self._url = url.rstrip("/")
        self._wanted = frozenset(queues)
        self._http = aiohttp.ClientSession(
            headers={"Authorization": f"Bearer {key}"}, timeout=aiohttp.ClientTimeout(total=DEADLINE_S)
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._http.close()

    async def read(self) -> Reading:
        try:
            told = msgspec.json.decode(await self._ask("GET", "/v1/queues"), type=Queues)
        except msgspec.MsgspecError as wrong:
            raise NotAsked(f"the engine at {self._url} answers what is not understood: {wrong}") from None
        queues = {queue.id: queue for queue in told.queues if not self._wanted or queue.id in self._wanted}
        lacking = self._wanted - queues.keys()
        if lacking:
            raise NotAsked(f"--queue: the engine shows no queue {', '.join(sorted(lacking))}")
        return Reading(queues, await self._cpu())

    async def settled(self) -> Reading:
        """As soon as nobody waits, or when the time for it is over."""
        ends = asyncio.get_running_loop().time() + SETTLED_WITHIN_S
        while True:
            found = await self.read()
            if not found.waiting or asyncio.get_running_loop().time() > ends:
                return found
            await asyncio.sleep(LOOK_EVERY_S)

    async def sign_in(self, agents: Sequence[str]) -> None:
        """And make them ready."""
        await self._each(agents, ("sign-in", {}), ("ready", None))

    async def sign_out(self, agents: Sequence[str]) -> None:
        """After the conversation there is."""
        await self._each(agents, ("sign-out", None))

    async def _each(self, agents: Sequence[str], *what: tuple[str, Any]) -> None:
        gate = asyncio.Semaphore(AT_ONCE)

        async def one(agent: str) -> None:
            async with gate:
                for action, body in what:
                    await self._ask("POST", f"/v1/agents/{agent}/{action}", body)

        await asyncio.gather(*(one(agent) for agent in agents))

    async def _cpu(self) -> float | None:
        """A proxy may keep /metrics to itself."""
        try:
            found = CPU.search(await self._ask("GET", "/metrics"))
        except NotAsked:
            return None
        return float(found[1]) if found is not None else None

    async def _ask(self, method: str, path: str, body: Any = None) -> bytes:
        try:
            async with self._http.request(method, self._url + path, json=body) as reply:
                text = await _bounded(reply)
        except (aiohttp.ClientError, OSError, TimeoutError, ValueError) as error:
            raise NotAsked(f"no engine answers at {self._url}: {str(error) or 'too late'}") from None
        if reply.status != 200:
            raise NotAsked(f"the engine answers {method} {path}: {reply.status} {_message(text) or reply.reason}")
        return text


async def _bounded(reply: aiohttp.ClientResponse) -> bytes:
    parts, size = [], 0
    async for part in reply.content.iter_chunked(65_536):
        size += len(part)
        if size > MOST_ANSWER:
            raise ValueError("an answer without an end")
        parts.append(part)
    return b"".join(parts)


class _Error(msgspec.Struct, frozen=True):
    message: str = ""


class _Errors(msgspec.Struct, frozen=True):
    error: _Error


def _message(text: bytes) -> str:
    try:
        return msgspec.json.decode(text, type=_Errors).error.message
    except msgspec.MsgspecError:
        return ""


__all__ = ["EngineSide", "NotAsked", "Reading", "meanwhile"]
