"""The Asterisk driver on a real Asterisk: what the conformance suite does not see, down to the wire."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any, TypeVar

import pytest
import pytest_asyncio

from asterisk.softphone import Call, Phone
from cordpair.acd.causes import Cause, SeatStatus
from cordpair.acd.inputs import (
    DriverInput,
    Joined,
    Left,
    LegAnswered,
    LegArrived,
    LegEnded,
    LegRinging,
    PlayEnded,
    RecordingEnded,
    SeatChanged,
    Stamp,
)
from cordpair.ids import BridgeId, LegId, NodeId, PlayId, RecordingId
from cordpair.pbx import CommandTimedOut, Hears, LegGone, LinkLost, OriginateRequest, Refused, SpeaksTo
from cordpair_asterisk import AsteriskDriver, factory
from lab.asterisk import AsteriskLab
from lab.render import TRUNK_ADDRESS

T = TypeVar("T")
SEATS = ("101", "102", "103")


class Trace:
    """What a driver emitted, in order; a test waits for what it expects next."""

    def __init__(self) -> None:
        self.all: list[DriverInput] = []
        self._news = asyncio.Event()

    def __call__(self, item: DriverInput) -> None:
        self.all.append(item)
        self._news.set()

    async def until(self, kind: type[T], check: Callable[[T], bool] = lambda _: True, deadline: float = 10.0) -> T:
        """The first of this kind that fits; it is taken out, so that the next call finds the next."""
        try:
            async with asyncio.timeout(deadline):
                while True:
                    for item in self.all:
                        if isinstance(item, kind) and check(item):
                            self.all.remove(item)
                            return item
                    self._news.clear()
                    await self._news.wait()
        except TimeoutError:
            raise AssertionError(f"no {kind.__name__} came; there are {self.all}") from None

    async def of(self, leg: LegId, kind: type[T]) -> T:
        return await self.until(kind, lambda item: getattr(item, "leg", None) == leg)


class Bench:
    """A lab, an open driver and its trace."""

    def __init__(self, lab: AsteriskLab, cell: str = "main") -> None:
        self.lab = lab
        self.trace = Trace()
        self.driver = make(lab, cell)
        self.server = ("127.0.0.1", lab.sip_port)
        self._legs = 0

    def caller(self, name: str = "0301234") -> Phone:
        return Phone(self.server, name, host=TRUNK_ADDRESS)

    def agent(self, number: str = "101") -> Phone:
        password = next(agent.password for agent in self.lab.agents if agent.number == number)
        return Phone(self.server, number, password)

    def request(self, seat: str = "101", **more: Any) -> OriginateRequest:
        self._legs += 1
        given: dict[str, Any] = {"leg": LegId(f"r-l{self._legs}"), "endpoint": seat, "timeout_ms": 8000}
        return OriginateRequest(**(given | {"stamp": Stamp("main", "c1", "v1", "o1", "agent")} | more))

    async def arrive(self, caller: Phone, number: str = "500", **more: Any) -> tuple[LegArrived, Call]:
        call = await caller.call(number, **more)
        return await self.trace.until(LegArrived), call

    async def seat(self, agent: Phone, **more: Any) -> tuple[LegId, Call]:
        """An answered leg to an agent's phone."""
        request = self.request(agent.name, **more)
        await self.driver.originate(request)
        call = await agent.next_call()
        await call.answer()
        await self.trace.of(request.leg, LegAnswered)
        return request.leg, call


def make(lab: AsteriskLab, cell: str = "main") -> AsteriskDriver:
    driver = factory(NodeId("pbx"), lab.ari_url, cell, SEATS)
    assert isinstance(driver, AsteriskDriver)
    return driver


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def lab() -> AsyncIterator[AsteriskLab]:
    modules = "load = res_pjsip_pubsub.so\nload = res_pjsip_refer.so"
    async with AsteriskLab(agents=3, extra={"modules": modules}) as running:
        yield running


@pytest_asyncio.fixture(loop_scope="module")
async def bench(lab: AsteriskLab) -> AsyncIterator[Bench]:
    it = Bench(lab)
    await it.driver.open(it.trace)
    yield it
    await it.driver.close()
    await lab.rx("channel request hangup all")
    for bridge in await lab.bridges():
        await lab.ari("DELETE", f"bridges/{bridge['id']}")
    await lab.until_empty()


pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_an_arrival_carries_what_the_dialplan_stamped(bench: Bench) -> None:
    async with bench.caller() as caller:
        arrived, call = await bench.arrive(caller, "500", to="line7")
        assert (arrived.dialled, arrived.to, arrived.context, arrived.endpoint) == (
            "500",
            "line7",
            "cordpair-in",
            "trunk",
        )
        assert arrived.caller is not None
        assert (arrived.caller.number, arrived.caller.name) == ("0301234", "Carla")
        assert arrived.arrived_at > 1_600_000_000_000
        await call.hang_up()
        assert (await bench.trace.of(arrived.leg, LegEnded)).cause is Cause.NORMAL


async def test_originate_shows_headers_and_caller_on_the_wire(bench: Bench) -> None:
    async with bench.agent() as agent:
        request = bench.request(caller_number="+4930", caller_name='A "B" <x>', headers={"X-Context-Id": "ctx-42"})
        await bench.driver.originate(request)
        await bench.driver.originate(request)  # a repeated command is done
        call = await agent.next_call()
        assert call.invite["X-Context-Id"] == "ctx-42"
        assert call.invite["From"].startswith("\"A 'B' <x>\" <sip:+4930@")
        await call.ring()
        await bench.trace.of(request.leg, LegRinging)
        await bench.driver.hang_up(request.leg, Cause.NORMAL)
        await call.until("CANCEL")
        assert (await bench.trace.of(request.leg, LegEnded)).cause is Cause.NORMAL
        with pytest.raises(LegGone):
            await bench.driver.hang_up(request.leg, Cause.NORMAL)


async def test_answered_elsewhere_tells_the_phone_so(bench: Bench) -> None:
    async with bench.agent() as agent:
        request = bench.request()
        await bench.driver.originate(request)
        call = await agent.next_call()
        await call.ring()
        await bench.trace.of(request.leg, LegRinging)
        await bench.driver.hang_up(request.leg, Cause.ANSWERED_ELSEWHERE)
        assert 'SIP;cause=200;text="Call completed elsewhere"' in (await call.until("CANCEL")).all("Reason")
        assert (await bench.trace.of(request.leg, LegEnded)).cause is Cause.ANSWERED_ELSEWHERE


@pytest.mark.parametrize(
    ("status", "cause"),
    [
        (486, Cause.BUSY),
        (603, Cause.REJECTED),
        (480, Cause.NO_ANSWER),
        (404, Cause.UNREACHABLE),
        (503, Cause.CONGESTION),
        (302, Cause.REJECTED),
    ],
)
async def test_what_a_phone_answers_becomes_a_cause(bench: Bench, status: int, cause: Cause) -> None:
    async with bench.agent() as agent:
        request = bench.request()
        await bench.driver.originate(request)
        await (await agent.next_call()).reject(status)
        assert (await bench.trace.of(request.leg, LegEnded)).cause is cause
    assert [item for item in bench.trace.all if isinstance(item, (LegArrived, LegAnswered))] == []


async def test_a_seat_that_cannot_be_rung_is_refused_and_reported_once(bench: Bench) -> None:
    for _ in range(2):
        for seat in ("103", "nobody"):
            request = bench.request(seat)
            with pytest.raises(Refused):
                await bench.driver.originate(request)
    # Asterisk remembers "already exists" per connection and says it of the next failure.
    async with bench.agent() as agent:
        request = bench.request()
        await asyncio.gather(*(bench.driver.originate(request) for _ in range(4)))
        call = await agent.next_call()
        for _ in range(4):
            with pytest.raises(Refused):
                await bench.driver.originate(bench.request("103"))
        await call.reject(486)
        await bench.trace.of(request.leg, LegEnded)
    assert [item for item in bench.trace.all if isinstance(item, LegEnded)] == []


