"""The whole driver on the scripted Event Socket: a recorded call, and a link that goes away at the worst moment."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable

import pytest

from cordpair.acd.causes import Cause, SeatStatus
from cordpair.acd.inputs import (
    Caller,
    DriverInput,
    Joined,
    Left,
    LegAnswered,
    LegArrived,
    LegEnded,
    LegRinging,
    SeatChanged,
    Stamp,
)
from cordpair.ids import BridgeId, LegId, NodeId, RecordingId
from cordpair.pbx import CommandTimedOut, Direction, LegGone, LinkLost, LoginRefused, OriginateRequest, Refused
from cordpair_freeswitch import FreeSwitchDriver
from freeswitch_driver import switch_strings as switch
from freeswitch_driver.event_socket import TOO_LATE, EventSocket, event, recorded_events, result, soon

CALLER = LegId("d3fae2cf-b15a-47df-a62d-0a4fdb249e1b")  # as recorded in 07_parked_sipp_call
AGENT = LegId("bbbbbbbb-0000-4000-8000-000000000001")
CORE = "815fe2e7-0c92-4449-b8ca-a7919f72a303"
BRIDGE = BridgeId("bridge-1")
STAMP = Stamp(cell="main", contact="c-1", visit="v-1", role="agent")
CALL = recorded_events("07_parked_sipp_call")
OURS = {"variable_cp_app": "cordpair-main", "variable_cp_arrived": "1795225500000"}


def recorded_event(name: str, leg: LegId) -> dict[str, str]:
    return next(headers for headers in CALL if headers["Event-Name"] == name and headers.get("Unique-ID") == leg)


class Inputs(list[DriverInput]):
    """What the driver emitted."""

    def __init__(self) -> None:
        super().__init__()
        self._news = asyncio.Event()

    def __call__(self, item: DriverInput) -> None:
        self.append(item)
        self._news.set()

    async def until(self, true: Callable[[], bool]) -> None:
        async with asyncio.timeout(10):
            while not true():
                self._news.clear()
                await self._news.wait()


@pytest.fixture
async def server() -> AsyncIterator[EventSocket]:
    async with EventSocket() as running:
        running.answers |= {
            "api global_getvar core_uuid": result(CORE),
            "api global_getvar recordings_dir": result("/tmp/recordings"),
            "api sofia_contact ": result("error/user_not_registered"),
            "api uuid_exists ": result("false"),
            "api show channels as json": result('{"row_count":0}\n'),
            "api json ": result(
                '{"command":"status","status":"success","response":{"sessions":{"count":{"active":0}}}}'
            ),
        }
        yield running


@pytest.fixture
async def driver(server: EventSocket, inputs: Inputs) -> AsyncIterator[FreeSwitchDriver]:
    made = server.driver(endpoints=("1000",), options="&command_timeout=2")
    await soon(made.open(inputs))
    yield made
    await soon(made.close())


@pytest.fixture
def inputs() -> Inputs:
    return Inputs()


async def arrives(server: EventSocket, inputs: Inputs, **more: str) -> None:
    server.say(event(recorded_event("CHANNEL_CREATE", CALLER)))
    server.say(event(recorded_event("CHANNEL_PARK", CALLER) | OURS | more))
    await inputs.until(lambda: any(isinstance(item, LegArrived) for item in inputs))


async def talks(server: EventSocket, driver: FreeSwitchDriver, inputs: Inputs) -> None:
    """The caller has arrived and been answered, the agent's phone too; neither is joined."""
    await arrives(server, inputs)
    await driver.answer(CALLER)
    server.say(event(recorded_event("CHANNEL_ANSWER", CALLER)))
    await driver.originate(OriginateRequest(leg=AGENT, endpoint="1000", timeout_ms=20_000, stamp=STAMP))
    for name in ("CHANNEL_CREATE", "CHANNEL_ANSWER", "CHANNEL_PARK"):
        server.say(event(recorded_event(name, AGENT)))
    await inputs.until(lambda: LegAnswered(AGENT) in inputs)


# ---------------------------------------------------------------- a call


async def test_a_parked_caller_arrives(server, driver, inputs):
    await arrives(server, inputs)
    arrived = next(item for item in inputs if isinstance(item, LegArrived))
    recorded = recorded_event("CHANNEL_PARK", CALLER)
    assert (arrived.leg, arrived.node, arrived.arrived_at) == (CALLER, NodeId("pbx"), 1795225500000)
    assert arrived.dialled == recorded["Caller-Destination-Number"]
    assert arrived.caller == Caller(number="5551000", name=recorded["Caller-Caller-ID-Name"])
    await server.saw(f"api sched_del {CALLER}")  # the dialplan's fallback is called off


