"""Signing in and out: who may, who is told what, and what a stranger finds out."""

import asyncio
import logging
import secrets

import pytest
from aiohttp import WSServerHandshakeError

from cordpair.acd.model import AgentStatus
from cordpair.api.keys import hash_of
from cordpair.ids import AgentId
from cordpair_gateway.signing_in.cookies import SHIFT_MS, Cookie, csrf_of
from gateway.desks import HASH, PASSWORD, Centre, desk_centre


@pytest.fixture
async def centre(tmp_path):
    async with desk_centre(tmp_path) as found:
        yield found


async def test_in_and_out(centre: Centre, tmp_path) -> None:
    status, body, jar = await centre.sign_in("ann")
    assert status == 200 and (body["agent"], body["full_name"], body["role"]) == ("ann", "Ann Lee", "agent")
    cookie = jar["__Host-cordpair-desk"]
    assert (cookie["path"], cookie["samesite"], cookie["domain"]) == ("/", "Strict", "")
    assert cookie["httponly"] and cookie["secure"] and int(cookie["max-age"]) == SHIFT_MS // 1_000
    assert await centre.send("GET", "/v1/me", "ann") == (200, body, {})
    assert centre.row("ann").status is AgentStatus.SIGNED_OUT  # the desk does that, not the password
    page = await centre.sit_down("ann")
    assert centre.row("ann").status is AgentStatus.NOT_READY
    status, _, jar = await centre.send("POST", "/v1/sign-out", "ann", headers={"X-CSRF-Token": body["csrf"]})
    assert status == 204 and jar["__Host-cordpair-desk"]["max-age"] == "0"
    assert await page.closed() == 4401 and page.said[-1]["code"] == "signed_out"
    assert centre.row("ann").status is AgentStatus.SIGNED_OUT
    assert (await centre.send("GET", "/v1/me", "ann"))[0] == 401
    with pytest.raises(WSServerHandshakeError) as refused:
        await centre.open_desk("ann")
    assert refused.value.status == 401
    for file in tmp_path.glob("cordpair.db*"):
        content = file.read_bytes()
        assert PASSWORD.encode() not in content and cookie.value.encode() not in content


@pytest.mark.parametrize(
    ("name", "password"), [("ann", "wrong"), ("nobody", PASSWORD), ("nobody", "wrong"), ("ann", " ")]
)
async def test_a_name_that_nobody_has_is_told_what_a_wrong_password_is(centre: Centre, name, password) -> None:
    assert (await centre.sign_in(name, password))[:2] == (
        401, {"error": {"code": "unauthorized", "message": "Name or password is wrong."}},
    )  # fmt: skip


async def test_an_agent_without_a_password_or_not_configured_any_more_stays_out(centre: Centre) -> None:
    await centre.store.sign_ins.put_password(AgentId("gone"), HASH, 0)
    await centre.store.sign_ins.remove_password(AgentId("bob"))
    assert [(await centre.sign_in(name))[0] for name in ("gone", "bob", "ann")] == [401, 401, 200]


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"name": "ann"}, 400),
        ({"password": PASSWORD}, 400),
        ({"name": "", "password": PASSWORD}, 400),
        ({"name": "ann", "password": "x" * 257}, 400),
        ({"name": "ann", "password": PASSWORD, "admin": True}, 400),
        ({"name": ["ann"], "password": PASSWORD}, 400),
    ],
)
async def test_what_is_no_sign_in(centre: Centre, body, status) -> None:
    found = await centre.send("POST", "/v1/sign-in", json=body)
    assert found[0] == status and not found[2]


async def test_a_form_of_another_page_cannot_be_a_sign_in(centre: Centre) -> None:
    data = f'{{"name": "ann", "password": "{PASSWORD}"}}'
    assert (await centre.send("POST", "/v1/sign-in", data=data, headers={"Content-Type": "text/plain"}))[0] == 415


@pytest.mark.parametrize("origin", ["https://evil.test", "null", "", "http://help.test", "https://help.test:444"])
async def test_another_origin_may_nothing(centre: Centre, origin) -> None:
    assert (await centre.sign_in("ann", headers={"Origin": origin}))[0] == 403
    status, body, _ = await centre.sign_in("ann")
    assert status == 200
    csrf = {"X-CSRF-Token": body["csrf"], "Origin": origin}
    assert (await centre.send("POST", "/v1/sign-out", "ann", headers=csrf))[0] == 403
    with pytest.raises(WSServerHandshakeError) as refused:
        await centre.open_desk("ann", headers={"Origin": origin})
    assert refused.value.status == 403
    assert (await centre.send("GET", "/v1/me", "ann"))[0] == 200


@pytest.mark.parametrize("token", [None, "", "wrong", csrf_of("another's")])
async def test_without_the_csrf_token_nobody_is_signed_out(centre: Centre, token) -> None:
    await centre.sit_down("ann")
    headers = {} if token is None else {"X-CSRF-Token": token}
    assert (await centre.send("POST", "/v1/sign-out", "ann", headers=headers))[0] == 403
    assert centre.row("ann").status is AgentStatus.NOT_READY


