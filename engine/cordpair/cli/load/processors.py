"""What this machine's processors did: of one process, of SIPp, of all. Linux only; elsewhere nothing is known."""

import os
import resource
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from cordpair.cli.load.tally import Cpu

PROC = Path("/proc")
IDLE, IOWAIT = 3, 4
UDP_ADDRESS, UDP_INODE = 1, 9


class Spent(NamedTuple):
    """Seconds so far; None where it cannot be seen."""

    at: float
    pbx: float | None
    engine: float | None
    sipp: float
    machine: float


def of_process(pid: int | None) -> float | None:
    if pid is None:
        return None
    try:
        fields = (PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def of_machine() -> float:
    try:
        fields = [int(each) for each in (PROC / "stat").read_text().partition("\n")[0].split()[1:9]]
    except (OSError, ValueError):
        return 0.0
    return (sum(fields) - fields[IDLE] - fields[IOWAIT]) / os.sysconf("SC_CLK_TCK")


def of_ended_and(running: Iterable[int]) -> float:
    """Our processes: all that have ended, and these."""
    ended = resource.getrusage(resource.RUSAGE_CHILDREN)
    return ended.ru_utime + ended.ru_stime + sum(of_process(pid) or 0.0 for pid in running)


def listens_at(port: int) -> int | None:
    """The process that has this UDP port here; None where there is none, or it is not shown to us."""
    wanted = {f"socket:[{inode}]" for inode in _inodes(port)}
    if not wanted:
        return None
    for process in PROC.iterdir():
        if process.name.isdecimal() and any(link in wanted for link in _links(process / "fd")):
            return int(process.name)
    return None


def _inodes(port: int) -> Iterator[str]:
    try:
        lines = (PROC / "net/udp").read_text().splitlines()[1:]
    except OSError:
        return
    for line in lines:
        fields = line.split()
        if int(fields[UDP_ADDRESS].partition(":")[2], 16) == port:
            yield fields[UDP_INODE]


def _links(directory: Path) -> Iterator[str]:
    try:
        for each in directory.iterdir():
            yield str(each.readlink())
    except OSError:  # it is another's, or gone
        return


def between(before: Spent, after: Spent) -> Cpu | None:
    seconds = after.at - before.at
    if seconds <= 0:
        return None

    def share(then: float | None, now: float | None) -> float | None:
        return None if then is None or now is None or now < then else (now - then) / seconds

    return Cpu(
        pbx=share(before.pbx, after.pbx),
        engine=share(before.engine, after.engine),
        sipp=share(before.sipp, after.sipp) or 0.0,
        machine=share(before.machine, after.machine) or 0.0,
        processors=os.cpu_count() or 1,
        seconds=seconds,
    )


__all__ = ["Spent", "between", "listens_at", "of_ended_and", "of_machine", "of_process"]