async def test_join_answers_the_caller_and_stops_the_music(bench: Bench) -> None:
    bridge, stamp = BridgeId("r-b1"), Stamp("main", "c1", bridge="r-b1")
    async with bench.caller() as caller, bench.agent() as agent:
        arrived, call = await bench.arrive(caller)
        await bench.driver.stamp(arrived.leg, Stamp("main", "c1", "v1", role="caller"))
        await bench.driver.music(arrived.leg, "default")
        leg, ringing = await bench.seat(agent, originator=arrived.leg)
        await bench.driver.join(bridge, (arrived.leg, leg), stamp)
        assert (await call.until(200)).status == 200
        await bench.trace.of(arrived.leg, LegAnswered)
        await bench.trace.of(arrived.leg, Joined)
        await bench.trace.of(leg, Joined)
        await bench.driver.join(bridge, (arrived.leg, leg), stamp)  # a repeated command moves nobody
        assert call.media is not None
        assert ringing.media is not None
        call.sound.play(440, call.media)
        assert await ringing.sound.hears(440)
        ringing.sound.play(1000, ringing.media)
        assert await call.sound.hears(1000)
        seen = await bench.driver.snapshot()
        assert {leg.leg: leg.bridge for leg in seen.legs} == {arrived.leg: bridge, leg: bridge}
        assert seen.bridges[0].stamp == stamp
        assert [item for item in bench.trace.all if isinstance(item, Joined | Left)] == []
        await call.hang_up()
        await bench.trace.of(arrived.leg, Left)
        assert (await bench.trace.of(arrived.leg, LegEnded)).cause is Cause.NORMAL
        with pytest.raises(LegGone):
            await bench.driver.join(bridge, (arrived.leg,), stamp)
        await bench.driver.leave(bridge, (leg,))
        await bench.trace.of(leg, Left)
        await bench.driver.leave(bridge, (leg,))
        await bench.driver.release(bridge)
        await bench.driver.release(bridge)
        await ringing.hang_up()
        assert (await bench.trace.of(leg, LegEnded)).cause is Cause.NORMAL


async def test_a_prompt_does_not_hold_up_a_join(bench: Bench) -> None:
    async with bench.caller() as caller:
        arrived, call = await bench.arrive(caller)
        await bench.driver.answer(arrived.leg)
        await call.until(200)
        await bench.driver.play(arrived.leg, PlayId("r-p1"), "tone:ring")
        await bench.driver.play(arrived.leg, PlayId("r-p1"), "tone:ring")  # a repeated command plays once
        await bench.driver.join(BridgeId("r-b2"), (arrived.leg,), Stamp("main"))
        assert (await bench.trace.until(PlayEnded)).ok
        await bench.trace.of(arrived.leg, Joined)
        await bench.driver.leave(BridgeId("r-b2"), (arrived.leg,))
        await bench.driver.play(arrived.leg, PlayId("r-p2"), "no/such/sound")
        assert not (await bench.trace.until(PlayEnded)).ok
        await bench.driver.play(arrived.leg, PlayId("r-p3"), "tone:ring")
        await call.hang_up()
        assert (await bench.trace.until(PlayEnded)).play == "r-p3"
        await bench.trace.of(arrived.leg, LegEnded)
    assert [item for item in bench.trace.all if isinstance(item, PlayEnded)] == []


async def test_masking_keeps_the_timeline(bench: Bench) -> None:
    recording = RecordingId("r-r1")
    async with bench.caller() as caller:
        arrived, call = await bench.arrive(caller)
        await bench.driver.answer(arrived.leg)
        await call.until(200)
        assert call.media is not None
        await bench.driver.record(recording, arrived.leg)
        await bench.driver.record(recording, arrived.leg)  # a repeated command is done
        call.sound.play(440, call.media)
        await asyncio.sleep(0.5)  # sleep: the length of what is recorded is what is tested
        await bench.driver.mask(recording)
        await asyncio.sleep(0.6)  # sleep: as above
        await bench.driver.unmask(recording)
        await asyncio.sleep(0.5)  # sleep: as above
        assert (await bench.driver.snapshot()).recordings == (recording,)
        await bench.driver.stop_record(recording)
        ended = await bench.trace.until(RecordingEnded)
        assert ended.ok
        assert 1400 < ended.duration_ms < 2500
        sound = (bench.lab.recordings / "r-r1.wav").read_bytes()[44:]
        assert 1.3 < len(sound) / 16000 < 2.5
        silent = sum(1 for i in range(0, len(sound) - 320, 320) if not any(sound[i : i + 320]))
        assert 20 < silent < 60


