"""SIPp as the crowd: callers from the trunk, agents' phones, and phones that dial feature codes.

Everything that happens to a call is logged by the scenario with its time, and read back as one `Call` each:
counts are made from these, so a test can set them against what the engine recorded.

    phones = await lab.sipp.phones(lab.agents, ring=0.2, talk=(0.5, 1.0))
    calls = await lab.sipp.callers("5000", count=50, rate=20)
    report = await calls.wait(30)
    assert report.count("far-bye") == 50
"""

import asyncio
import contextlib
import itertools
import random
import shutil
import signal
import socket
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from lab import scenarios
from lab.calls import Call, Plan, Report, read
from lab.render import PHONE_ADDRESS, TRUNK_ADDRESS, Agent
from lab.scenarios import Span, milliseconds

__all__ = ["Call", "Crowd", "Plan", "Report", "SippError", "SippKit"]

FOR_EVER = 3600.0
SIP_PORTS = range(25000, 30000)
REGISTRATION_DEADLINE = 15.0
START_TRIES = 3
FIRST_MOMENT = 0.1


class SippError(Exception):
    """SIPp is missing, or did something else than it was asked to; the message holds what it said."""


class Crowd:
    """A running SIPp."""

    def __init__(
        self, process: asyncio.subprocess.Process, directory: Path, port: int, plans: Sequence[Plan] = ()
    ) -> None:
        self.process = process
        self.directory = directory
        self.port = port
        self.plans = plans

    @property
    def running(self) -> bool:
        return self.process.returncode is None

    def report(self) -> Report:
        """What happened so far."""
        log = _text(self.directory / "log")
        return Report(read(log, self.plans), self.process.returncode, _text(self.directory / "errors")[-4000:])

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
            await asyncio.sleep(0.02)  # sleep: SIPp's log is a file

    async def stop(self, grace: float = 1.0) -> Report:
        """End it: calls that are up get `grace` seconds to finish.

        Then it is gone, and says nothing to anybody, like a phone without power: the PBX still has the calls
        (the lab's `hang_up_all` ends them).
        """
        if self.running and grace:
            self.process.send_signal(signal.SIGUSR1)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self.process.wait(), grace)
        if self.running:
            self.process.kill()
            await self.process.wait()
        return self.report()