async def test_a_recorded_call_from_its_arrival_to_its_end(server, driver, inputs):
    await talks(server, driver, inputs)
    originate = await server.saw("bgapi originate ")
    assert dict(originate.headers) == {"Job-UUID": f"originate-{AGENT}"}
    _, argument = switch.api(b"api" + originate.command.removeprefix("bgapi").encode() + b"\n\n")
    variables, target, then = switch.originate(argument)
    assert (target, then) == ("user/1000@fs.test", "&park()")
    assert {"origination_uuid": AGENT, "cp_cell": "main", "cp_contact": "c-1"}.items() <= variables.items()

    await driver.join(BRIDGE, (CALLER, AGENT), STAMP)
    await server.saw(f"api uuid_bridge {CALLER} {AGENT}")
    assert not any(isinstance(item, Joined) for item in inputs)  # its +OK means nothing yet
    server.say(event(recorded_event("CHANNEL_BRIDGE", CALLER)))
    await inputs.until(lambda: sum(isinstance(item, Joined) for item in inputs) == 2)

    await driver.hang_up(AGENT, Cause.NORMAL)
    await server.saw(f"api uuid_kill {AGENT}")
    for name, leg in (("CHANNEL_HANGUP", AGENT), ("CHANNEL_UNBRIDGE", CALLER), ("CHANNEL_HANGUP", CALLER)):
        server.say(event(recorded_event(name, leg)))
    await inputs.until(lambda: sum(isinstance(item, LegEnded) for item in inputs) == 2)
    told = [item for item in inputs if not isinstance(item, LegArrived | SeatChanged)]
    assert [item for item in told if item.leg == CALLER] == [
        LegAnswered(CALLER),
        Joined(CALLER, BRIDGE),
        Left(CALLER, BRIDGE),
        LegEnded(CALLER, Cause.NORMAL),
    ]
    assert [item for item in told if item.leg == AGENT] == [
        LegAnswered(AGENT),
        Joined(AGENT, BRIDGE),
        Left(AGENT, BRIDGE),
        LegEnded(AGENT, Cause.NORMAL),
    ]


async def test_variables_go_in_one_command(server, driver, inputs):
    await arrives(server, inputs)
    await driver.set_variables(CALLER, {"one": "a;b=c d", "two": "", "three": "it's"})
    (sent,) = [packet.command for packet in server.seen if "uuid_setvar" in packet.command]
    leg, variables = switch.setvars(sent.removeprefix("api uuid_setvar_multi "))
    assert (leg, variables) == (CALLER, {"one": "a;b=c d", "two": "", "three": "it's"})


async def test_a_leg_that_is_being_ended_is_not_parted_from_its_partner(server, driver, inputs):
    """Its end does that; more commands would meet a leg that is gone."""
    await talks(server, driver, inputs)
    await driver.join(BRIDGE, (CALLER, AGENT), STAMP)
    pair = {"Bridge-A-Unique-ID": CALLER, "Bridge-B-Unique-ID": AGENT}
    server.say(event(recorded_event("CHANNEL_BRIDGE", CALLER) | pair))
    await inputs.until(lambda: Joined(AGENT, BRIDGE) in inputs)
    await driver.hang_up(CALLER, Cause.NORMAL)
    before = len(server.seen)
    await driver.release(BRIDGE)
    sent = [packet.command for packet in server.seen[before:] if packet.command.startswith("api")]
    assert len(sent) == 2
    assert all(AGENT in command and CALLER not in command for command in sent)


async def test_a_phone_that_rings_and_is_not_answered(server, driver, inputs):
    """As recorded in 06_bgapi_originate_fail, with our leg's id."""
    await driver.originate(OriginateRequest(leg=AGENT, endpoint="1000", timeout_ms=20_000, stamp=STAMP))
    for headers in recorded_events("06_bgapi_originate_fail"):
        if headers.get("Unique-ID", "").startswith("6753c354"):
            server.say(event(headers | {"Unique-ID": AGENT}))
    await inputs.until(lambda: any(isinstance(item, LegEnded) for item in inputs))
    assert [item for item in inputs if not isinstance(item, SeatChanged)] == [
        LegRinging(AGENT),
        LegEnded(AGENT, Cause.NO_ANSWER),
    ]


