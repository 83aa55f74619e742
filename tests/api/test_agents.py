"""Agents by the API: what they do, and what an agent's key is good for."""

import pytest


async def test_a_shift_begins(api) -> None:
    before = await api.get("/v1/agents/ann")
    assert (before["state"], before["queues"]) == ("signed_out", ["sales", "mails"])
    signed_in = await api.do("/v1/agents/ann/sign-in", {})
    assert (signed_in["state"], signed_in["seat"]) == ("not_ready", "seat-ann")
    assert (await api.do("/v1/agents/ann/ready"))["state"] == "free"
    paused = await api.do("/v1/agents/ann/not-ready", {"reason": "break"})
    assert (paused["state"], paused["reason"]) == ("not_ready", "break")
    assert (await api.do("/v1/agents/ann/sign-out"))["state"] == "signed_out"


async def test_a_pause_in_a_conversation_comes_after_it(api) -> None:
    await api.staff("cleo")
    call = api.pbx.call("5002")
    await api.until(lambda state: any(row.connection for row in state.contacts.values()))
    pausing = await api.do("/v1/agents/cleo/not-ready", {"reason": "break"})
    assert (pausing["state"], pausing["pending"], pausing["pending_reason"]) == ("talking", "not_ready", "break")
    call.hang_up()
    await api.until(lambda state: not state.contacts)
    assert (await api.get("/v1/agents/cleo"))["state"] == "wrap_up"
    done = await api.do("/v1/agents/cleo/wrap-up-done")
    assert (done["state"], done["reason"], done["calls"]) == ("not_ready", "break", 1)


async def test_all_agents(api) -> None:
    assert [each["id"] for each in (await api.get("/v1/agents"))["agents"]] == ["ann", "bob", "cleo"]


async def test_an_agents_key_is_good_for_that_agent_only(api) -> None:
    assert [each["id"] for each in (await api.get("/v1/agents", who="ann"))["agents"]] == ["ann"]
    assert (await api.do("/v1/agents/ann/sign-in", {}, who="ann"))["state"] == "not_ready"
    for path in ("/v1/agents/bob/sign-in", "/v1/agents/bob/ready", "/v1/agents/nobody/ready"):
        status, answer = await api.ask("POST", path, {}, who="ann")
        assert (status, answer["error"]["code"]) == (403, "forbidden")
    assert (await api.ask("GET", "/v1/agents/bob", who="ann"))[0] == 403


@pytest.mark.parametrize(
    ("path", "body", "status", "code", "field"),
    [
        ("nobody/ready", None, 404, "not_found", None),
        ("ann/ready", None, 409, "refused", None),
        ("ann/wrap-up-done", None, 409, "refused", None),
        ("ann/sign-in", {"seat": "nowhere"}, 400, "invalid", "seat"),
        ("ann/sign-in", {"seat": 7}, 400, "invalid", "seat"),
        ("ann/sign-in", {"chair": "1"}, 400, "invalid", "chair"),
        ("ann/not-ready", {}, 400, "invalid", "reason"),
        ("ann/not-ready", {"reason": "holiday"}, 400, "invalid", "reason"),
        ("ann/ready", {"now": True}, 400, "invalid", "now"),
    ],
)
async def test_what_is_refused(api, path, body, status, code, field) -> None:
    got, answer = await api.ask("POST", f"/v1/agents/{path}", body)
    assert got == status, answer
    assert (answer["error"]["code"], answer["error"].get("field")) == (code, field)
    assert answer["error"]["message"]


async def test_a_seat_that_is_taken(api) -> None:
    await api.staff("ann")
    status, answer = await api.ask("POST", "/v1/agents/bob/sign-in", {"seat": "seat-ann"})
    assert (status, answer["error"]["code"]) == (409, "refused")
    assert "ann" in answer["error"]["message"]
