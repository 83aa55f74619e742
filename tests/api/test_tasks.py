"""Tasks: brought by a portal, taken or turned down by agents."""

import pytest

from cordpair_loopback import never_answers


async def offered(api) -> str:
    await api.until(lambda state: state.offers)
    return next(iter(api.state.offers))


async def test_a_task_is_brought_once(api) -> None:
    first = await api.do("/v1/tasks", {"key": "mail-1", "queue": "mails"}, who="portal", status=201)
    assert first["state"] == "waiting"
    again = await api.do("/v1/tasks", {"key": "mail-1", "queue": "mails"}, who="portal")
    assert again == first
    assert len(api.state.contacts) == 1


async def test_an_agent_takes_it_and_ends_it(api) -> None:
    await api.staff("ann")
    task = await api.do("/v1/tasks", {"key": "1", "queue": "mails"}, status=201)
    offer = await offered(api)
    assert (await api.ask("POST", f"/v1/offers/{offer}/accept", who="bob"))[0] == 404
    await api.do(f"/v1/offers/{offer}/accept", who="ann", status=204)
    contact = await api.get(f"/v1/contacts/{task['contact']}", who="ann")
    assert (contact["state"], contact["agent"]) == ("connected", "ann")
    assert (await api.ask("POST", f"/v1/offers/{offer}/accept", who="ann"))[0] == 404
    await api.do(f"/v1/contacts/{task['contact']}/hang-up", who="ann", status=204)
    assert (await api.get("/v1/agents/ann"))["state"] == "free"
    new = await api.do("/v1/tasks", {"key": "1", "queue": "mails"}, status=201)
    assert new["contact"] != task["contact"]


async def test_an_agent_turns_it_down(api) -> None:
    await api.staff("ann")
    await api.do("/v1/tasks", {"key": "1", "queue": "mails"}, status=201)
    await api.do(f"/v1/offers/{await offered(api)}/reject", who="ann", status=204)
    assert (await api.get("/v1/agents/ann"))["state"] == "delayed"


async def test_a_call_is_taken_by_the_phone(api) -> None:
    await api.staff("ann")
    api.pbx.phones["ann"].behaviour = never_answers()
    api.pbx.call("5001")
    status, answer = await api.ask("POST", f"/v1/offers/{await offered(api)}/accept", who="ann")
    assert (status, answer["error"]["code"]) == (409, "refused")


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "key"),
        ({"key": "1"}, "queue"),
        ({"key": "", "queue": "mails"}, "key"),
        ({"key": "a b", "queue": "mails"}, "key"),
        ({"key": "a\n", "queue": "mails"}, "key"),
        ({"key": "x" * 129, "queue": "mails"}, "key"),
        ({"key": "1", "queue": "nowhere"}, "queue"),
        ({"key": "1", "queue": "sales"}, "queue"),
        ({"key": "1", "queue": "mails", "arrived_at": "yesterday"}, "arrived_at"),
        ({"key": "1", "queue": "mails", "arrived_at": "2026-01-01T00:00:00"}, "arrived_at"),
        ({"key": "1", "queue": "mails", "medium": "mail"}, "medium"),
    ],
)
async def test_a_task_that_is_wrong(api, body, field) -> None:
    status, answer = await api.ask("POST", "/v1/tasks", body)
    assert (status, answer["error"].get("field")) == (400, field), answer
    assert not api.state.contacts


async def test_a_time_from_before_time(api) -> None:
    body = {"key": "1", "queue": "mails", "arrived_at": "0001-01-01T00:00:00Z"}
    assert (await api.ask("POST", "/v1/tasks", body))[0] == 201