async def test_a_phone_that_is_not_registered_gives_no_event_but_the_jobs(server, driver, inputs):
    await driver.originate(OriginateRequest(leg=AGENT, endpoint="1000", timeout_ms=20_000, stamp=STAMP))
    job = next(e for e in recorded_events("06_bgapi_originate_fail") if "USER_NOT_REGISTERED" in e.get("_body", ""))
    server.say(event(job | {"Job-UUID": f"originate-{AGENT}"}))
    await inputs.until(lambda: LegEnded(AGENT, Cause.UNREACHABLE) in inputs)


async def test_a_job_that_comes_before_its_reply(server, driver, inputs):
    job = next(e for e in recorded_events("06_bgapi_originate_fail") if "USER_NOT_REGISTERED" in e.get("_body", ""))
    gate = server.hold("bgapi originate")
    originating = asyncio.ensure_future(
        driver.originate(OriginateRequest(leg=AGENT, endpoint="1000", timeout_ms=20_000, stamp=STAMP))
    )
    await server.saw("bgapi originate")
    server.say(event(job | {"Job-UUID": f"originate-{AGENT}"}))
    gate.set()
    await soon(originating)
    await inputs.until(lambda: LegEnded(AGENT, Cause.UNREACHABLE) in inputs)


async def test_what_cannot_be_carried_is_refused_and_not_sent(server, driver, inputs):
    await arrives(server, inputs)
    for value in ("${system(id)}", "ARRAY::a|:b", "a\x00b"):
        with pytest.raises(Refused, match="FreeSWITCH cannot be given"):
            await driver.set_variables(CALLER, {"x": value})
        with pytest.raises(Refused, match="FreeSWITCH cannot be given"):
            request = OriginateRequest(leg=AGENT, endpoint="1000", timeout_ms=1, stamp=STAMP, headers={"X-A": value})
            await driver.originate(request)
    assert not [packet for packet in server.seen if "uuid_setvar" in packet.command or "originate" in packet.command]


async def test_a_leg_that_is_gone(server, driver, inputs):
    await arrives(server, inputs)
    server.answers["api uuid_answer "] = result("-ERR No such channel!\n")
    with pytest.raises(LegGone):
        await driver.answer(CALLER)


# ---------------------------------------------------------------- the link


async def test_nothing_is_kept_of_a_leg_that_is_gone(server, driver, inputs):
    await talks(server, driver, inputs)
    listening = driver._link.listening
    server.answers["api uuid_record"] = result("-ERR Cannot record session!\n")
    with pytest.raises(Refused):
        await driver.record(RecordingId("r-1"), CALLER)
    gate = server.hold(f"api uuid_audio {CALLER}")
    muting = asyncio.ensure_future(driver.mute(CALLER, Direction.IN, True))
    await server.saw(f"api uuid_audio {CALLER}")
    server.say(event(recorded_event("CHANNEL_HANGUP", CALLER)))
    await inputs.until(lambda: any(isinstance(item, LegEnded) for item in inputs))
    gate.set()
    await soon(muting)
    with pytest.raises(LegGone):
        await driver.mute(CALLER, Direction.IN, True)
    assert not listening._muted and not listening._of


async def test_a_link_that_is_cut_in_the_middle_of_a_join(server, driver, inputs):
    await talks(server, driver, inputs)
    server.hold("api uuid_bridge")
    joining = asyncio.ensure_future(driver.join(BRIDGE, (CALLER, AGENT), STAMP))
    await server.saw("api uuid_bridge")
    told = len(inputs)
    server.cut()
    with pytest.raises(LinkLost):
        await soon(joining)
    end = await asyncio.wait_for(driver.ended(), 10)
    assert not end.fenced
    assert len(inputs) == told  # nothing is emitted after the end
    with pytest.raises(LinkLost):
        await driver.answer(CALLER)


