"""One SIPp that runs: what it did so far, and its end."""

import asyncio
import contextlib
import secrets
import signal
import socket
import time
from collections.abc import Sequence
from pathlib import Path

from cordpair.testing.sipp.calls import Plan, Report, count_lines, read
from cordpair.testing.sipp.statistics import Counts, last_counts

FIRST_MOMENT = 0.1
TELL_EVERY, TELL_AT_ONCE, TELL_PAUSE = 0.5, 50, 0.02
MESSAGE = """\
MESSAGE sip:caller@{host}:{port} SIP/2.0
Via: SIP/2.0/UDP {host};branch=z9hG4bK-{branch}
From: <sip:load@{host}>
To: <sip:caller@{host}>
Call-ID: {call_id}
CSeq: 1 MESSAGE
Max-Forwards: 1
Content-Length: 0

"""
# Of SIPp's own statistics only the end is read, and of its errors only the newest.
MOST_STATISTICS, MOST_ERRORS = 65_536, 4_000


class SippError(Exception):
    """SIPp is missing, or did something else than it was asked to; the message holds what it said."""


class Crowd:
    """A running SIPp."""

    def __init__(
        self, process: asyncio.subprocess.Process, directory: Path, address: str, port: int, plans: Sequence[Plan] = ()
    ) -> None:
        self.process = process
        self.directory = directory
        self.address = address
        self.port = port
        self.plans = plans

    @property
    def running(self) -> bool:
        return self.process.returncode is None

    def report(self) -> Report:
        """What happened so far."""
        errors = _end(self.directory / "errors", MOST_ERRORS).decode(errors="replace")
        log = _text(self.directory / "log")
        return Report(read(log, self.plans), self.process.returncode, errors, count_lines(log))

    def counts(self) -> Counts:
        """What SIPp itself counted so far; it writes once a second, and at its end."""
        header = _beginning(self.directory / "statistics", MOST_STATISTICS)
        return last_counts(header, _end(self.directory / "statistics", MOST_STATISTICS))

    async def failed_to_start(self) -> bool:
        """Whether it ended at once and placed no call: a port that was free a moment ago was taken."""
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(asyncio.shield(self.process.wait()), FIRST_MOMENT)
        return not self.running and not self.report().calls

    async def wait(self, deadline: float) -> Report:
        """Until all calls are over. TimeoutError, and SIPp is ended, when they are not by then."""
        try:
            await asyncio.wait_for(self.process.wait(), deadline)
        except TimeoutError:
            await self.stop(grace=0)
            said = self.report()
            raise TimeoutError(f"after {deadline} s: {dict(said.endings)}\n{said.errors}") from None
        return self.report()

    async def until(self, what: str, count: int, deadline: float) -> Report:
        """Until that many calls were `ringing`, `answered`, `started` or `ended`."""
        ends = time.monotonic() + deadline
        while True:
            report = self.report()
            if sum(bool(getattr(call, what)) for call in report.calls) >= count:
                return report
            if time.monotonic() > ends or not self.running:
                raise TimeoutError(f"{what} < {count}: {dict(report.endings)}\n{report.errors}")
            await asyncio.sleep(0.02)  # SIPp's log is a file

    async def end_calls(self, deadline: float) -> Report:
        """No new calls; callers who are in one end it now, by CANCEL or BYE. Then SIPp ends, or is ended."""
        ends = time.monotonic() + deadline
        if self.running:
            self.process.send_signal(signal.SIGUSR1)
        while self.running and time.monotonic() < ends:
            await self._tell([call.call_id for call in self.report().calls if not call.ended and not call.stopped])
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(asyncio.shield(self.process.wait()), TELL_EVERY)
        return await self.stop(grace=0)

    async def _tell(self, call_ids: Sequence[str]) -> None:
        """SIPp has no order for this, but gives a call whatever comes with its Call-ID, from wherever."""
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
            sender.bind((self.address, 0))
            for number, call_id in enumerate(call_ids, 1):
                text = MESSAGE.format(host=self.address, port=self.port, call_id=call_id, branch=secrets.token_hex(8))
                sender.sendto(text.replace("\n", "\r\n").encode(), (self.address, self.port))
                if number % TELL_AT_ONCE == 0:
                    await asyncio.sleep(TELL_PAUSE)  # the socket's buffer has an end

    async def stop(self, grace: float = 1.0) -> Report:
        """End it: calls that are up get `grace` seconds to finish.

        Then it is gone, and says nothing to anybody, like a phone without power: the PBX still has the calls
        (a lab's `hang_up_all` ends them).
        """
        if self.running and grace:
            self.process.send_signal(signal.SIGUSR1)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self.process.wait(), grace)
        if self.running:
            self.process.kill()
            await self.process.wait()
        return self.report()


def _text(path: Path) -> str:
    return path.read_text(errors="replace") if path.exists() else ""


def _beginning(path: Path, most: int) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(most)
    except FileNotFoundError:
        return b""


def _end(path: Path, most: int) -> bytes:
    """The last bytes of a file that is being written."""
    try:
        with path.open("rb") as file:
            file.seek(0, 2)
            file.seek(max(0, file.tell() - most))
            return file.read(most)
    except FileNotFoundError:
        return b""


__all__ = ["Crowd", "SippError"]
