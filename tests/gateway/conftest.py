"""A door before a PBX that is a list: what reaches it, and what it says. Passwords are hashed quickly here."""

import asyncio
from collections.abc import AsyncIterator, Iterator

import pytest

from cordpair.api import passwords
from cordpair_gateway.door import Line, NoPbx
from gateway.desks import QUICK
from lab.door import Browser, Entrance, entrance


@pytest.fixture(scope="package", autouse=True)
def quick_passwords() -> Iterator[None]:
    """Hundreds sign in; ``tests/api/test_passwords.py`` sees that it is hard to guess one."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(passwords, "_hasher", QUICK)
        yield


class ListedLine:
    def __init__(self, pbx: "ListedPbx") -> None:
        self.pbx = pbx
        self.said: asyncio.Queue[bytes | None] = asyncio.Queue()
        self.closed = asyncio.Event()

    async def send(self, frame: bytes) -> None:
        if self.closed.is_set():
            raise NoPbx("gone")
        await self.pbx.takes.wait()
        self.pbx.heard.put_nowait(frame)

    async def receive(self) -> bytes | None:
        return await self.said.get()

    async def close(self) -> None:
        self.closed.set()


class ListedPbx:
    def __init__(self) -> None:
        self.heard: asyncio.Queue[bytes] = asyncio.Queue()
        self.lines: list[ListedLine] = []
        self.takes = asyncio.Event()
        self.takes.set()
        self.there = True

    async def open(self) -> Line:
        if not self.there:
            raise NoPbx("not there")
        self.lines.append(ListedLine(self))
        return self.lines[-1]

    async def next(self) -> bytes:
        return await asyncio.wait_for(self.heard.get(), 5)


@pytest.fixture
def pbx() -> ListedPbx:
    return ListedPbx()


@pytest.fixture
async def door(pbx: ListedPbx) -> AsyncIterator[Entrance]:
    async with entrance(pbx) as running:
        yield running


@pytest.fixture
async def browser(door: Entrance) -> AsyncIterator[Browser]:
    opened = await Browser.open(door.url, door.ticket("t"))
    yield opened
    await opened.close()
