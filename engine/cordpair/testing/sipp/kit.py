"""SIPp as the crowd: callers from the trunk, agents' phones, and phones that dial feature codes.

Everything that happens to a call is logged by the scenario with its time, and read back as one `Call` each:
counts are made from these, so they can be set against what the engine recorded, and against what SIPp itself counted.

    phones = await kit.phones(agents, ring=0.2, talk=(0.5, 1.0))
    calls = await kit.callers("5000", count=50, rate=20)
    report = await calls.wait(30)
    assert report.count("far-bye") == 50
"""

import asyncio
import contextlib
import itertools
import shutil
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from cordpair.testing.sipp import scenarios
from cordpair.testing.sipp.calls import Account, Call, Plan
from cordpair.testing.sipp.crowd import Crowd, SippError
from cordpair.testing.sipp.ports import NoFreePort, free_media_port, free_port, is_free
from cordpair.testing.sipp.scenarios import Span, milliseconds

FOR_EVER = 3600.0
REGISTRATION_DEADLINE = 15.0
REGISTRATIONS_A_SECOND = 100.0
START_TRIES = 3
MOST_AT_ONCE = 5000
LOOPBACK = "127.0.0.1"  # else anybody could steer it: SIPp takes orders by UDP


@dataclass(frozen=True)
class Place:
    """A PBX as SIP people see it: over UDP, by addresses, since nobody looks a name up."""

    host: str
    port: int
    """Where phones register."""
    trunk_port: int
    """Where callers from the trunk arrive."""
    callers_address: str
    """Of this machine: from which callers call. A PBX knows its trunk by it."""
    phones_address: str
    """Of this machine: where phones are reached."""


class SippKit:
    """Starts SIPp against one PBX, and ends all it started."""

    def __init__(self, place: Place, directory: Path) -> None:
        """``directory``: of ours alone, since the accounts of phones are written there."""
        self._place = place
        self._directory = directory
        self._numbers = itertools.count(1)
        self._crowds: list[Crowd] = []

    async def callers(  # noqa: PLR0913  what callers do has many sides
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
        digits_after: float | None = None,
    ) -> Crowd:
        """Callers from the trunk (or, by their plan, from agents' phones), in order, `rate` a second.

        A number makes `count` equal callers, with caller ids 030000001, 030000002 ... With an address and a port they
        come from somewhere else and knock at another door. `line`: the user in To, where that is not who is dialled.
        `digits_after`: so many seconds after the answer they press what their plans say.
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
        address = address or (self._place.callers_address if from_trunk else self._place.phones_address)
        to_port = to_port or (self._place.trunk_port if from_trunk else self._place.port)
        text = scenarios.call(extra, digits_after=digits_after)
        if line is not None:
            text = text.replace("To: <sip:[field0]@", f"To: <sip:{line}@")
        for tries in range(1, START_TRIES + 1):
            crowd = await self._start("call", text, address, plans, rows=rows, rate=rate, to_port=to_port)
            if tries == START_TRIES or not await crowd.failed_to_start():
                break
        return crowd

    async def dial(
        self,
        agent: Account,
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

    async def register(self, agents: Iterable[Account], contact_port: int, *, expires: int = 3600) -> None:
        """Phones register; they take calls at that port of their address. With expires=0 they leave."""
        address = self._place.phones_address
        rows = [f"{a.number};{_credentials(a.number, a.password)};{address}:{contact_port};{expires}" for a in agents]
        crowd = await self._start("register", scenarios.register(), address, rows=rows, rate=REGISTRATIONS_A_SECOND)
        report = await crowd.wait(REGISTRATION_DEADLINE + len(rows) / REGISTRATIONS_A_SECOND)
        if report.exit_status != 0:
            raise SippError(f"registration failed ({report.exit_status}): {report.errors}")

    async def unregister(self, agents: Iterable[Account], contact_port: int) -> None:
        await self.register(agents, contact_port, expires=0)

    async def phones(
        self,
        agents: Iterable[Account] = (),
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

    async def _listening(self, scenario: str, port: int | None) -> Crowd:
        """A port that was free a moment ago may be taken when SIPp binds it: then others are tried."""
        address = self._place.phones_address
        for _ in range(START_TRIES - 1):
            with contextlib.suppress(SippError):
                return await self._start("phone", scenario, address, port=port)
        return await self._start("phone", scenario, address, port=port)

    async def close(self) -> None:
        await asyncio.gather(*(crowd.stop(grace=0) for crowd in self._crowds))
        self._crowds.clear()

    async def _start(
        self,
        name: str,
        scenario: str,
        address: str,
        plans: Sequence[Plan] = (),
        *,
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
        try:
            port = port if port is not None else free_port(address)
            media_port = free_media_port(address)
        except NoFreePort:
            raise SippError(f"no free port at {address}: is that an address of this machine?") from None
        command = [
            *_WITH_US, sipp, "-sf", "scenario.xml", "-nostdin", "-t", "u1", "-timer_resol", "1",
            "-i", address, "-mi", address, "-p", str(port), "-mp", str(media_port),
            "-l", str(MOST_AT_ONCE), "-ci", LOOPBACK,
            *_FILES,
        ]  # fmt: skip
        if rows:
            (directory / "rows.csv").write_text("\n".join(["SEQUENTIAL", *rows, ""]))
            command += ["-inf", "rows.csv", "-m", str(len(rows)), "-r", f"{max(round(rate * 10), 1)}", "-rp", "10000"]
            command += [f"{self._place.host}:{to_port or self._place.port}"]
        with (directory / "output").open("wb") as output:
            process = await asyncio.create_subprocess_exec(
                *command,
                cwd=directory,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )
        crowd = Crowd(process, directory, address, port, plans)
        self._crowds.append(crowd)
        if not rows:
            await _until_bound(crowd, address)
        return crowd


# It ends when we do, however we end.
_WITH_US = ("setpriv", "--pdeathsig", "KILL")
_FILES = (
    *("-trace_logs", "-log_file", "log", "-trace_err", "-error_file", "errors"),
    *("-trace_stat", "-stf", "statistics", "-fd", "1"),
)


async def _until_bound(crowd: Crowd, address: str) -> None:
    """SIPp as a server is ready when its port is taken."""
    ends = time.monotonic() + 5
    while crowd.running and time.monotonic() < ends:
        if not is_free(address, crowd.port):
            return
        await asyncio.sleep(0.02)  # a port has no event
    said = (crowd.directory / "output").read_text(errors="replace")
    raise SippError(f"sipp did not start:\n{said[-2000:]}")


def _row(number: int, plan: Plan) -> str:
    auth = _credentials(plan.agent.number, plan.agent.password) if plan.agent else _credentials("none", "none")
    cancel = milliseconds(FOR_EVER if plan.cancel_after is None else plan.cancel_after)
    hold = milliseconds(FOR_EVER if plan.hang_up_after is None else plan.hang_up_after)
    return f"{plan.dialled};{plan.caller};{auth};{cancel};{hold};{number};{plan.digits}"


def _credentials(user: str, password: str) -> str:
    return f"[authentication username={user} password={password}]"


__all__ = ["FOR_EVER", "Place", "SippKit"]
