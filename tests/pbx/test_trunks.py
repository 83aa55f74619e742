"""Trunks as they are in the world: whose number counts, lines that nobody knows, and peers that answer strangely."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientSession

from api.processes import free_port, new_key
from cordpair.acd import State
from cordpair.testing.sipp.ports import free_port as free_sip_port
from lab.render import TRUNK_ADDRESS
from lab.sipp import Crowd, Plan
from pbx.provisioned import CENTRE, Provisioned

pytestmark = [pytest.mark.pbx, pytest.mark.timeout(120)]

HEADERS = {
    "P-Asserted-Identity": '"Doe, J." <sip:0302222@carrier.test>',
    "Remote-Party-ID": '"Doe, J." <sip:0303333@carrier.test>;party=calling;screen=yes',
}
BY_SOURCE = {"from": (TRUNK_ADDRESS, "0301111"), "pai": ("127.0.0.5", "0302222"), "rpid": ("127.0.0.6", "0303333")}
ANSWERS = {"ok": 200, "missing": 404, "forbidden": 405, "busy": 486, "silent": None}
EQUAL = 10


def trunk(name: str, address: str, source: str = "from", options: str = "0s") -> str:
    return f'[trunks.{name}]\naddresses = ["{address}"]\ncaller_id_from = "{source}"\noptions = "{options}"\n'


def waiting(count: int, state: State) -> bool:
    return len(state.visits) == count


class Watched:
    """A provisioned PBX with its engine, seen through the API."""

    def __init__(self, centre: Provisioned, http: ClientSession, url: str) -> None:
        self.centre, self._http, self._url = centre, http, url

    async def get(self, path: str) -> Any:
        async with self._http.get(self._url + path) as reply:
            assert reply.status == 200
            return await reply.json() if reply.content_type == "application/json" else await reply.text()

    async def trunks(self) -> dict[str, dict[str, Any]]:
        return {each["id"]: each for each in (await self.get("/v1/trunks"))["trunks"]}

    async def until(
        self, true: Callable[[dict[str, dict[str, Any]]], bool], deadline: float
    ) -> dict[str, dict[str, Any]]:
        found: dict[str, dict[str, Any]] = {}
        try:
            async with asyncio.timeout(deadline):
                while not true(found := await self.trunks()):
                    await asyncio.sleep(0.05)  # sleep: an observation is only there to be asked for
        except TimeoutError:
            raise AssertionError(found) from None
        return found


@asynccontextmanager
async def watched(lab_of: Any, directory: Path, trunks: str) -> AsyncIterator[Watched]:
    port = free_port()
    centre = Provisioned(lab_of, directory, trunks, f'[http]\nlisten = "127.0.0.1:{port}"\n{CENTRE}')
    await centre.begin()
    async with centre.lab, centre.engine as engine:
        key = await new_key(engine.file, "--role", "supervisor")
        async with ClientSession(headers={"Authorization": f"Bearer {key}"}) as http:
            yield Watched(centre, http, f"http://127.0.0.1:{port}")


async def test_callers_and_lines(lab_of, tmp_path) -> None:
    """Whose number counts is the trunk's rule; an unknown line, and a trunk that shows one number, are told."""
    rules = "".join(trunk(source, address, source) for source, (address, _) in BY_SOURCE.items())
    lines = 'numbers = ["5000", "5001"]\n'
    async with watched(lab_of, tmp_path, rules + lines) as world:
        lab, engine = world.centre.lab, world.centre.engine
        for number, (address, _) in enumerate(BY_SOURCE.values(), 1):
            await lab.sipp.callers([Plan("5000", "0301111")], address=address, headers=HEADERS)
            await engine.until(partial(waiting, number), 10)
        seen = {each["caller"]["number"] for each in (await world.get("/v1/contacts"))["contacts"]}
        assert seen == {number for _, number in BY_SOURCE.values()}
        # The last trunk says which lines it has: one of them by To, whatever was dialled; another is told of.
        assert (await world.trunks())["rpid"]["alarms"] == []
        address = BY_SOURCE["rpid"][0]
        await lab.sipp.callers([Plan("4000", "0305555")], address=address, line="5000")
        await engine.until(lambda state: len(state.visits) == 4, 10)
        assert (await world.trunks())["rpid"]["alarms"] == []
        await lab.sipp.callers([Plan("5000", "0305556")], address=address, line="77")
        state = await engine.until(lambda state: len(state.visits) == 5, 10)
        assert sorted(visit.queue for visit in state.visits.values()) == [*["first"] * 4, "second"]  # the default
        strange = (await world.trunks())["rpid"]
        assert (strange["alarms"], strange["unknown_numbers"], strange["calls"]) == (["unknown_number"], 1, 3)
        # One number on all calls: nine may be a coincidence.
        plans = [Plan("5000", "0309999") for _ in range(EQUAL - 1)]
        await lab.sipp.callers(plans, rate=20)
        await engine.until(lambda state: len(state.visits) == 4 + EQUAL, 15)
        assert (await world.trunks())["from"]["alarms"] == []
        await lab.sipp.callers([Plan("5000", "0309999")])
        await engine.until(lambda state: len(state.visits) == 5 + EQUAL, 10)
        assert (await world.trunks())["from"]["alarms"] == ["equal_callers"]
        metrics = await world.get("/metrics")
        assert 'cordpair_trunk_alarm{alarm="equal_callers",node="main",trunk="from"} 1.0' in metrics
        assert 'cordpair_trunk_unknown_numbers_total{node="main",trunk="rpid"} 1.0' in metrics
        said = engine.said()
        assert "trunk rpid brings calls for a number that is none of its own" in said
        assert "calls of trunk from have one caller's number" in said
        assert not [number for number in ("0309999", "0305556", "0301111") if number in said]
        await lab.hang_up_all()


