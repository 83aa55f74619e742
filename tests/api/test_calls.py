"""Calls that agents place: asked for once, by who may, of numbers that may be called; both results are told."""

import asyncio
from collections.abc import AsyncIterator

import msgspec
import pytest

from api.conftest import CONFIGURATION, NODE, Api, serving
from cordpair.acd.configuration import Calls, Trunk
from cordpair.api import Role
from cordpair.config.calls import Calls as Wishes
from cordpair.config.dialling import CallerIds, Numbering, Rates, Rule, Rules
from cordpair.ids import ContactId
from cordpair_loopback import answers, busy, never_answers

CUSTOMER, OTHER = "+34932009000", "+34932009001"
WISHES = Wishes(
    queue="support",
    numbers=Numbering(region="ES", internal=("1X", "*9X"), rules=Rules(mobile=Rule("national", prefix="0"))),
    caller_ids=CallerIds(default="+34900111222"),
    rates=Rates(key=6, agent=4),
)


def dialling(wishes: Wishes = WISHES) -> dict:
    calls = Calls(trunks={NODE: Trunk("{number}")})
    return {"configuration": msgspec.structs.replace(CONFIGURATION, calls=calls), "calls": wishes}


@pytest.fixture
async def api(tmp_path) -> AsyncIterator[Api]:
    async with serving(tmp_path, **dialling()) as found:
        for number in (CUSTOMER, OTHER, "0612345678", "*97"):
            found.pbx.add_phone(number).behaviour = answers(30)
        await found.do("/v1/agents/cleo/sign-in", {})
        yield found


async def place(api: Api, who: str = "admin", status: int = 201, headers: dict | None = None, **body) -> dict:
    given = {"agent": "cleo", "to": "932 009 000", **body}
    sent = {key: value for key, value in given.items() if value is not None}
    async with api.http.post(f"{api.url}/v1/calls", json=sent, headers=api.headers(who) | (headers or {})) as response:
        answer = await response.json()
        assert response.status == status, answer
        return answer


async def test_the_agents_phone_first_then_the_customers_and_both_results(api) -> None:
    call = await place(api)
    assert (call["state"], call["agent_result"], call["customer_result"]) == ("ringing_agent", "", "")
    done = await api.get(f"/v1/calls/{call['id']}?wait=20")
    assert (done["state"], done["agent_result"], done["customer_result"]) == ("connected", "answered", "answered")
    assert call["began_at"] <= done["agent_answered_at"] <= done["connected_at"]
    assert (await api.raw("DELETE", f"/v1/calls/{call['id']}")).status == 204
    ended = await api.get(f"/v1/calls/{call['id']}")
    assert ended["state"] == "ended"
    assert (await api.raw("DELETE", f"/v1/calls/{call['id']}")).status == 204, "again: nothing is left to do"


@pytest.mark.parametrize(
    ("to", "number", "dialled"), [("612 34 56 78", "+34612345678", "0612345678"), ("*97", "*97", "")]
)
async def test_what_is_dialled_is_not_always_who_it_is(api, to, number, dialled) -> None:
    """The record has the number as everybody writes it: to be found, and erased, by."""
    call = await place(api, to=to)
    assert (await api.get(f"/v1/calls/{call['id']}?wait=20"))["state"] == "connected"
    record = api.engine.record(call["id"])
    assert record is not None
    assert (record.caller.number, record.variables.get("dialled", "")) == (number, dialled)
    assert api.pbx.phones[dialled or number].rung == 1


async def test_the_customers_phone_does_not_answer(api) -> None:
    api.pbx.phones[CUSTOMER].behaviour = busy()
    call = await place(api)
    done = await api.get(f"/v1/calls/{call['id']}?wait=20")
    assert (done["state"], done["agent_result"], done["customer_result"]) == ("ended", "answered", "busy")
    assert "connected_at" not in done or done["connected_at"] is None


async def test_the_agents_phone_does_not_answer_and_nobody_else_is_rung(api) -> None:
    api.pbx.phones["cleo"].behaviour = busy()
    done = await api.get(f"/v1/calls/{(await place(api))['id']}?wait=20")
    assert (done["state"], done["agent_result"], done["customer_result"]) == ("ended", "busy", "not_called")