@pytest.mark.parametrize("cookie", ["", "x", "x" * 500, pytest.param(secrets.token_urlsafe(32), id="well-formed")])
async def test_a_cookie_that_is_none_of_ours_opens_nothing(centre: Centre, cookie) -> None:
    centre.cookies["ann"] = f"__Host-cordpair-desk={cookie}"
    assert (await centre.send("GET", "/v1/me", "ann"))[0] == 401
    with pytest.raises(WSServerHandshakeError) as refused:
        await centre.open_desk("ann")
    assert refused.value.status == 401


async def test_a_second_sign_in_of_a_browser_ends_its_first(centre: Centre) -> None:
    await centre.sign_in("ann")
    first = centre.cookies["ann"]
    status, _, _ = await centre.send("POST", "/v1/sign-in", "ann", json={"name": "bob", "password": PASSWORD})
    assert status == 200
    assert (await centre.send("GET", "/v1/me", headers={"Cookie": first}))[0] == 401


async def test_a_sign_in_ends_with_the_shift_and_outlives_a_restart(tmp_path) -> None:
    async with desk_centre(tmp_path) as centre:
        await centre.sign_in("ann")
        cookies = dict(centre.cookies)
    async with desk_centre(tmp_path) as centre:
        centre.cookies = cookies
        assert (await centre.send("GET", "/v1/me", "ann"))[0] == 200
        token = cookies["ann"].partition("=")[2]
        found = await centre.store.sign_ins.find(hash_of(token), 0)
        assert found is not None and found.expires_at - found.began_at == SHIFT_MS
        await centre.store._thread.ask(lambda db: db.execute("UPDATE sign_ins SET expires_at = 1"))
        assert (await centre.send("GET", "/v1/me", "ann"))[0] == 401


# ---------------------------------------------------------------- too many tries


async def test_too_many_tries_with_a_name(centre: Centre) -> None:
    tries = await asyncio.gather(*(centre.sign_in("ann", f"guess {number}") for number in range(15)))
    assert sorted(status for status, _, _ in tries) == [401] * 10 + [429] * 5
    assert (await centre.sign_in("ann"))[0] == 429  # also the right one: nobody learns which it is
    assert (await centre.sign_in("bob"))[0] == 200


async def test_too_many_tries_from_an_address(centre: Centre) -> None:
    tries = await asyncio.gather(*(centre.sign_in(f"name{number}", "guess") for number in range(60)))
    found = [status for status, _, _ in tries]
    assert set(found) == {401, 429} and found.count(401) <= 55


async def test_who_signs_in_again_and_again_is_no_guesser(centre: Centre) -> None:
    assert {(await centre.sign_in("ann"))[0] for _ in range(15)} == {200}


# ---------------------------------------------------------------- ended elsewhere


async def test_another_password_closes_the_desk(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr("cordpair_gateway.desk.desks.LOOK_S", 0.05)
    async with desk_centre(tmp_path) as centre:
        ann, bob = await centre.sit_down("ann"), await centre.sit_down("bob")
        await centre.store.sign_ins.put_password(AgentId("ann"), HASH, 1)
        assert await ann.closed() == 4401
        assert (await centre.send("GET", "/v1/me", "ann"))[0] == 401
        await bob.say("not_ready", reason="lunch")
        await bob.in_state("not_ready")


async def test_no_log_has_a_name_a_password_or_a_token(centre: Centre, caplog) -> None:
    caplog.set_level(logging.DEBUG)
    await centre.sign_in("ann", "guess-4711")
    await centre.sign_in("nobody-4712", "guess-4713")
    _, body, _ = await centre.sign_in("ann")
    page = await centre.sit_down("ann")
    await page.say("nonsense", secret="4714")
    await page.until("error")
    await centre.send("POST", "/v1/sign-out", "ann", headers={"X-CSRF-Token": body["csrf"]})
    for secret in ("4711", "4712", "4713", "4714", "ann", "Ann Lee", body["csrf"], centre.cookies["ann"], PASSWORD):
        assert secret not in caplog.text


@pytest.mark.parametrize(
    ("url", "name", "secure"),
    [
        ("https://help.test", "__Host-cordpair-desk", True),
        ("http://help.test", "__Host-cordpair-desk", True),  # no browser keeps it: passwords need TLS
        ("http://localhost:8080", "cordpair-desk", False),
        ("http://127.0.0.1:8080", "cordpair-desk", False),
        ("https://localhost", "__Host-cordpair-desk", True),
        ("http://localhost.evil.test", "__Host-cordpair-desk", True),
    ],
)
def test_only_on_this_machine_the_cookie_goes_without_tls(url, name, secure) -> None:
    cookie = Cookie(url)
    assert (cookie.name, cookie.secure) == (name, secure)
