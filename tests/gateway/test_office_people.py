"""People: added, changed, disabled, removed; rights that change at once; two administrators at a time."""

import asyncio

import pytest

from cordpair.api import streaming
from cordpair.store import SignIn
from gateway.desks import HASH, URL
from gateway.offices import Staff, office_centre

HOSTILE = [
    "<script>alert(1)</script>",
    "\u05d0\u05d1\u05d2 \u0645\u0631\u062d\u0628\u0627",
    "\"';--",
    "O'Neil & Söhne <b>",
    "{{x}} ${y}",
]


@pytest.fixture
async def staff(tmp_path, monkeypatch):
    monkeypatch.setattr("cordpair_gateway.desk.desks.LOOK_S", 0.05)  # before the first of them begins
    async with office_centre(tmp_path) as found:
        await found.sign_in("anna", "sue")
        yield found


async def test_somebody_is_added_and_works(staff: Staff) -> None:
    body = {"name": "max", "role": "supervisor", "full_name": "Max Müller"}
    added = await staff.done("anna", "POST", "/v1/people", body)
    assert (added["name"], added["enabled"], added["version"], added["password_since"]) == ("max", True, 1, None)
    assert (await staff.centre.sign_in("max"))[0] == 401  # no password yet
    await staff.centre.store.sign_ins.put_password("max", HASH, 0)
    await staff.sign_in("max")
    assert (await staff.ask("max", "GET", "/v1/contacts"))[0] == 200
    assert (await staff.ask("max", "GET", "/v1/people"))[0] == 403
    assert (await staff.person("max"))["full_name"] == "Max Müller"
    assert ("anna", "person_added", "max", "supervisor") in await staff.audit()


@pytest.mark.parametrize(
    ("change", "paths"),
    [
        ({"name": ""}, ["name"]),
        ({"name": "<b>"}, ["name"]),
        ({"name": "two words"}, ["name"]),
        ({"name": "x" * 65}, ["name"]),
        ({"name": "anna"}, ["name"]),
        ({"name": "../x"}, ["name"]),
        ({"role": "agent"}, ["role"]),
        ({"role": "Admin"}, ["role"]),
        ({"full_name": "x" * 101}, ["full_name"]),
        ({"full_name": "a\nb"}, ["full_name"]),
        ({"full_name": "a\u202eb"}, ["full_name"]),
        ({"name": "!", "role": "!", "full_name": "\0"}, ["name", "full_name", "role"]),
    ],
)
async def test_what_cannot_be_is_told_field_by_field(staff: Staff, change, paths) -> None:
    status, answer = await staff.ask("anna", "POST", "/v1/people", {"name": "max", "role": "admin", **change})
    assert (status, answer["error"]["code"]) == (422, "unprocessable")
    assert [problem["path"] for problem in answer["error"]["problems"]] == paths
    people = await staff.done("anna", "GET", "/v1/people")
    assert len(people["people"]) == 4


@pytest.mark.parametrize(
    "body",
    [{}, {"name": "max"}, {"name": 7, "role": "admin"}, {"name": "max", "role": "admin", "password": "x"}, [], "x"],
)
async def test_what_is_no_person(staff: Staff, body) -> None:
    assert (await staff.ask("anna", "POST", "/v1/people", body))[0] == 400


@pytest.mark.parametrize("full_name", HOSTILE)
async def test_any_name_comes_back_as_it_was(staff: Staff, full_name) -> None:
    await staff.done("anna", "POST", "/v1/people", {"name": "max", "role": "admin", "full_name": full_name})
    assert (await staff.person("max"))["full_name"] == full_name


async def test_agents_who_only_have_a_desk_are_listed_too(staff: Staff) -> None:
    listed = await staff.done("anna", "GET", "/v1/people")
    assert [agent["name"] for agent in listed["agents"]] == ["ann", "dora", "eve"]
    assert [person["name"] for person in listed["people"] if person["agent"]] == ["bob"]


# ---------------------------------------------------------------- at once