async def test_a_wait_has_an_end(api) -> None:
    api.pbx.phones["cleo"].behaviour = never_answers()
    call = await place(api)
    assert (await api.get(f"/v1/calls/{call['id']}?wait=0.05"))["state"] == "ringing_agent"
    status, answer = await api.ask("GET", f"/v1/calls/{call['id']}?wait=26")
    assert (status, answer["error"]["field"]) == (400, "wait")
    assert (await api.raw("DELETE", f"/v1/calls/{call['id']}")).status == 204
    done = await api.get(f"/v1/calls/{call['id']}?wait=20")
    assert (done["state"], done["customer_result"]) == ("ended", "not_called")


async def test_the_same_key_is_the_same_call(api) -> None:
    api.pbx.phones["cleo"].behaviour = never_answers()
    first = await place(api, key="crm-1")
    assert (await place(api, key="crm-1", status=200))["id"] == first["id"]
    assert (await place(api, to="+34 932009000", status=200, headers={"Idempotency-Key": '"crm-1"'}))["id"] == first[
        "id"
    ]
    others: tuple[dict, ...] = ({"to": "932 009 001"}, {"agent": "ann"})
    for other in others:
        error = (await place(api, key="crm-1", status=409, **other))["error"]
        assert error["message"] == "The key was used for another call."
    assert len(api.state.contacts) == 1


async def test_the_same_key_at_the_same_moment(api) -> None:
    api.pbx.phones["cleo"].behaviour = never_answers()

    async def once() -> str:
        response = await api.raw("POST", "/v1/calls", json={"agent": "cleo", "to": "932009000", "key": "k"})
        return (await response.json())["id"]

    assert len(set(await asyncio.gather(*(once() for _ in range(4))))) == 1
    assert len(api.state.contacts) == 1


async def test_anothers_key_of_that_name_is_another_call(api) -> None:
    api.pbx.phones["cleo"].behaviour = never_answers()
    await place(api, key="1")
    assert (await place(api, who="supervisor", key="1", status=409))["error"]["code"] == "refused", "cleo is alerted"


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"to": "93200900"}, "to"),
        ({"to": "932009000\r\nAction: Originate\r\n"}, "to"),
        ({"to": "112"}, "to"),
        ({"to": "803123456"}, "to"),
        ({"to": "+44 20 7946 0000"}, "to"),
        ({"to": ""}, "to"),
        ({"to": "9" * 65}, "to"),
        ({"to": None}, "to"),
        ({"agent": None}, "agent"),
        ({"agent": "nobody"}, "agent"),
        ({"seat": "seat-cleo"}, "seat"),
        ({"agent": None, "seat": "seat-ann"}, "seat"),
        ({"agent": None, "seat": "seat-x\r\n"}, "seat"),
        ({"queue": "nowhere"}, "queue"),
        ({"key": "a b"}, "key"),
        ({"key": "a\n"}, "key"),
        ({"key": "x" * 129}, "key"),
        ({"callerid": "1"}, "callerid"),
    ],
)
async def test_what_is_wrong_is_named_and_nothing_rings(api, body, field) -> None:
    assert (await place(api, status=400, **body))["error"]["field"] == field
    assert not api.state.contacts


@pytest.mark.parametrize("key", ["", "a b", '""', "x" * 129, "ä"])
async def test_a_header_that_is_no_key(api, key) -> None:
    error = (await place(api, status=400, headers={"Idempotency-Key": key}))["error"]
    assert error["field"] == "Idempotency-Key"


async def test_a_number_is_in_no_message_and_not_in_the_journal(api, tmp_path, caplog) -> None:
    caplog.set_level("DEBUG")
    call = await place(api)
    await api.get(f"/v1/calls/{call['id']}?wait=20")
    await place(api, to="803123456", status=400)
    assert "932009000" not in caplog.text
    assert "803123456" not in caplog.text
    await api.engine.flushed()
    for file in tmp_path.glob("journal.db*"):
        assert b"932009000" not in file.read_bytes()


async def test_an_agents_key_calls_for_its_agent_only(api) -> None:
    assert (await place(api, who="ann", status=403))["error"]["code"] == "forbidden"
    call = await place(api, who="cleo", agent=None)
    assert call["agent"] == "cleo"
    assert (await api.raw("GET", f"/v1/calls/{call['id']}", "cleo")).status == 200
    assert (await api.raw("GET", f"/v1/calls/{call['id']}", "ann")).status == 404
    assert (await api.raw("DELETE", f"/v1/calls/{call['id']}", "ann")).status == 404


