"""What an agent, or somebody for them, does in a conversation by the API."""

from typing import Any

import pytest

from cordpair.acd import events as ev
from cordpair.acd.inputs import DeskLost, DeskOpened
from cordpair.ids import AgentId


async def talk(api: Any, *others: str) -> str:
    """Ann talks to a customer."""
    await api.staff("ann")
    api.pbx.call("5001")
    await api.until(lambda state: any(row.connection for row in state.contacts.values()))
    if others:
        await api.staff(*others)
    return "r-c1"


def events(api: Any, seen: Any) -> list[Any]:
    return [event for entry in seen.take().entries for event in entry.events]


@pytest.mark.parametrize("who", ["ann", "supervisor"])
async def test_hold(api, who) -> None:
    contact = await talk(api)
    for on in (True, True, False):
        answer = await api.do(f"/v1/contacts/{contact}/hold", {"on": on}, who=who)
        assert (answer["held"], answer["state"], answer["agent"]) == (on, "connected", "ann")
    assert (await api.do(f"/v1/contacts/{contact}/hold", who=who))["held"]


async def test_transfer_to_an_agent(api) -> None:
    contact = await talk(api, "bob")
    await api.do(f"/v1/contacts/{contact}/transfer", {"agent": "bob"}, who="ann", status=204)
    await api.until(lambda state: (found := state.contacts[contact].connection) and found.agent == "bob")
    status, _ = await api.ask("POST", f"/v1/contacts/{contact}/hold", {}, "ann")
    assert status == 404  # not theirs any more


async def test_transfer_to_a_queue(api) -> None:
    contact = await talk(api)
    await api.do(f"/v1/contacts/{contact}/transfer", {"queue": "support"}, status=204)
    answer = await api.get(f"/v1/contacts/{contact}")
    assert (answer["queue"], answer["agent"]) == ("support", None)


@pytest.mark.parametrize(
    ("path", "body", "status", "field"),
    [
        ("transfer", {}, 400, None),
        ("transfer", {"queue": "support", "agent": "bob"}, 400, None),
        ("transfer", {"queue": ""}, 400, "queue"),
        ("transfer", {"queue": "nowhere"}, 409, None),
        ("transfer", {"agent": "bob"}, 409, None),  # signed out
        ("transfer", {"agent": "ann"}, 409, None),
        ("hold", {"on": "yes"}, 400, "on"),
        ("digits", {"digits": "call me"}, 400, "digits"),
        ("digits", {"digits": "1\n"}, 400, "digits"),
        ("digits", {"digits": ""}, 400, "digits"),
        ("digits", {}, 400, "digits"),
        ("disposition", {"disposition": "solved"}, 400, "agent"),
        ("disposition", {"disposition": "solved", "agent": "bob"}, 409, None),
        ("disposition", {"disposition": ""}, 400, "disposition"),
    ],
)
async def test_what_is_wrong(api, path, body, status, field) -> None:
    contact = await talk(api)
    got, answer = await api.ask("POST", f"/v1/contacts/{contact}/{path}", body)
    assert (got, answer["error"].get("field")) == (status, field), answer
    assert api.state.contacts[contact].connection is not None


async def test_digits_are_in_no_entry(api) -> None:
    contact, seen = await talk(api), api.engine.subscribe()
    await api.do(f"/v1/contacts/{contact}/digits", {"digits": "4711"}, who="ann", status=204)
    entries = seen.take().entries
    assert [event.count for entry in entries for event in entry.events if type(event) is ev.DigitsSent] == [4]
    assert "4711" not in repr(entries)


async def test_an_agent_hangs_up_as_by_the_phone(api) -> None:
    contact, seen = await talk(api), api.engine.subscribe()
    await api.do(f"/v1/contacts/{contact}/hang-up", who="ann", status=204)
    assert [event.end for event in events(api, seen) if type(event) is ev.ContactEnded] == ["agent_hung_up"]


async def test_a_disposition_in_the_call_by_who_talks(api) -> None:
    contact, seen = await talk(api), api.engine.subscribe()
    path = f"/v1/contacts/{contact}/disposition"
    assert (await api.ask("POST", path, {"disposition": "solved", "agent": "ann"}, "bob"))[0] == 403
    await api.do(path, {"disposition": "solved"}, who="ann", status=204)
    await api.do(path, {"disposition": "wrong number", "agent": "ann"}, who="supervisor", status=204)
    said = [event.disposition for event in events(api, seen) if type(event) is ev.ContactDisposed]
    assert said == ["solved", "wrong number"]


async def test_one_who_waits_talks_to_nobody(api) -> None:
    api.pbx.call("5001")
    await api.until(lambda state: state.contacts)
    for path, body in (("hold", {}), ("digits", {"digits": "1"}), ("transfer", {"queue": "support"})):
        assert (await api.ask("POST", f"/v1/contacts/r-c1/{path}", body))[0] == 409
        assert (await api.ask("POST", f"/v1/contacts/r-c9/{path}", body))[0] == 404


async def test_whether_a_desk_is_there_is_shown(api) -> None:
    assert not (await api.get("/v1/agents/ann"))["desk"]
    await api.engine.request(DeskOpened(AgentId("ann")))
    assert (await api.get("/v1/agents/ann"))["desk"]
    await api.staff("ann")
    await api.engine.request(DeskLost(AgentId("ann")))
    ann = await api.get("/v1/agents/ann")
    assert (ann["desk"], ann["state"]) == (False, "delayed")  # nothing is offered, and it is seen