async def test_a_whisper_never_reaches_the_customer(bench: Bench) -> None:
    """By tone: the customer speaks 440 Hz, the agent 600, the supervisor 1000."""
    async with bench.caller() as customer, bench.agent("101") as agent, bench.agent("102") as boss:
        arrived, outer = await bench.arrive(customer)
        leg, inner = await bench.seat(agent)
        await bench.driver.join(BridgeId("r-b3"), (arrived.leg, leg), Stamp("main"))
        await outer.until(200)
        ear, listening = await bench.seat(boss)
        for call, hertz in ((outer, 440), (inner, 600), (listening, 1000)):
            assert call.media is not None
            call.sound.play(hertz, call.media)
        await bench.driver.spy(ear, leg, Hears.BOTH, SpeaksTo.NONE)
        assert await listening.sound.hears(440)
        assert await listening.sound.hears(600)
        assert not await inner.sound.hears(1000, deadline=0.4)
        await bench.driver.spy(ear, leg, Hears.BOTH, SpeaksTo.TARGET)
        assert await inner.sound.hears(1000)
        assert await inner.sound.hears(440)
        assert not await outer.sound.hears(1000, deadline=0.6)
        await bench.driver.spy(ear, leg, Hears.BOTH, SpeaksTo.BOTH)
        assert await outer.sound.hears(1000)
        assert await inner.sound.hears(1000)
        await bench.driver.spy(ear, leg, Hears.TARGET, SpeaksTo.OTHER)
        assert await outer.sound.hears(1000)
        assert await listening.sound.hears(600)
        assert not await listening.sound.hears(440, deadline=0.6)
        await bench.driver.close()
        await bench.driver.open(bench.trace)
        await bench.driver.snapshot()
        await bench.driver.spy(ear, leg, Hears.BOTH, SpeaksTo.NONE)  # spying of an earlier link is replaced
        assert await listening.sound.hears(440)
        assert not await outer.sound.hears(1000, deadline=0.6)
        await bench.driver.close()
        await bench.driver.open(bench.trace)
        await bench.driver.snapshot()
        await listening.hang_up()
        await bench.trace.of(ear, LegEnded)
        assert await outer.sound.hears(600)
        await bench.driver.hang_up(leg, Cause.NORMAL)
        await bench.driver.hang_up(arrived.leg, Cause.NORMAL)
        await bench.driver.release(BridgeId("r-b3"))
        assert await bench.lab.until_empty() == (0, 0)
    assert [item for item in bench.trace.all if isinstance(item, LegArrived)] == []


async def test_seats_are_reported_but_not_for_our_own_ring(bench: Bench) -> None:
    async with bench.agent() as agent, bench.caller():
        seats = (await bench.driver.snapshot()).seats
        assert (seats["101"], seats["103"]) == (SeatStatus.REACHABLE, SeatStatus.UNREACHABLE)
        leg, call = await bench.seat(agent)
        assert (await bench.driver.snapshot()).seats["101"] is SeatStatus.REACHABLE
        own = await agent.call("011")  # the phone begins a second call, while ours is up
        arrived = await bench.trace.until(LegArrived)
        assert (arrived.endpoint, arrived.context) == ("101", "cordpair-agents")
        await bench.driver.hang_up(leg, Cause.NORMAL)
        await call.until("BYE")
        await bench.trace.until(SeatChanged, lambda item: item.status is SeatStatus.BUSY)
        await own.hang_up()
        await bench.trace.until(SeatChanged, lambda item: item.status is SeatStatus.REACHABLE)
        await agent.register(expires=0)
        await bench.trace.until(SeatChanged, lambda item: item.status is SeatStatus.UNREACHABLE)


async def test_redirect_and_refer_on_the_wire(bench: Bench) -> None:
    async with bench.caller() as caller:
        arrived, call = await bench.arrive(caller)
        await bench.driver.redirect(arrived.leg, "sip:777@example.org")
        assert (await call.until(302))["Contact"] == "<sip:777@example.org>"
        await bench.trace.of(arrived.leg, LegEnded)
        arrived, call = await bench.arrive(caller)
        await bench.driver.answer(arrived.leg)
        await call.until(200)
        await bench.driver.refer(arrived.leg, "sip:778@example.org")
        assert "sip:778@example.org" in (await call.until("REFER"))["Refer-To"]
        await call.hang_up()
        await bench.trace.of(arrived.leg, LegEnded)


async def test_after_a_reconnect_the_filter_stands_and_the_legs_are_known(bench: Bench) -> None:
    async with bench.caller() as caller, bench.agent() as agent:
        arrived, _ = await bench.arrive(caller)
        waiting, _ = await bench.arrive(caller)
        await bench.driver.stamp(arrived.leg, Stamp("main", "c9", "v9", role="caller"))
        leg, call = await bench.seat(agent)
        await bench.driver.close()
        with pytest.raises(LinkLost):
            await bench.driver.answer(arrived.leg)
        again = make(bench.lab)
        trace = Trace()
        await again.open(trace)
        seen = await again.snapshot()
        legs = {one.leg: one for one in seen.legs}
        assert legs[arrived.leg].stamp == Stamp("main", "c9", "v9", role="caller")
        assert legs[arrived.leg].arrival is None
        assert legs[waiting.leg].arrival == waiting
        assert (legs[leg].answered, legs[arrived.leg].answered) == (True, False)
        assert seen.seats["101"] is SeatStatus.REACHABLE  # busy with a call of ours
        assert legs[leg].stamp == Stamp("main", "c1", "v1", "o1", "agent")
        application = await bench.lab.ari("GET", "applications/cordpair-main")
        allowed = {item["type"] for item in application["events_allowed"]}
        assert "StasisStart" in allowed
        assert "ChannelVarset" not in allowed
        await call.hang_up()
        assert (await trace.of(leg, LegEnded)).cause is Cause.NORMAL
        await again.hang_up(waiting.leg, Cause.CONGESTION)
        assert (await trace.of(waiting.leg, LegEnded)).cause is Cause.CONGESTION
        await again.close()