async def test_a_key_for_other_queues_has_no_part_in_it(api) -> None:
    """It neither places a call in this queue, also not by default, nor sees or ends one."""
    api.keys.written["elsewhere"] = api.keys.add(Role.SUPERVISOR, queues=("sales",))
    assert (await place(api, who="elsewhere", status=400))["error"]["field"] == "queue"
    assert api.state.contacts == {}
    call = await place(api)
    for method in ("GET", "DELETE"):
        assert (await api.raw(method, f"/v1/calls/{call['id']}", "elsewhere")).status == 404
    assert call["id"] in api.state.contacts
    queue = api.engine.placed.of(ContactId(call["id"])).queue
    api.keys.written["here"] = api.keys.add(Role.SUPERVISOR, queues=(queue,))
    assert (await api.raw("GET", f"/v1/calls/{call['id']}", "here")).status == 200


@pytest.mark.parametrize("role", [Role.DIAL, Role.CALLCENTER, Role.PORTAL, Role.READ_ONLY])
async def test_other_keys_call_nobody(api, role) -> None:
    assert (await place(api, who=role.value, status=403))["error"]["code"] == "forbidden"


async def test_a_seat_is_who_sits_there(api) -> None:
    assert (await place(api, agent=None, seat="seat-cleo"))["agent"] == "cleo"


async def test_a_call_of_nobody(api) -> None:
    for method in ("GET", "DELETE"):
        assert (await api.raw(method, "/v1/calls/r-c999")).status == 404
    await api.do("/v1/tasks", {"key": "mail-1", "queue": "mails"}, status=201)
    task = next(iter(api.state.contacts))
    assert (await api.raw("GET", f"/v1/calls/{task}")).status == 404, "a contact that is no placed call"


async def test_an_agent_is_sent_into_so_many_calls_in_a_minute(api) -> None:
    api.pbx.phones["cleo"].behaviour = busy()
    for _ in range(4):
        await api.get(f"/v1/calls/{(await place(api))['id']}?wait=20")
    async with api.http.post(
        f"{api.url}/v1/calls", json={"agent": "cleo", "to": "932009000"}, headers=api.headers("admin")
    ) as response:
        assert response.status == 429
        assert 1 <= int(response.headers["Retry-After"]) <= 60
    await api.do("/v1/agents/bob/sign-in", {})
    await place(api, agent="bob")


async def test_the_time_until_both_talk_is_measured(api) -> None:
    call = await place(api)
    await api.get(f"/v1/calls/{call['id']}?wait=20")
    api.pbx.phones[OTHER].behaviour = busy()
    await api.do(f"/v1/contacts/{call['id']}/hang-up", status=204)
    await api.until(lambda state: not state.contacts)
    await api.do("/v1/agents/cleo/wrap-up-done")
    await api.get(f"/v1/calls/{(await place(api, to=OTHER))['id']}?wait=20")
    told = await (await api.raw("GET", "/metrics", None)).text()
    assert 'cordpair_dial_to_connect_seconds_count{queue="support"} 1.0' in told
    assert 'cordpair_placed_calls_total{result="connected"} 1.0' in told
    assert 'cordpair_placed_calls_total{result="busy"} 1.0' in told
    assert "cordpair_wait_seconds_count{" not in told, "nobody has waited in a queue"


async def test_calls_are_asked_for_from_some_networks_only(tmp_path) -> None:
    for networks, status in ((("127.0.0.0/8",), 404), (("10.0.0.0/8", "::1"), 403)):
        wishes = msgspec.structs.replace(WISHES, networks=networks)
        (tmp_path / str(status)).mkdir()
        async with serving(tmp_path / str(status), **dialling(wishes)) as found:
            assert (await found.raw("GET", "/v1/calls/x")).status == status


async def test_without_a_queue_no_call_is_placed(tmp_path) -> None:
    async with serving(tmp_path) as found:
        status, answer = await found.ask("POST", "/v1/calls", {"agent": "cleo", "to": "932009000"})
        assert (status, answer["error"]["message"]) == (409, "No calls are placed here: [calls] names no queue.")
