"""What a queue's policy ``keep`` keeps of shared pages: rrweb's events as compressed lines, a file for each contact,
beside the store. One thread writes; whoever hands something over never waits.

A disk that is slow or full costs the recording, never the page that an agent looks at.
"""

import asyncio
import gzip
import logging
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import msgspec

from cordpair.ids import ContactId
from cordpair.store import page_of
from cordpair_gateway.shared.frames import Batch

log = logging.getLogger(__name__)

WAITING = 16 * 1024 * 1024  # bytes that may wait for the disk, of all pages
LARGEST = 512 * 1024 * 1024  # of one consent, before it is compressed


class KeptPages:
    """``directory``: of the store's shared pages."""

    def __init__(self, directory: Path, most: int = WAITING, largest: int = LARGEST) -> None:
        self._directory, self.most, self.largest = directory, most, largest
        self._thread: ThreadPoolExecutor | None = None
        self.waiting = 0  # bytes

    def of(self, contact: ContactId) -> "KeptPage":
        return KeptPage(self, page_of(self._directory, contact))

    def write(self, doing: Callable[[], None], size: int) -> "asyncio.Future[None]":
        """In the thread, in turn."""
        if self._thread is None:
            self._thread = ThreadPoolExecutor(1, thread_name_prefix="kept pages")
        self.waiting += size
        writing = asyncio.get_running_loop().run_in_executor(self._thread, doing)
        writing.add_done_callback(lambda _: self._written(size))
        return writing

    def _written(self, size: int) -> None:
        self.waiting -= size

    async def close(self) -> None:
        """Write what waits."""
        if self._thread is not None:
            await asyncio.to_thread(self._thread.shutdown)


class KeptPage:
    def __init__(self, pages: KeptPages, path: Path) -> None:
        self._pages, self._path, self._left = pages, path, pages.largest
        self._file: gzip.GzipFile | None = None  # the thread's own
        self._given_up = False

    def add(self, batch: Batch) -> None:
        if self._given_up or not batch.events:
            return
        lines = b"".join(_line(bytes(event)) for event in batch.events)
        self._left -= len(lines)
        if self._left < 0:
            self._give_up("it is too large")
        elif self._pages.waiting + len(lines) > self._pages.most:
            self._give_up("the disk is too slow")
        else:
            self._pages.write(lambda: self._write(lines), len(lines)).add_done_callback(self._wrote)

    def close(self) -> None:
        self._pages.write(self._finish, 0).add_done_callback(self._wrote)

    def _wrote(self, writing: "asyncio.Future[None]") -> None:
        if not writing.cancelled() and (error := writing.exception()) is not None:
            self._give_up(str(error))

    def _give_up(self, why: str) -> None:
        if not self._given_up:
            self._given_up = True
            log.error("a shared page is no longer kept, but shown on: %s", why)

    # ------------------------------------------------------------ in the thread

    def _write(self, lines: bytes) -> None:
        if self._file is None:
            self._path.parent.mkdir(mode=0o700, exist_ok=True)
            raw = os.fdopen(os.open(self._path, os.O_CREAT | os.O_APPEND | os.O_WRONLY, 0o600), "ab")
            self._file = gzip.GzipFile(filename="", mode="ab", fileobj=raw)
            self._raw = raw
        self._file.write(lines)
        self._file.flush()  # what a kill takes is the last moment, not the whole

    def _finish(self) -> None:
        if self._file is not None:
            self._file.close()
            self._raw.close()


def _line(event: bytes) -> bytes:
    return (event if b"\n" not in event else msgspec.json.format(event, indent=-1)) + b"\n"


__all__ = ["LARGEST", "WAITING", "KeptPage", "KeptPages"]