async def test_a_second_engine_fences_the_first(bench: Bench) -> None:
    second, trace = make(bench.lab), Trace()
    await second.open(trace)
    ended = await asyncio.wait_for(bench.driver.ended(), 5)
    assert ended.fenced
    with pytest.raises(LinkLost):
        await bench.driver.answer(LegId("r-x"))
    await bench.driver.close()  # the application stays with the second
    async with bench.caller() as caller:
        call = await caller.call("500")
        await trace.until(LegArrived)
        await call.hang_up()
        await trace.until(LegEnded)
    await second.close()
    assert not (await second.ended()).fenced


async def test_another_cell_is_left_alone(bench: Bench) -> None:
    other = Bench(bench.lab, "other")
    await other.driver.open(other.trace)
    async with bench.agent() as agent:
        request = other.request(stamp=Stamp("other", "c1"))
        await other.driver.originate(request)
        call = await agent.next_call()
        assert (await bench.driver.snapshot()).legs == ()
        assert [leg.leg for leg in (await other.driver.snapshot()).legs] == [request.leg]
        await call.reject(486)
        await other.trace.of(request.leg, LegEnded)
    assert [item for item in bench.trace.all if not isinstance(item, SeatChanged)] == []
    await other.driver.close()


async def test_a_caller_who_hangs_up_during_the_join(bench: Bench) -> None:
    """Whatever the race gives: the leg ends once, and the bridge is left behind by nobody."""
    async with bench.caller() as caller, bench.agent() as agent:
        for n in range(20):
            arrived, call = await bench.arrive(caller)
            leg, _ = await bench.seat(agent)
            await bench.driver.answer(arrived.leg)
            await call.until(200)
            bridge = BridgeId(f"r-race{n}")
            joining = asyncio.create_task(bench.driver.join(bridge, (arrived.leg, leg), Stamp("main")))
            for _ in range(n % 7):
                await asyncio.sleep(0)
            await call.hang_up()
            await asyncio.gather(joining, return_exceptions=True)
            error = joining.exception()
            assert error is None or isinstance(error, LegGone), error
            assert (await bench.trace.of(arrived.leg, LegEnded)).cause is Cause.NORMAL
            await bench.driver.hang_up(leg, Cause.NORMAL)
            await bench.trace.of(leg, LegEnded)
            await bench.driver.release(bridge)
    assert [item for item in bench.trace.all if isinstance(item, LegEnded)] == []
    assert await bench.lab.until_empty() == (0, 0)


def is_frozen(pid: int) -> bool:
    """Each of its threads: a signal takes its time."""
    states = [stat.read_text().rpartition(")")[2].split()[0] for stat in Path(f"/proc/{pid}/task").glob("*/stat")]
    return set(states) == {"T"}


async def test_a_frozen_asterisk_is_a_lost_link() -> None:
    async with AsteriskLab(agents=1) as lab:
        driver = factory(NodeId("pbx"), f"{lab.ari_url}?heartbeat=0.4&request_timeout=0.3", "main", ())
        await driver.open(Trace())
        assert lab.pid is not None
        os.kill(lab.pid, signal.SIGSTOP)
        while not is_frozen(lab.pid):
            await asyncio.sleep(0)
        try:
            with pytest.raises(CommandTimedOut):
                await driver.answer(LegId("1.1"))
            assert not (await asyncio.wait_for(driver.ended(), 5)).fenced
        finally:
            os.kill(lab.pid, signal.SIGCONT)
            await driver.close()


async def test_a_restart_changes_the_epoch() -> None:
    async with AsteriskLab(agents=1) as lab:
        driver = make(lab)
        await driver.open(Trace())
        before = (await driver.snapshot()).epoch
        await driver.close()
        await driver.open(Trace())
        assert (await driver.snapshot()).epoch == before
        await lab.restart(hard=True)
        assert not (await asyncio.wait_for(driver.ended(), 10)).fenced
        await driver.open(Trace())
        assert (await driver.snapshot()).epoch != before
        await driver.close()