async def test_another_role_counts_from_the_next_request(staff: Staff) -> None:
    assert (await staff.ask("sue", "GET", "/v1/people"))[0] == 403
    assert (await staff.change("sue", role="admin"))[0] == 200
    assert (await staff.ask("sue", "GET", "/v1/people"))[0] == 200
    assert (await staff.ask("sue", "GET", "/v1/me"))[1]["role"] == "admin"
    assert (await staff.change("sue", role="read-only"))[0] == 200
    assert (await staff.ask("sue", "POST", "/v1/agents/ann/sign-in", {}))[0] == 403
    assert ("anna", "person_changed", "sue", "admin → read-only") in await staff.audit()


async def test_who_is_disabled_is_out_and_comes_back_only_anew(staff: Staff) -> None:
    assert (await staff.change("sue", enabled=False))[0] == 200
    assert (await staff.ask("sue", "GET", "/v1/agents"))[0] == 401
    assert (await staff.centre.sign_in("sue"))[0] == 401
    assert (await staff.change("sue", enabled=True))[0] == 200
    assert (await staff.ask("sue", "GET", "/v1/agents"))[0] == 401  # that sign-in has ended
    await staff.sign_in("sue")
    assert (await staff.ask("sue", "GET", "/v1/agents"))[0] == 200


async def test_a_disabled_person_is_no_agent_either(staff: Staff) -> None:
    page = await staff.centre.sit_down("bob")
    assert (await staff.change("bob", enabled=False))[0] == 200
    assert await page.closed() == 4401
    assert (await staff.centre.sign_in("bob"))[0] == 401


async def test_who_is_removed_is_out_for_good(staff: Staff) -> None:
    version = (await staff.person("sue"))["version"]
    await staff.done("anna", "DELETE", f"/v1/people/sue?version={version}")
    assert (await staff.ask("sue", "GET", "/v1/agents"))[0] == 401
    assert (await staff.centre.sign_in("sue"))[0] == 401
    await staff.done("anna", "POST", "/v1/people", {"name": "sue", "role": "admin"})
    assert (await staff.centre.sign_in("sue"))[0] == 401  # another one of that name has not her password
    assert (await staff.ask("anna", "DELETE", "/v1/people/nobody?version=1"))[0] == 404


async def test_an_agent_who_leaves_the_office_keeps_the_desk(staff: Staff) -> None:
    await staff.sign_in("bob")
    version = (await staff.person("bob"))["version"]
    await staff.done("anna", "DELETE", f"/v1/people/bob?version={version}")
    assert (await staff.ask("bob", "GET", "/v1/me"))[0] == 401
    await staff.sign_in("bob")
    assert (await staff.ask("bob", "GET", "/v1/me"))[1]["role"] == "agent"


@pytest.mark.parametrize("change", [{"role": "read-only"}, {"enabled": False}, "password", "end"])
async def test_an_open_stream_ends_with_the_rights_it_was_opened_with(staff: Staff, monkeypatch, change) -> None:
    monkeypatch.setattr(streaming, "LOOK_AT_KEY_S", 0.05)
    headers = {"Cookie": staff.centre.cookies["sue"], "Origin": URL}
    async with staff.centre.http.ws_connect(staff.centre.url + "/v1/stream", headers=headers) as socket:
        await socket.receive_json()
        if change == "password":
            await staff.centre.store.sign_ins.put_password("sue", HASH, 1)
        elif change == "end":
            shown = (await staff.done("anna", "GET", "/v1/sign-ins"))["sign_ins"]
            (mine,) = [each["id"] for each in shown if each["name"] == "sue"]
            await staff.done("anna", "DELETE", f"/v1/sign-ins/{mine}")
        else:
            assert (await staff.change("sue", **change))[0] == 200
        async with asyncio.timeout(20):
            while not (await socket.receive()).type.name.startswith("CLOS"):
                pass
        assert socket.close_code == 4401


