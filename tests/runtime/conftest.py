"""A core that does as it is told, a driver that notes what it is asked, and the manual clock."""

import asyncio
from collections import defaultdict, deque
from collections.abc import Callable
from typing import Any

import pytest

from cordpair.acd import Acd
from cordpair.acd.core import Decision
from cordpair.acd.inputs import Snapshot
from cordpair.acd.model import State
from cordpair.ids import NodeId
from cordpair.journal import InMemoryJournal, current_codec
from cordpair.pbx import LinkEnd
from cordpair.testing import ManualClock

NODE = NodeId("n1")


class ScriptedCore:
    """``decides`` says what each type of input leads to; anything else leads to nothing."""

    def __init__(self) -> None:
        self.state = State()
        self.decides: dict[type, Callable[[Any, int], Decision]] = {}
        self.received: list[tuple[Any, int]] = []
        self.deadline: int | None = None

    def receive(self, given: Any, now_ms: int) -> Decision:
        self.received.append((given, now_ms))
        decide = self.decides.get(type(given))
        return decide(given, now_ms) if decide else Decision([], [])

    def next_deadline(self) -> int | None:
        return self.deadline


class NotingDriver:
    """Every command is noted as (name, arguments); ``does`` says what happens in it."""

    def __init__(self, node: NodeId = NODE) -> None:
        self.node = node
        self.calls: list[tuple[Any, ...]] = []
        self.does: defaultdict[str, deque[Any]] = defaultdict(deque)  # an exception, or a future to wait for
        self.opened = 0
        self.closed = 0
        self.open_with: deque[Any] = deque()  # an exception, a future, or something to call with emit
        self.snapshots: deque[Any] = deque()
        self.emit: Any = None
        self.end: asyncio.Future[LinkEnd] = asyncio.get_running_loop().create_future()

    async def open(self, emit: Any) -> None:
        self.opened += 1
        self.emit = emit
        self.end = asyncio.get_running_loop().create_future()
        await self._do(self.open_with)

    async def snapshot(self) -> Snapshot:
        await self._do(self.snapshots)
        return Snapshot(f"epoch{self.opened}")

    async def ended(self) -> LinkEnd:
        return await asyncio.shield(self.end)

    async def close(self) -> None:
        self.closed += 1

    def __getattr__(self, name: str) -> Callable[..., Any]:
        async def command(*arguments: Any) -> None:
            self.calls.append((name, *arguments))
            await self._do(self.does[name])

        return command

    async def _do(self, planned: deque[Any]) -> None:
        if not planned:
            return
        does = planned.popleft()
        if isinstance(does, BaseException):
            raise does
        if isinstance(does, asyncio.Future):
            await does
        else:
            does(self.emit)

    def names(self) -> list[str]:
        return [call[0] for call in self.calls]


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def core() -> ScriptedCore:
    return ScriptedCore()


@pytest.fixture
async def driver() -> NotingDriver:
    return NotingDriver()


@pytest.fixture
async def journal() -> InMemoryJournal:
    return InMemoryJournal(current_codec(), run="r")


@pytest.fixture
def acd() -> Acd:
    return Acd()
