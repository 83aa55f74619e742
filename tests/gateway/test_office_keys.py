"""Keys made and revoked in the browser, and the trail of who did what."""

import pytest

from gateway.offices import Staff, office_centre
from lab.api_keys import secret_of


@pytest.fixture
async def staff(tmp_path):
    async with office_centre(tmp_path) as found:
        await found.sign_in("anna", "sue")
        yield found


async def with_key(staff: Staff, key: str) -> int:
    status, _, _ = await staff.centre.send("GET", "/v1/agents", headers={"Authorization": f"Bearer {key}"})
    return status


async def test_a_key_is_shown_once_works_and_is_revoked(staff: Staff, tmp_path) -> None:
    made = await staff.done("anna", "POST", "/v1/keys", {"role": "read-only", "name": "wall", "expires": "90d"})
    assert await with_key(staff, made["key"]) == 200
    listed = (await staff.done("anna", "GET", "/v1/keys"))["keys"]
    mine = next(each for each in listed if each["id"] == made["id"])
    assert (mine["role"], mine["name"], mine["revoked_at"]) == ("read-only", "wall", None)
    assert made["key"] not in str(listed) and secret_of(made["key"]) not in str(listed)
    await staff.done("anna", "DELETE", f"/v1/keys/{made['id']}")
    assert (await staff.ask("anna", "DELETE", f"/v1/keys/{made['id']}"))[0] == 404
    assert (await staff.audit())[:2] == [
        ("anna", "key_revoked", made["id"], ""), ("anna", "key_made", made["id"], "read-only"),
    ]  # fmt: skip
    for file in tmp_path.glob("cordpair.db*"):
        assert made["key"].encode() not in file.read_bytes()


@pytest.mark.parametrize(
    ("body", "paths"),
    [
        ({"role": "king"}, ["role"]),
        ({"role": "agent"}, ["agent"]),
        ({"role": "agent", "agent": "nobody"}, ["agent"]),
        ({"role": "admin", "agent": "ann"}, ["agent"]),
        ({"role": "admin", "portal": "shop"}, ["portal"]),
        ({"role": "read-only", "queues": ["help", "nowhere"]}, ["queues"]),
        ({"role": "read-only", "expires": "soon"}, ["expires"]),
        ({"role": "read-only", "expires": "-1d", "name": "x\n"}, ["name", "expires"]),
    ],
)
async def test_what_is_no_key(staff: Staff, body, paths) -> None:
    status, answer = await staff.ask("anna", "POST", "/v1/keys", body)
    assert (status, [problem["path"] for problem in answer["error"]["problems"]]) == (422, paths)


async def test_an_administrators_key_does_what_an_administrator_does(staff: Staff) -> None:
    made = await staff.done("anna", "POST", "/v1/keys", {"role": "admin"})
    headers = {"Authorization": f"Bearer {made['key']}"}
    body = {"name": "max", "role": "read-only"}
    status, _, _ = await staff.centre.send("POST", "/v1/people", json=body, headers=headers)
    assert status == 200
    assert (await staff.audit())[0] == (f"key {made['id']}", "person_added", "max", "read-only")


async def test_the_trail_in_pages_and_of_somebody(staff: Staff) -> None:
    for number in range(7):
        await staff.done("anna", "POST", "/v1/people", {"name": f"n{number}", "role": "read-only"})
    seen, before = [], ""
    while True:
        page = await staff.done("anna", "GET", f"/v1/audit?limit=3{before}")
        seen += [entry["id"] for entry in page["entries"]]
        if not page["more"]:
            break
        before = f"&before={page['entries'][-1]['id']}"
    assert seen == sorted(seen, reverse=True) and len(seen) == 7 + 4
    assert [about for _, _, about, _ in await staff.audit(query="?about=n3")] == ["n3"]
    assert len(await staff.audit(query="?about=anna")) == 8  # what she did, and that she was added
    for query in ("?limit=0", "?limit=201", "?before=x", "?what=1"):
        assert (await staff.ask("anna", "GET", f"/v1/audit{query}"))[0] == 400