def test_that_is_soon_enough() -> None:
    assert streaming.LOOK_AT_KEY_S <= 10


# ---------------------------------------------------------------- two at a time


async def test_two_who_change_the_same_person_do_not_undo_each_other(staff: Staff) -> None:
    first, second = await asyncio.gather(
        staff.change("rob", version=1, full_name="Robert"), staff.change("rob", version=1, role="supervisor")
    )
    assert sorted((first[0], second[0])) == [200, 409]
    late = first if first[0] == 409 else second
    assert late[1]["error"]["code"] == "conflict"
    assert (await staff.person("rob"))["version"] == 2
    assert (await staff.ask("anna", "DELETE", "/v1/people/rob?version=1"))[0] == 409


@pytest.mark.parametrize("change", [{"role": "supervisor"}, {"enabled": False}, None])
async def test_the_last_administrator_stays(staff: Staff, change) -> None:
    if change is None:
        status, answer = await staff.ask("anna", "DELETE", "/v1/people/anna?version=1")
    else:
        status, answer = await staff.change("anna", **change)
    assert (status, answer["error"]["code"]) == (409, "refused")
    assert (await staff.person("anna"))["role"] == "admin"
    assert (await staff.change("anna", full_name="Anna B"))[0] == 200


async def test_a_disabled_administrator_is_none(staff: Staff) -> None:
    await staff.done("anna", "POST", "/v1/people", {"name": "max", "role": "admin", "enabled": False})
    assert (await staff.change("anna", role="supervisor"))[0] == 409


async def test_an_administrator_who_never_set_a_password_is_none_yet(staff: Staff) -> None:
    await staff.done("anna", "POST", "/v1/people", {"name": "max", "role": "admin"})
    assert (await staff.change("anna", role="supervisor"))[0] == 409
    await staff.centre.store.sign_ins.put_password("max", "a hash", 1)
    assert (await staff.change("anna", role="supervisor"))[0] == 200


async def test_two_administrators_cannot_both_take_each_others_rights(staff: Staff) -> None:
    assert (await staff.change("sue", role="admin"))[0] == 200
    versions = {name: (await staff.person(name))["version"] for name in ("anna", "sue")}
    await asyncio.gather(
        staff.change("sue", "anna", version=versions["sue"], role="read-only"),
        staff.change("anna", "sue", version=versions["anna"], role="read-only"),
    )
    people = await staff.centre.store.people.all()
    assert [person.role for person in people].count("admin") == 1


# ---------------------------------------------------------------- sign-ins


async def test_sign_ins_are_listed_and_ended(staff: Staff) -> None:
    agent = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
    await staff.centre.sign_in("ann", headers={"User-Agent": agent})
    shown = (await staff.done("anna", "GET", "/v1/sign-ins"))["sign_ins"]
    assert {(each["name"], each["browser"], each["own"]) for each in shown} == {
        ("anna", "", True), ("sue", "", False), ("ann", "Firefox, Linux", False),
    }  # fmt: skip
    assert not any("address" in each or "hash" in each for each in shown)
    sue = next(each["id"] for each in shown if each["name"] == "sue")
    assert sue not in staff.centre.cookies["sue"]
    await staff.done("anna", "DELETE", f"/v1/sign-ins/{sue}")
    assert (await staff.ask("sue", "GET", "/v1/agents"))[0] == 401
    assert (await staff.ask("anna", "DELETE", f"/v1/sign-ins/{sue}"))[0] == 404
    assert ("anna", "sign_in_ended", "sue", "") in await staff.audit()


async def test_a_password_that_is_changed_while_it_is_looked_at_opens_nothing(staff: Staff) -> None:
    centre = staff.centre
    before = await centre.store.sign_ins.password("sue")
    await centre.store.sign_ins.put_password("sue", HASH + "x", 1)
    assert not await centre.store.sign_ins.add(SignIn(b"h" * 32, "sue", 0, 10), before)
    assert await centre.store.sign_ins.find(b"h" * 32, 1) is None
