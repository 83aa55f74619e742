"""Who gets in, what is known of them, and what becomes of them while no engine is there."""

import asyncio
import time
from pathlib import Path

import pytest

from freeswitch.conftest import WAIT_SECONDS
from lab.freeswitch import FreeSwitchLab
from lab.freeswitch_files import PEER_ADDRESS
from lab.render import PHONE_ADDRESS, TRUNK_ADDRESS, Agent
from lab.sipp import Plan
from lab.strangers import Stranger

pytestmark = [pytest.mark.freeswitch, pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(60)]

ELSEWHERE = "127.0.0.9"
MARKS = ("app", "dialled", "from_context", "endpoint", "to", "context_id")


def marks(event: dict[str, str]) -> tuple[str | None, ...]:
    return tuple(event.get(f"variable_cp_{name}") for name in MARKS)


async def parked(events, number: str | None = None, deadline: float = 5.0) -> dict[str, str]:
    return await events.event(
        lambda event: event["Event-Name"] == "CHANNEL_PARK" and number in (None, event["Caller-Caller-ID-Number"]),
        deadline,
    )


# ---------------------------------------------------------------- arriving


async def test_a_caller_from_the_trunk(lab, events):
    before = time.time() * 1000
    crowd = await lab.sipp.callers([Plan("5000", "0301234", cancel_after=0.4)], headers={"X-Context-Id": "forged"})
    event = await parked(events)
    call = (await crowd.wait(5)).calls[0]
    assert marks(event) == ("cordpair-main", "5000", "cordpair-in", "trunk", "5000", None)
    assert before - 1000 < int(event["variable_cp_arrived"]) < time.time() * 1000
    assert event["Caller-Caller-ID-Number"] == "0301234"
    assert (event["variable_park_after_bridge"], event["variable_hangup_after_bridge"]) == ("true", "false")
    assert (call.ending, call.ringing is not None, call.answered) == ("cancelled", True, None)


async def test_a_callers_number_may_be_an_agents(lab, events):
    """The trunk's address decides, not what the caller calls itself."""
    await lab.sipp.callers([Plan("5000", lab.agents[0].number, cancel_after=0.3)])
    assert (await parked(events))["variable_cp_endpoint"] == "trunk"


@pytest.mark.parametrize(("dialled", "seen"), [("support", "support"), ("*72", "*72"), ("011%23", "011#")])
async def test_names_and_codes_may_be_dialled(lab, events, dialled, seen):
    await lab.sipp.callers([Plan(dialled, cancel_after=0.3)])
    event = await parked(events)
    assert (event["variable_cp_dialled"], event["variable_cp_to"]) == (seen, seen)


async def test_a_phone_carries_the_name_it_proved(lab, events):
    agent = lab.agents[1]
    call = asyncio.create_task(lab.sipp.dial(agent, "011", hang_up_after=0.1))
    event = await parked(events)
    await lab.api("uuid_answer", event["Unique-ID"])
    assert marks(event) == ("cordpair-main", "011", "cordpair-agents", agent.number, "011", None)
    assert (await call).ending == "near-bye"


@pytest.mark.parametrize("name", ["102", "trunk", "nobody"])
async def test_a_forged_from_changes_nothing(lab, events, name):
    """FreeSWITCH lets a phone write what it likes into From; who it is, is what it proved."""
    call = asyncio.create_task(lab.sipp.dial(lab.agents[0], "011", caller=name, hang_up_after=0.1))
    event = await parked(events)
    await lab.api("uuid_answer", event["Unique-ID"])
    assert event["variable_cp_endpoint"] == lab.agents[0].number
    assert (await call).ending == "near-bye"


async def test_a_web_caller_carries_its_context(lab, events, stranger):
    assert await stranger.invite(lab.door_port, "sip:support@127.0.0.1", "X-Context-Id: ctx-42") == 180
    event = await parked(events)
    assert marks(event) == ("cordpair-main", "support", "cordpair-door", "cordpair-door", "support", "ctx-42")


