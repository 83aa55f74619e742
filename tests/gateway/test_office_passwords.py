"""Links to new passwords: for one use, for a while, and nobody learns anything from a bad one."""

import asyncio
import logging

import pytest

from cordpair.store import Person
from gateway.desks import PASSWORD
from gateway.offices import Staff, office_centre

NEW = "a sentence is longer"


@pytest.fixture
async def staff(tmp_path):
    async with office_centre(tmp_path) as found:
        await found.sign_in("anna", "sue")
        yield found


async def use(staff: Staff, token: str, password: str | None = NEW, **more):
    body = {"token": token} if password is None else {"token": token, "password": password}
    status, answer, _ = await staff.centre.send("POST", "/v1/password", json=body, **more)
    return status, answer


async def test_from_a_link_to_a_new_password(staff: Staff, tmp_path) -> None:
    token = await staff.link("sue")
    assert await use(staff, token, None) == (200, {"name": "sue", "office": True, "desk": False})
    assert (await staff.ask("sue", "GET", "/v1/agents"))[0] == 200  # until it is used, nothing has changed
    assert (await use(staff, token))[0] == 200
    assert (await staff.ask("sue", "GET", "/v1/agents"))[0] == 401
    assert (await staff.centre.sign_in("sue", PASSWORD))[0] == 401
    assert (await staff.centre.sign_in("sue", NEW))[0] == 200
    assert (await use(staff, token))[0] == 404
    assert (await staff.audit())[:2] == [
        ("sue", "password_set", "sue", "link"), ("anna", "password_link_made", "sue", ""),
    ]  # fmt: skip
    for file in tmp_path.glob("cordpair.db*"):
        content = file.read_bytes()
        assert token.encode() not in content and NEW.encode() not in content


async def test_a_link_for_an_agent_who_only_has_a_desk(staff: Staff) -> None:
    token = await staff.link("ann")
    assert await use(staff, token) == (200, {"name": "ann", "office": False, "desk": True})
    assert (await staff.centre.sign_in("ann", NEW))[1]["role"] == "agent"
    assert (await staff.ask("anna", "POST", "/v1/people/nobody/password-reset"))[0] == 404


async def test_two_who_use_it_at_once(staff: Staff) -> None:
    token = await staff.link("sue")
    found = await asyncio.gather(*(use(staff, token, f"{NEW} {number}") for number in range(5)))
    assert sorted(status for status, _ in found) == [200, 404, 404, 404, 404]
    tries = [(await staff.centre.sign_in("sue", f"{NEW} {number}"))[0] for number in range(5)]
    assert sorted(tries) == [200, 401, 401, 401, 401]


async def test_links_that_are_good_no_more(staff: Staff) -> None:
    first, second = await staff.link("sue"), await staff.link("sue")
    assert (await use(staff, first))[0] == 404  # there is a newer one
    await staff.change("sue", enabled=False)
    assert (await use(staff, second))[0] == 404
    await staff.change("sue", enabled=True)
    assert (await use(staff, second, None))[0] == 200
    await staff.centre.store.sign_ins.put_password("sue", "hash", 5)
    assert (await use(staff, second))[0] == 404  # she has a new one already
    third = await staff.link("rob")
    await staff.centre.store._thread.ask(lambda db: db.execute("UPDATE password_resets SET expires_at = 5"))
    assert (await use(staff, third))[0] == 404
    fourth = await staff.link("rob")
    await staff.done("anna", "DELETE", f"/v1/people/rob?version={(await staff.person('rob'))['version']}")
    assert (await use(staff, fourth))[0] == 404


async def test_who_is_disabled_gets_none(staff: Staff) -> None:
    await staff.change("sue", enabled=False)
    assert (await staff.ask("anna", "POST", "/v1/people/sue/password-reset"))[0] == 409


async def test_how_long_it_lasts(staff: Staff) -> None:
    await staff.done("anna", "POST", "/v1/people", {"name": "max", "role": "admin"})
    before = staff.centre.engine.clock.now_ms()
    await staff.link("sue")
    await staff.link("max")
    rows = await staff.centre.store._thread.ask(
        lambda db: dict(db.execute("SELECT name, expires_at FROM password_resets").fetchall())
    )
    assert 3_600_000 <= rows["sue"] - before < 3_660_000
    assert 24 * 3_600_000 <= rows["max"] - before < 24 * 3_600_000 + 60_000


@pytest.mark.parametrize(
    ("password", "status"),
    [("short", 422), ("123456789", 422), ("aaaaaaaaaaaa", 422), ("", 422), ("x" * 257, 400), ("tenletters", 200)],
)
async def test_what_is_no_password(staff: Staff, password, status) -> None:
    token = await staff.link("sue")
    found, answer = await use(staff, token, password)
    assert found == status
    if status == 422:
        assert [problem["path"] for problem in answer["error"]["problems"]] == ["password"]
    assert (await use(staff, token, None))[0] == (404 if status == 200 else 200)  # a bad try does not use it up


async def test_a_password_is_not_the_name(staff: Staff) -> None:
    await staff.centre.store.people.add(Person("maximilian", "", "admin", True, 0), "test", is_agent=False)
    assert (await use(staff, await staff.link("maximilian"), "Maximilian"))[0] == 422


async def test_only_from_a_page_of_ours(staff: Staff) -> None:
    token = await staff.link("sue")
    for origin in ("https://evil.test", "", "null"):
        assert (await use(staff, token, headers={"Origin": origin}))[0] == 403
    assert (await use(staff, token))[0] == 200


async def test_guessing_is_slow(staff: Staff) -> None:
    tries = [(await use(staff, f"guess {number}"))[0] for number in range(15)]
    assert tries == [404] * 10 + [429] * 5
    assert (await use(staff, await staff.link("sue")))[0] == 200  # a good link is no guess


async def test_no_log_has_a_link_or_a_password(staff: Staff, caplog) -> None:
    caplog.set_level(logging.DEBUG)
    token = await staff.link("sue")
    await use(staff, "guess-4711", "guess-4712-guess")
    await use(staff, token)
    for secret in (token, NEW, "4711", "4712", "sue", "anna"):
        assert secret not in caplog.text
