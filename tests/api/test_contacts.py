"""Contacts by the API: found, changed while they wait, ended, explained."""

import pytest

from cordpair.acd import events as ev


async def waiting(api, count: int, dialled: str = "5001") -> list[str]:
    before = len(api.state.visits)
    for number in range(count):
        api.pbx.call(dialled, number=f"+49{number}", name=f"caller {number}")
    await api.until(lambda state: len(state.visits) == before + count)
    return [each["id"] for each in (await api.get("/v1/contacts?limit=500"))["contacts"]][-count:]


async def test_pages_and_filters(api) -> None:
    first = await waiting(api, 5)
    await api.staff("cleo")
    second = await waiting(api, 3, "5002")
    found = (await api.get("/v1/contacts"))["contacts"]
    assert [each["id"] for each in found] == first + second
    assert "next" not in await api.get("/v1/contacts")
    support = (await api.get("/v1/contacts?queue=support"))["contacts"]
    assert [each["id"] for each in support] == second
    sales = await api.get("/v1/contacts?state=waiting&queue=sales&limit=3")
    assert [each["id"] for each in sales["contacts"]] == first[:3]
    rest = await api.get(f"/v1/contacts?state=waiting&queue=sales&limit=3&after={sales['next']}")
    assert [each["id"] for each in rest["contacts"]] == first[3:]
    assert "next" not in rest
    await api.do(f"/v1/contacts/{sales['next']}/hang-up", status=204)
    rest = await api.get(f"/v1/contacts?state=waiting&queue=sales&limit=3&after={sales['next']}")
    assert [each["id"] for each in rest["contacts"]] == first[3:]


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("limit=0", "limit"),
        ("limit=501", "limit"),
        ("limit=x", "limit"),
        ("state=happy", "state"),
        ("state=null", "state"),
        ("queue=nowhere", "queue"),
        ("page=2", "page"),
        ("limit=1&limit=2", "limit"),
        ("after=x", "after"),
    ],
)
async def test_a_query_that_is_wrong(api, query, field) -> None:
    status, answer = await api.ask("GET", f"/v1/contacts?{query}")
    assert (status, answer["error"]["code"], answer["error"]["field"]) == (400, "invalid", field)


async def test_priority_lets_one_be_served_earlier(api) -> None:
    first, second = await waiting(api, 2)
    status, answer = await api.ask("PATCH", f"/v1/contacts/{second}", {"head_start": 90.5})
    assert (status, answer["head_start"], answer["state"]) == (200, 90.5, "waiting")
    await api.staff("ann")
    await api.until(lambda state: any(row.connection for row in state.contacts.values()))
    assert (await api.get(f"/v1/contacts/{second}"))["agent"] == "ann"
    assert (await api.get(f"/v1/contacts/{first}"))["state"] == "waiting"


async def test_skills_replace_the_requirement(api) -> None:
    one, two = await waiting(api, 2)
    status, answer = await api.ask("PATCH", f"/v1/contacts/{two}", {"skills": {"english": 9}})
    assert (status, answer["skills"]) == (200, {"english": 9})
    await api.staff("bob")
    await api.until(lambda state: any(row.connection for row in state.contacts.values()))
    assert (await api.get(f"/v1/contacts/{one}"))["agent"] == "bob"
    await api.staff("ann")
    assert (await api.get(f"/v1/contacts/{two}"))["state"] == "waiting"


@pytest.mark.parametrize(
    ("body", "status", "field"),
    [
        ({}, 400, None),
        ({"head_start": "much"}, 400, "head_start"),
        ({"head_start": 1e6}, 400, "head_start"),
        ({"head_start": None}, 400, "head_start"),
        ({"skills": {"german": 11}}, 400, "skills[...]"),
        ({"skills": {"klingon": 5}}, 400, "skills.klingon"),
        ({"skills": {"": 5}}, 400, "skills"),
        ({"priority": 1}, 400, "priority"),
    ],
)
async def test_a_change_that_is_wrong(api, body, status, field) -> None:
    (one,) = await waiting(api, 1)
    got, answer = await api.ask("PATCH", f"/v1/contacts/{one}", body)
    assert (got, answer["error"].get("field")) == (status, field), answer


async def test_one_who_talks_cannot_be_changed(api) -> None:
    await api.staff("ann")
    api.pbx.call("5001")
    await api.until(lambda state: any(row.connection for row in state.contacts.values()))
    status, answer = await api.ask("PATCH", "/v1/contacts/r-c1", {"head_start": 1})
    assert (status, answer["error"]["code"]) == (409, "refused")


async def test_hanging_up(api) -> None:
    await api.staff("ann")
    call = api.pbx.call("5001")
    await api.until(lambda state: any(row.connection for row in state.contacts.values()))
    (other,) = await waiting(api, 1)
    assert (await api.ask("POST", f"/v1/contacts/{other}/hang-up", who="ann"))[0] == 404
    assert (await api.ask("POST", "/v1/contacts/r-c1/hang-up", who="bob"))[0] == 404
    await api.do("/v1/contacts/r-c1/hang-up", who="ann", status=204)
    await api.until(lambda state: "r-c1" not in state.contacts)
    assert (await api.ask("POST", "/v1/contacts/r-c1/hang-up"))[0] == 404
    assert call.leg


async def test_why(api) -> None:
    await api.staff("ann")
    api.pbx.call("5001", number="+4930555")
    await api.until(lambda state: any(row.connection for row in state.contacts.values()))
    (left,) = await waiting(api, 1)
    told = await api.get("/v1/contacts/r-c1/why")
    assert (told["contact"]["agent"], told["contact"]["outcome"]) == ("ann", "connected")
    (offer,) = [each["explanation"] for each in told["moments"] if each["explanation"]]
    assert [each["agent"] for each in offer["candidates"] if each["chosen"]] == ["ann"]
    assert {each["agent"] for each in offer["candidates"]} == {"ann", "bob", "cleo"}
    assert "+4930555" not in str(told)
    told = await api.get(f"/v1/contacts/{left}/why")
    assert set(told["obstacles"]) == {"ann", "bob", "cleo"}
    assert all(told["obstacles"].values())


async def test_why_after_a_snapshot_reads_what_came_after_it(api) -> None:
    await waiting(api, 2)
    api.engine.save_snapshot()
    (third,) = await waiting(api, 1)
    await api.staff("ann")
    await api.until(lambda state: any(row.connection for row in state.contacts.values()))
    assert len((await api.get(f"/v1/contacts/{third}/why"))["obstacles"]) == 3
    told = await api.get("/v1/contacts/r-c1/why")
    assert [each["explanation"]["agent"] for each in told["moments"] if each["explanation"]] == ["ann"]


@pytest.mark.parametrize("name", ["r-c999", "x", "..", "%00", "r-c1%0a", "r-c" + "9" * 100, "🙂"])
async def test_contacts_that_there_are_none_of(api, name) -> None:
    for method, path, body in (
        ("GET", "", None),
        ("GET", "/why", None),
        ("POST", "/hang-up", None),
        ("PATCH", "", {"head_start": 1}),
    ):
        status, answer = await api.ask(method, f"/v1/contacts/{name}{path}", body)
        assert status in (404, 405), (path, answer)


async def test_a_contact_that_nobody_gets_ends_once(api) -> None:
    (one,) = await waiting(api, 1)
    seen = api.engine.subscribe()
    await api.do(f"/v1/contacts/{one}/hang-up", status=204)
    ends = [event for entry in seen.take().entries for event in entry.events if type(event) is ev.ContactEnded]
    assert len(ends) == 1