@pytest.mark.parametrize("context_id", ["${domain}", "a b", "x" * 129, ""])
async def test_what_is_no_context_id_is_left_out(lab, events, stranger, context_id):
    assert await stranger.invite(lab.door_port, "sip:5000@127.0.0.1", f"X-Context-Id: {context_id}") == 180
    assert "variable_cp_context_id" not in await parked(events)


# ---------------------------------------------------------------- not getting in


@pytest.mark.parametrize(
    ("account", "status"),
    [(Agent("101", "wrong"), 403), (Agent("trunk", ""), 403), (Agent("peer", ""), 403), (Agent("engine", ""), 403)],
    ids=lambda value: getattr(value, "number", value),
)
async def test_who_cannot_prove_it_is_refused(lab, events, account, status):
    call = await lab.sipp.dial(account, "011")
    assert (call.ending, call.status) == ("refused", status)
    assert await events.silent("CHANNEL_PARK", 0.2)


@pytest.mark.parametrize("address", [PHONE_ADDRESS, ELSEWHERE])
async def test_a_trunk_is_its_address(lab, events, address):
    crowd = await lab.sipp.callers("5000", address=address, to_port=lab.trunk_port)
    call = (await crowd.wait(5)).calls[0]
    assert (call.ending, call.status) == ("refused", 403)
    assert await events.silent("CHANNEL_PARK", 0.2)


@pytest.mark.parametrize("address", [PHONE_ADDRESS, TRUNK_ADDRESS, PEER_ADDRESS, ELSEWHERE])
@pytest.mark.parametrize("method", ["REGISTER", "MESSAGE", "SUBSCRIBE", "PUBLISH", "REFER", "INVITE"])
async def test_nothing_but_calls_and_registrations(lab, address, method):
    """From nobody in particular: every door, every method."""
    party = await Stranger.open(address)
    answers = {
        name: await party.ask(port, method, "sip:101@127.0.0.1", "Event: presence", "Refer-To: <sip:1@192.0.2.1>")
        for name, port in [("phones", lab.sip_port), ("trunks", lab.trunk_port), ("door", lab.door_port)]
        if not (method == "INVITE" and (name, address) != ("phones", address))
    }
    party.close()
    closed = {"phones": 405, "trunks": 405, "door": 405}
    assert answers == {
        "REGISTER": closed | {"phones": 401},
        "MESSAGE": dict.fromkeys(closed, 407),
        "INVITE": {"phones": 407},
    }.get(method, closed)


@pytest.mark.parametrize(
    "uri", ["sip:50%0d%0a00@127.0.0.1", "sip:%E2%82%AC@127.0.0.1", "sip:%24%7Bdomain%7D@127.0.0.1", f"sip:{'5' * 65}@x"]
)
async def test_what_is_no_number_goes_nowhere(lab, events, uri):
    party = await Stranger.open(TRUNK_ADDRESS)
    assert await party.invite(lab.trunk_port, uri) == 404
    party.close()
    assert await events.silent("CHANNEL_PARK", 0.2)


async def test_what_callers_write_is_never_run(lab, events):
    """FreeSWITCH expands what it finds in variables; nothing of a caller's gets to be expanded."""
    token = lab.directory / "ran"
    party = await Stranger.open(TRUNK_ADDRESS)
    run = f"${{system(touch {token})}}".replace(" ", "%20")
    escaped = run.replace("$", "%24").replace("{", "%7B").replace("}", "%7D")
    forged = [f"X-Context-Id: {run}", f"X-Other: {run}", f'Remote-Party-ID: "{run}" <sip:1@127.0.0.1>']
    await party.invite(lab.trunk_port, "sip:5000@127.0.0.1", *forged)
    event = await parked(events)
    await party.invite(lab.trunk_port, f"sip:{escaped}@127.0.0.1")
    party.close()
    # Even where a dialplan of somebody's expands such a variable.
    await lab.api("uuid_transfer", event["Unique-ID"], "'set:x=${sip_h_X-Other} ${sip_to_user},park:'", "inline")
    await parked(events)
    assert not Path(token).exists()


# ---------------------------------------------------------------- no engine