class SippKit:
    """Starts SIPp against one lab, and ends all it started."""

    def __init__(self, sip_port: int, directory: Path, *, trunk_port: int | None = None) -> None:
        """`trunk_port`: where the trunk's callers go, when that is not the phones' port."""
        self._sip_port = sip_port
        self._trunk_port = trunk_port or sip_port
        self._directory = directory
        self._numbers = itertools.count(1)
        self._crowds: list[Crowd] = []

    async def callers(
        self,
        dialled: str | Sequence[Plan],
        *,
        count: int = 1,
        rate: float = 10.0,
        cancel_after: float | None = None,
        hang_up_after: float | None = None,
        headers: Mapping[str, str] | None = None,
        line: str | None = None,
        address: str | None = None,
        to_port: int | None = None,
    ) -> Crowd:
        """Callers from the trunk (or, by their plan, from agents' phones), in order, `rate` a second.

        A number makes `count` equal callers, with caller ids 030000001, 030000002 ... With an address and a port they
        come from somewhere else and knock at another door. ``line``: the user in To, where that is not who is dialled.
        """
        if isinstance(dialled, str):
            plans: Sequence[Plan] = [
                Plan(dialled, f"030{n:06d}", cancel_after, hang_up_after) for n in range(1, count + 1)
            ]
        else:
            plans = list(dialled)
        if len({plan.agent is None for plan in plans}) != 1:
            raise ValueError("callers from the trunk and from phones need a crowd each")
        rows = [_row(n, plan) for n, plan in enumerate(plans)]
        extra = "".join(f"{name}: {value}\n" for name, value in (headers or {}).items())
        from_trunk = plans[0].agent is None
        address = address or (TRUNK_ADDRESS if from_trunk else PHONE_ADDRESS)
        to_port = to_port or (self._trunk_port if from_trunk else self._sip_port)
        text = scenarios.call(extra)
        if line is not None:
            text = text.replace("To: <sip:[field0]@", f"To: <sip:{line}@")
        for _ in range(START_TRIES - 1):
            crowd = await self._start("call", text, address, plans=plans, rows=rows, rate=rate, to_port=to_port)
            if not await crowd.failed_to_start():
                return crowd
        return await self._start("call", text, address, plans=plans, rows=rows, rate=rate, to_port=to_port)

    async def dial(
        self,
        agent: Agent,
        code: str,
        *,
        deadline: float = 10.0,
        hang_up_after: float | None = None,
        caller: str | None = None,
    ) -> Call:
        """An agent's phone dials a code and waits for the far side to hang up (`caller` forges From)."""
        plan = Plan(code, caller or agent.number, None, hang_up_after, agent)
        crowd = await self.callers([plan])
        return (await crowd.wait(deadline)).calls[0]

    async def register(self, agents: Iterable[Agent], contact_port: int, *, expires: int = 3600) -> None:
        """Phones register; they take calls at that port of 127.0.0.1. With expires=0 they leave."""
        rows = [
            f"{a.number};{_credentials(a.number, a.password)};{PHONE_ADDRESS}:{contact_port};{expires}" for a in agents
        ]
        crowd = await self._start("register", scenarios.register(), PHONE_ADDRESS, rows=rows, rate=200.0)
        report = await crowd.wait(REGISTRATION_DEADLINE)
        if report.exit_status != 0:
            raise SippError(f"registration failed ({report.exit_status}): {report.errors}")

    async def unregister(self, agents: Iterable[Agent], contact_port: int) -> None:
        await self.register(agents, contact_port, expires=0)

    async def phones(
        self,
        agents: Iterable[Agent] = (),
        *,
        ring: Span = 0.1,
        rings: bool = True,
        talk: Span | None = None,
        refuse: int | None = None,
        answers: bool = True,
        port: int | None = None,
    ) -> Crowd:
        """Phones of these agents, registered and waiting for calls.

        After `ring` seconds (or a value between two) each answers, and hangs up after `talk` seconds (None:
        waits for the far side), or refuses with a status. `answers=False` rings for ever; `rings=False`
        sends no 180. A CANCEL is obeyed in any state.
        """
        text = scenarios.phone(
            ring=ring if answers else FOR_EVER,
            rings=rings,
            talk=FOR_EVER if talk is None else talk,
            refuse=refuse,
        )
        crowd = await self._listening(text, port)
        await self.register(agents, crowd.port)
        return crowd

    async def far_end(self, address: str, port: int, code: int | None) -> Crowd:
        """The other end of a trunk, which answers OPTIONS with that status, or with nothing."""
        return await self._start("far-end", scenarios.options(code), address, port=port)

    async def _listening(self, scenario: str, port: int | None) -> Crowd:
        """A port that was free a moment ago may be taken when SIPp binds it: then others are tried."""
        for _ in range(START_TRIES - 1):
            with contextlib.suppress(SippError):
                return await self._start("phone", scenario, PHONE_ADDRESS, port=port)
        return await self._start("phone", scenario, PHONE_ADDRESS, port=port)

    async def close(self) -> None:
        await asyncio.gather(*(crowd.stop(grace=0) for crowd in self._crowds))
        self._crowds.clear()

    async def _start(
        self,
        name: str,
        scenario: str,
        address: str,
        *,
        plans: Sequence[Plan] = (),
        rows: Sequence[str] = (),
        rate: float = 0.0,
        port: int | None = None,
        to_port: int | None = None,
    ) -> Crowd:
        sipp = shutil.which("sipp")
        if sipp is None:
            raise SippError("sipp is missing: apt-get install -y sip-tester")
        directory = self._directory / f"{next(self._numbers):03d}-{name}"
        directory.mkdir(parents=True)
        (directory / "scenario.xml").write_text(scenario)
        port = port if port is not None else free_port(address)
        command = [
            "setpriv",
            "--pdeathsig",
            "KILL",
            sipp,
            "-sf",
            "scenario.xml",
            "-nostdin",
            "-i",
            address,
            "-mi",
            address,
            "-p",
            str(port),
            "-mp",
            str(_next_free(_MEDIA_PORTS, address)),
            "-t",
            "u1",
            "-timer_resol",
            "1",
            "-trace_logs",
            "-log_file",
            "log",
            "-trace_err",
            "-error_file",
            "errors",
            "-l",
            "5000",
        ]
        if rows:
            (directory / "rows.csv").write_text("\n".join(["SEQUENTIAL", *rows, ""]))
            command += [
                "-inf",
                "rows.csv",
                "-m",
                str(len(rows)),
                "-r",
                f"{max(round(rate * 10), 1)}",
                "-rp",
                "10000",
                f"{PHONE_ADDRESS}:{to_port or self._sip_port}",
            ]
        with (directory / "output").open("wb") as output:
            process = await asyncio.create_subprocess_exec(
                *command,
                cwd=directory,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )
        crowd = Crowd(process, directory, port, plans)
        self._crowds.append(crowd)
        if not rows:
            await _until_bound(crowd, address)
        return crowd


async def _until_bound(crowd: Crowd, address: str) -> None:
    """SIPp as a server is ready when its port is taken."""
    ends = time.monotonic() + 5
    while crowd.running and time.monotonic() < ends:
        if not _is_free(address, crowd.port):
            return
        await asyncio.sleep(0.02)  # sleep: a port has no event
    raise SippError(f"sipp did not start:\n{_text(crowd.directory / 'output')[-2000:]}")


# Handed out in turn, beginning anywhere: two SIPps started at once must not be given the same free port.
_PORTS = itertools.cycle(random.sample(SIP_PORTS, len(SIP_PORTS)))
_MEDIA_PORTS = itertools.cycle(random.sample(range(31000, 32500, 4), 375))


def free_port(address: str) -> int:
    return _next_free(_PORTS, address)


def _next_free(ports: Iterator[int], address: str) -> int:
    for port in itertools.islice(ports, 200):
        if _is_free(address, port):
            return port
    raise SippError("no free port")


def _is_free(address: str, port: int) -> bool:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.bind((address, port))
        except OSError:
            return False
        return True


def _row(number: int, plan: Plan) -> str:
    auth = _credentials(plan.agent.number, plan.agent.password) if plan.agent else _credentials("none", "none")
    cancel = milliseconds(FOR_EVER if plan.cancel_after is None else plan.cancel_after)
    hold = milliseconds(FOR_EVER if plan.hang_up_after is None else plan.hang_up_after)
    return f"{plan.dialled};{plan.caller};{auth};{cancel};{hold};{number}"


def _credentials(user: str, password: str) -> str:
    return f"[authentication username={user} password={password}]"


def _text(path: Path) -> str:
    return path.read_text(errors="replace") if path.exists() else ""
