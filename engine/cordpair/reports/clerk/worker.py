"""The counting process as the engine's holds it: started, asked one question at a time, ended."""

import asyncio
import contextlib
import sys
from pathlib import Path

import msgspec

from cordpair.errors import CordpairError
from cordpair.reports.clerk import questions as q

ANSWER_S = 25.0  # within the API's own deadline
END_S = 5.0

_encoder = msgspec.msgpack.Encoder()
_answers = msgspec.msgpack.Decoder(q.Answer)


class Gone(CordpairError):
    """The counting process ended, or does not answer; a new one is started."""


class Worker:
    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self._asked = 0

    @classmethod
    async def start(cls, archive: Path, journal: Path) -> "Worker":
        """Raises OSError."""
        pipe = asyncio.subprocess.PIPE
        command = (sys.executable, "-P", "-m", "cordpair.reports.clerk", str(archive), str(journal))
        return cls(await asyncio.create_subprocess_exec(*command, stdin=pipe, stdout=pipe))

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def ended(self) -> bool:
        return self._process.returncode is not None

    async def ask(self, question: q.Question) -> q.Answer:
        """Raises Gone, after which it is of no more use."""
        sink, source = self._process.stdin, self._process.stdout
        assert sink is not None and source is not None
        self._asked += 1
        number = self._asked
        body = _encoder.encode(q.Numbered(number, question))
        try:
            async with asyncio.timeout(ANSWER_S):
                sink.write(len(body).to_bytes(4, "big") + body)
                await sink.drain()
                size = int.from_bytes(await source.readexactly(4), "big")
                if size > q.LARGEST:
                    raise Gone("the counting process says what cannot be")
                answer = _answers.decode(await source.readexactly(size))
        except TimeoutError:
            raise Gone("the counting process did not answer in time") from None
        except (OSError, EOFError, msgspec.DecodeError) as error:
            raise Gone(f"the counting process ended: {type(error).__name__}") from None
        if answer.number != number:
            raise Gone("the counting process answered another question")
        return answer

    async def end(self) -> None:
        """It writes down what it knows, and goes."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        try:
            async with asyncio.timeout(END_S):
                await self._process.wait()
        except TimeoutError:
            await self.kill()

    async def kill(self) -> None:
        with contextlib.suppress(ProcessLookupError):
            self._process.kill()
        await self._process.wait()


__all__ = ["Gone", "Worker"]