async def test_the_joined_pair_is_in_the_snapshot_of_the_next_link(server, driver, inputs):
    """The cut came before CHANNEL_BRIDGE did: what the switch says afterwards counts."""
    await talks(server, driver, inputs)
    await driver.join(BRIDGE, (CALLER, AGENT), STAMP)
    sent = [packet.command for packet in server.seen if "cp_within" in packet.command]
    variables = dict(switch.setvars(command.removeprefix("api uuid_setvar_multi ")) for command in sent)
    assert all(found["uuid_bridge_park_on_cancel"] == "true" for found in variables.values())
    marks = {leg: found["cp_within"] for leg, found in variables.items()}
    server.cut()
    await asyncio.wait_for(driver.ended(), 10)

    rows = [{"uuid": CALLER}, {"uuid": AGENT, "presence_id": "1000@fs.test"}]
    server.answers["api show channels as json"] = result(json.dumps({"row_count": 2, "rows": rows}))
    partner = {CALLER: AGENT, AGENT: CALLER}
    for leg, stamp in ((CALLER, {"variable_cp_cell": "main", "variable_cp_contact": "c-1"}), (AGENT, {})):
        dump = recorded_event("CHANNEL_ANSWER", leg) | OURS | stamp
        dump |= {"variable_cp_within": marks[leg], "variable_signal_bond": partner[leg], "variable_cp_cell": "main"}
        server.answers[f"api uuid_dump {leg} json"] = result(json.dumps(dump))
    await soon(driver.open(inputs))
    seen = await driver.snapshot()
    assert seen.epoch == CORE
    assert {(leg.leg, leg.answered, leg.bridge) for leg in seen.legs} == {(CALLER, True, BRIDGE), (AGENT, True, BRIDGE)}
    assert [(bridge.bridge, set(bridge.legs)) for bridge in seen.bridges] == [(BRIDGE, {CALLER, AGENT})]
    assert seen.seats == {"1000": SeatStatus.UNREACHABLE}

    told = len(inputs)  # events about them mean something from now on
    server.say(event(recorded_event("CHANNEL_HANGUP", AGENT)))
    await inputs.until(lambda: LegEnded(AGENT, Cause.NORMAL) in inputs[told:])


async def test_a_caller_of_the_gap_is_in_the_snapshot(server, inputs):
    driver = server.driver(options="&command_timeout=2")
    rows = [{"uuid": CALLER}]
    server.answers["api show channels as json"] = result(json.dumps({"row_count": 1, "rows": rows}))
    server.answers[f"api uuid_dump {CALLER} json"] = result(json.dumps(recorded_event("CHANNEL_PARK", CALLER) | OURS))
    await soon(driver.open(inputs))
    (leg,) = (await driver.snapshot()).legs
    assert leg.arrival is not None
    assert (leg.leg, leg.answered, leg.arrival.arrived_at) == (CALLER, False, 1795225500000)
    await driver.close()


async def test_another_engine_fences_this_one(server, driver, inputs):
    server.say(
        event(
            {
                "Event-Name": "CUSTOM",
                "Event-Subclass": "cordpair::engine",
                "Cordpair-Cell": "main",
                "Cordpair-Engine": "other",
            }
        )
    )
    assert (await asyncio.wait_for(driver.ended(), 10)).fenced


@pytest.mark.parametrize("fault", ["garbage", "notice", "half closed", "silence", "event that is none"])
async def test_a_link_that_goes_wrong_ends(server, inputs, fault):
    driver = server.driver(options="&command_timeout=1&heartbeat=0.1")
    await soon(driver.open(inputs))
    for conversation in server.listeners:
        if fault == "garbage":
            conversation.say(b"\x00\x01garbage\n\n")
        elif fault == "notice":
            whole = event(recorded_event("CHANNEL_PARK", CALLER) | OURS)
            conversation.say(whole[: len(whole) // 2] + TOO_LATE + whole)
        elif fault == "half closed":
            conversation.writer.write_eof()
        elif fault == "event that is none":
            conversation.say(b'Content-Length: 2\nContent-Type: text/event-json\n\n{"')
        else:
            server.silent.set()
    end = await asyncio.wait_for(driver.ended(), 10)
    assert end.reason
    assert not inputs
    with pytest.raises(LinkLost):
        await driver.answer(CALLER)
    await soon(driver.close())


async def test_a_command_that_is_not_answered_times_out_and_the_link_stays(server, inputs):
    driver = server.driver(options="&command_timeout=1")
    await soon(driver.open(inputs))
    await arrives(server, inputs)
    server.hold("api uuid_answer")
    with pytest.raises(CommandTimedOut):
        await soon(driver.answer(CALLER))
    await driver.close()


async def test_an_event_socket_without_events_is_no_link(server, inputs):
    """The claim comes back to whoever listens; if it does not, nothing would."""
    server.answers["sendevent "] = result("+OK")
    driver = server.driver(options="&command_timeout=1")
    with pytest.raises(LinkLost):
        await soon(driver.open(inputs))


async def test_a_wrong_password(server, inputs):
    driver = server.driver()
    driver._settings = server.settings(password="wrong")
    with pytest.raises(LoginRefused):
        await soon(driver.open(inputs))
    await server.until(lambda: all(one.over for one in server.conversations))
