"""Somebody who does what a page says, in a new home: a shell that stays, and commands that run on beside it."""

import asyncio
import os
import pty
import re
import signal
import sys
from asyncio.subprocess import PIPE, STDOUT, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from docs.page_blocks import Block, End, asked, blocks, missing

COMMAND_S = 30.0
FITS_S = 40.0  # callers come, agents finish
AGAIN_S = 0.3
DONE = "--- done "
COLOURS = re.compile(r"\x1b\[[0-9;]*m")
AGAIN = "again until it fits"
RUNS_ON = "runs on, until "


class Mistaken(AssertionError):
    """The page says otherwise."""


class Beside:
    """A command that does not end by itself, in a terminal of its own."""

    def __init__(self, command: str, process: Process, terminal: int) -> None:
        self.command, self.process = command, process
        self.said = ""
        self._terminal = terminal
        self._more = asyncio.Event()
        asyncio.get_running_loop().add_reader(terminal, self._read)

    def _read(self) -> None:
        with suppress(OSError):  # so a terminal says that nobody is there any more
            if chunk := os.read(self._terminal, 65_536):
                self.said += COLOURS.sub("", chunk.decode(errors="replace"))
                self._more.set()
                return
        self._gone()

    def _gone(self) -> None:
        if self._terminal >= 0:
            asyncio.get_running_loop().remove_reader(self._terminal)
            os.close(self._terminal)
            self._terminal = -1
            self._more.set()

    async def says(self, what: str) -> None:
        async with asyncio.timeout(COMMAND_S):
            while what not in self.said:
                if self._terminal < 0:
                    raise Mistaken(f"$ {self.command}\nended without saying {what!r}:\n{self.said}")
                await self._more.wait()
                self._more.clear()

    async def end(self) -> None:
        if self.process.returncode is None:
            with suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGINT)
            async with asyncio.timeout(COMMAND_S):
                await self.process.wait()
        self._gone()


class Reader:
    """``swaps``: what of the page's text is another here, such as a port."""

    def __init__(self, home: Path, swaps: dict[str, str]) -> None:
        self._home, self._swaps = home, swaps
        paths = [str(Path(sys.executable).parent), os.environ["PATH"]]
        kept = {name: os.environ[name] for name in ("LANG", "LC_ALL") if name in os.environ}
        self._env = kept | {
            "HOME": str(home),
            "PATH": os.pathsep.join(paths),
            "COLUMNS": "160",
            "PYTHONUTF8": "1",
            "TERM": "dumb",
        }
        self._beside: list[Beside] = []
        self._shell: Process | None = None
        self.ran: list[str] = []

    async def read(self, page: str) -> None:
        for found in blocks(page):
            if isinstance(found, End):
                await self._end(found.command)
            elif not found.note.startswith("not run: "):
                await self._do(found._replace(body=self._swapped(found.body)))

    async def _do(self, block: Block) -> None:
        if block.title is not None:
            (await self._where() / block.title).write_text(block.body, encoding="utf-8")
            self.ran.append(f"wrote {block.title}")
        elif block.note.startswith(RUNS_ON):
            (one,) = asked(block.body)
            beside = await self._start(one.command)
            await beside.says(block.note.removeprefix(RUNS_ON).strip('"'))
            self._fits(one.command, one.answer, beside.said)
        elif block.language == "console":
            for command, answer in asked(block.body):
                await self._ask(command, answer, again=block.note == AGAIN)
        elif block.language == "sh":
            await self._run(block.body)
        else:
            raise Mistaken(f"a block of {block.language} without a title is neither run nor written:\n{block.body}")

    async def _ask(self, command: str, answer: list[str], *, again: bool) -> None:
        loop = asyncio.get_running_loop()
        until = loop.time() + FITS_S
        while True:
            said = await self._run(command)
            if missing(answer, said) is None:
                return None
            if not again or loop.time() > until:
                return self._fits(command, answer, said)
            await asyncio.sleep(AGAIN_S)  # sleep: callers come when they come

    def _fits(self, command: str, answer: list[str], said: str) -> None:
        if (line := missing(answer, said)) is not None:
            raise Mistaken(f"$ {command}\nnever said, where the page has it: {line}\nbut:\n{said}")

    async def _start(self, command: str) -> Beside:
        terminal, its = pty.openpty()
        process = await asyncio.create_subprocess_shell(
            f"exec {command}", cwd=await self._where(), env=self._env,
            stdin=its, stdout=its, stderr=its, start_new_session=True,
        )  # fmt: skip
        os.close(its)
        self._beside.append(Beside(command, process, terminal))
        self.ran.append(command)
        return self._beside[-1]

    async def _end(self, command: str) -> None:
        found = [each for each in self._beside if each.command == command]
        if not found:
            raise Mistaken(f"nothing to end: {command}")
        for each in found:
            await each.end()
            self._beside.remove(each)
            if each.process.returncode:
                raise Mistaken(f"{command} ended with status {each.process.returncode}:\n{each.said[-2_000:]}")

    async def _where(self) -> Path:
        return Path((await self._run("pwd")).strip())

    async def _run(self, command: str) -> str:
        """What it says. Raises Mistaken when it ends with another status than 0."""
        shell = await self._shell_that_stays()
        assert shell.stdin is not None
        assert shell.stdout is not None
        shell.stdin.write(f"{command.rstrip()}\necho '{DONE}'$?\n".encode())
        await shell.stdin.drain()
        said: list[str] = []
        async with asyncio.timeout(COMMAND_S):
            while DONE not in (line := (await shell.stdout.readline()).decode()):
                if not line:
                    raise Mistaken(f"the shell ended after: {command}\n{''.join(said)}")
                said.append(line)
        before, _, status = line.partition(DONE)
        text = "".join([*said, before])
        if command != "pwd":
            self.ran.append(command)
        if status.strip() != "0":
            raise Mistaken(f"$ {command}\nended with status {status.strip()}:\n{text}")
        return text

    async def _shell_that_stays(self) -> Process:
        if self._shell is None:
            self._shell = await asyncio.create_subprocess_exec(
                "bash", "--norc", cwd=self._home, env=self._env, stdin=PIPE, stdout=PIPE, stderr=STDOUT, limit=2**20
            )
        return self._shell

    def _swapped(self, text: str) -> str:
        for old, new in self._swaps.items():
            text = text.replace(old, new)
        return text

    async def close(self) -> None:
        for each in self._beside:
            await each.end()
        if self._shell is not None and self._shell.stdin is not None:
            self._shell.stdin.close()
            await self._shell.wait()


@asynccontextmanager
async def reader(home: Path, swaps: dict[str, str] | None = None) -> AsyncIterator[Reader]:
    made = Reader(home, swaps or {})
    try:
        yield made
    finally:
        await made.close()


__all__ = ["Mistaken", "Reader", "reader"]