async def test_callers_are_held_and_then_sent_to_the_fallback(lab):
    crowd = await lab.sipp.callers("5000")
    call = (await crowd.wait(WAIT_SECONDS + 10)).calls[0]
    assert (call.ending, call.status, call.answered) == ("refused", 503, None)
    assert call.ringing - call.started < 0.5
    # FreeSWITCH counts whole seconds.
    assert WAIT_SECONDS - 1.1 < call.early - call.started < WAIT_SECONDS + 0.6


async def test_a_caller_who_gives_up_while_held(lab):
    crowd = await lab.sipp.callers("5000", cancel_after=0.4)
    call = (await crowd.wait(5)).calls[0]
    assert call.ending == "cancelled"
    assert await lab.until_empty() == (0, 0)


async def test_an_engine_disarms_the_fallback(lab, events):
    crowd = await lab.sipp.callers("5000", cancel_after=WAIT_SECONDS + 1.5)
    event = await parked(events)
    assert "Deleted: 1" in await lab.api("sched_del", event["Unique-ID"])
    call = (await crowd.wait(WAIT_SECONDS + 5)).calls[0]
    assert (call.ending, call.early) == ("cancelled", None)
    assert await events.silent("CHANNEL_PARK", 0.1)


@pytest.mark.parametrize("how", ["uuid_answer", "uuid_pre_answer"])
async def test_audio_disarms_it_too(lab, events, how):
    crowd = await lab.sipp.callers("5000", hang_up_after=WAIT_SECONDS + 1.5, cancel_after=WAIT_SECONDS + 1.5)
    event = await parked(events)
    await lab.api(how, event["Unique-ID"])
    call = (await crowd.wait(WAIT_SECONDS + 5)).calls[0]
    assert call.ending in ("near-bye", "cancelled")
    assert await events.silent("CHANNEL_PARK", 0.1)


async def test_a_call_that_talks_is_not_torn(lab, events):
    """Nobody disarmed anything, and the engine is gone: the two go on talking."""
    agent = lab.agents[0]
    phones = await lab.sipp.phones([agent])
    crowd = await lab.sipp.callers("5000", hang_up_after=WAIT_SECONDS + 1.5)
    caller = (await parked(events))["Unique-ID"]
    await lab.api("uuid_answer", caller)
    await lab.api("originate", f"{{origination_uuid=agent-leg}}user/{agent.number}@cordpair", "&park()")
    await lab.api("uuid_bridge", caller, "agent-leg")
    await events.event("CHANNEL_BRIDGE")
    assert (await crowd.wait(WAIT_SECONDS + 5)).calls[0].ending == "near-bye"
    first = await events.event(lambda event: event["Event-Name"] in ("CHANNEL_UNBRIDGE", "CHANNEL_PARK"))
    assert first.get("Caller-Context") != "cordpair-fallback"
    assert phones.report().answered == 1


async def test_the_engine_came_in_the_last_moment(lab, events):
    """The leg carries its mark already when the transfer comes: it is parked again, as it was."""
    crowd = await lab.sipp.callers("5000", cancel_after=WAIT_SECONDS + 1.5)
    event = await parked(events)
    await lab.api("uuid_setvar", event["Unique-ID"], "cp_cell", "main")
    again = await parked(events)
    assert (again["Unique-ID"], again["Caller-Context"]) == (event["Unique-ID"], "cordpair-fallback")
    assert marks(again) == marks(event)
    assert again["variable_park_after_bridge"] == "true"
    assert (await crowd.wait(WAIT_SECONDS + 5)).calls[0].ending == "cancelled"


async def test_the_fallback_may_be_the_operators():
    theirs = """
    <extension name="hunt">
      <condition field="${cp_dialled}" expression="^5000$"><action application="hangup" data="USER_BUSY"/></condition>
    </extension>"""
    async with FreeSwitchLab(agents=0, wait_seconds=1, extra={"fallback": theirs}) as lab:
        crowds = [await lab.sipp.callers(number) for number in ("5000", "5001")]
        assert [(await crowd.wait(15)).calls[0].status for crowd in crowds] == [486, 503]