async def test_any_answer_is_a_sign_of_life(lab_of, tmp_path) -> None:
    """200, 404, 405 and 486 are alive; silence is not, and neither is who falls silent: until it answers again."""
    ends = {name: (f"127.0.1.{number}", free_sip_port(f"127.0.1.{number}")) for number, name in enumerate(ANSWERS, 1)}
    rules = "".join(trunk(name, f"{address}:{port}", options="5s") for name, (address, port) in ends.items())
    patience = 60 if lab_of.pbx == "FreeSWITCH" else 20  # for the end of a question that nobody answers
    async with watched(lab_of, tmp_path, rules) as world:
        lab = world.centre.lab
        far: dict[str, Crowd] = {name: await lab.sipp.far_end(*ends[name], code) for name, code in ANSWERS.items()}
        up = {name for name, code in ANSWERS.items() if code is not None}
        found = await world.until(
            lambda seen: (
                {name for name, each in seen.items() if each["status"] == "up"} == up
                and seen["silent"]["status"] == "down"
            ),
            patience,
        )
        assert all(found[name]["alarms"] == [] and found[name]["answered_at"] for name in up)
        assert all(0 <= found[name]["round_trip"] < 5 for name in up)
        assert found["silent"]["alarms"] == ["down"]
        # The uplink of one is lost, and comes back.
        await far["missing"].stop(grace=0)
        lost = await world.until(lambda seen: seen["missing"]["status"] == "down", patience)
        assert lost["missing"]["alarms"] == ["down"]
        assert "trunk missing is down" in world.centre.engine.said()
        assert 'cordpair_trunk_up{node="main",trunk="missing"} 0.0' in await world.get("/metrics")
        await lab.sipp.far_end(*ends["missing"], 404)
        again = await world.until(lambda seen: seen["missing"]["status"] == "up", patience)
        assert again["missing"]["alarms"] == []
        assert {name for name, each in again.items() if each["status"] == "up"} == up
